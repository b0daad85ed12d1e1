"""How this kind is said in FHIR and Open mHealth."""

from devices.kinds.blood_pressure import fhir, openmhealth, pieces
from devices.kinds.standards import Standards

STANDARDS = Standards(pieces.reading, fhir.CODES, openmhealth.SCHEMAS)
