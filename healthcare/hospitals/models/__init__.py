from healthcare.hospitals.models.hospital import Hospital
from healthcare.hospitals.models.ward import Ward

__all__ = ["Hospital", "Ward"]
