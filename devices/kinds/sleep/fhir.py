"""Sleep in FHIR R4: durations of a night, LOINC."""

from types import MappingProxyType

from devices.kinds.fhir import LOINC, Codes, Units

DURATION: Units = MappingProxyType(
    {"min": ("min", 1), "h": ("min", 60), "s": ("min", 1 / 60), "ms": ("min", 1 / 60_000)}
)

CODES = Codes(
    wholes=frozenset({(LOINC, "93832-4")}),
    parts=MappingProxyType(
        {
            (LOINC, "93832-4"): "asleep",  # sleep duration
            (LOINC, "93831-6"): "deep",
            (LOINC, "93830-8"): "light",
            (LOINC, "93829-0"): "rem",
        }
    ),
    units=MappingProxyType(dict.fromkeys(("asleep", "deep", "light", "rem"), DURATION)),
    over_time=True,
)
