from healthcare.persons.models.merge import Merge
from healthcare.persons.models.resemblance import Resemblance, ResemblanceState
from healthcare.persons.models.search import Search

__all__ = ["Merge", "Resemblance", "ResemblanceState", "Search"]
