"""Oxygen saturation in FHIR R4: LOINC as the vital-signs profile has it, or MDC (IEEE 11073-10404).

The profile codes it twice: 2708-6 as the vital sign, 59408-5 as measured by pulse oximetry. Single
values only: R4 has SampledData for a series, which the native item says better.
"""

from types import MappingProxyType

from devices.kinds.fhir import LOINC, MDC, Codes

SATURATIONS = (
    (LOINC, "59408-5"),  # oxygen saturation in arterial blood by pulse oximetry
    (LOINC, "2708-6"),  # oxygen saturation in arterial blood
    (MDC, "150456"),  # MDC_PULS_OXIM_SAT_O2
)
CODES = Codes(
    wholes=frozenset(SATURATIONS),
    parts=MappingProxyType(
        {
            **dict.fromkeys(SATURATIONS, "spo2"),
            (LOINC, "8867-4"): "pulse",
            (MDC, "149530"): "pulse",  # MDC_PULS_OXIM_PULS_RATE
        }
    ),
    units=MappingProxyType(
        {
            "spo2": MappingProxyType({"%": ("%", 1)}),
            "pulse": MappingProxyType({"/min": ("/min", 1)}),
        }
    ),
)
