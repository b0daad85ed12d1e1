"""Which pairs are compared at all: those that share a key.

`healthcare.persons.candidates` asks PostgreSQL for the same pairs in sets; a test compares the
two. No key is made of a telephone number.
"""

from collections.abc import Iterator

from healthcare.kernel.names import search_key
from healthcare.persons.comparing.known import Known, area


def keys(known: Known) -> Iterator[tuple[str, ...]]:
    """The keys of one record: by birth date with the beginning of the given name or the postcode's
    area, and by whole name with that area."""
    born = known.birth_date.isoformat() if known.birth_date else ""
    near = area(known.postcode)
    given, given_kana = search_key(known.given_name), search_key(known.given_name_kana)
    if born and given_kana:
        yield "born-kana", born, given_kana[0]
    if born and given:
        yield "born-name", born, given[0]
    if born and near:
        yield "born-area", born, near
    if near and known.family_name_kana and given_kana:
        yield "kana-area", search_key(known.family_name_kana, known.given_name_kana), near
    if near and known.family_name and given:
        yield "name-area", search_key(known.family_name, known.given_name), near
