"""FHIR R4 in: an Observation, or a Bundle of them, as entries like any other."""
