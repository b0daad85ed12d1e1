"""Weight in FHIR R4: LOINC as the vital-signs profile has it, or MDC (IEEE 11073-10415)."""

from types import MappingProxyType

from devices.kinds.fhir import LOINC, MDC, Codes

WEIGHTS = (
    (LOINC, "29463-7"),  # body weight
    (LOINC, "3141-9"),  # body weight, measured
    (MDC, "188736"),  # MDC_MASS_BODY_ACTUAL
)
CODES = Codes(
    wholes=frozenset(WEIGHTS),
    parts=MappingProxyType(
        {
            **dict.fromkeys(WEIGHTS, "weight"),
            (LOINC, "41982-0"): "body_fat",  # percentage of body fat, measured
            (MDC, "188748"): "body_fat",  # MDC_BODY_FAT
        }
    ),
    units=MappingProxyType(
        {
            "weight": MappingProxyType({"kg": ("kg", 1), "g": ("g", 1), "[lb_av]": ("lb", 1)}),
            "body_fat": MappingProxyType({"%": ("%", 1)}),
        }
    ),
)
