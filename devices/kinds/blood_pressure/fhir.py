"""Blood pressure in FHIR R4: LOINC as the vital-signs profile `bp` has it, or MDC (IEEE 11073)."""

from types import MappingProxyType

from devices.kinds.fhir import LOINC, MDC, Codes, Units

PRESSURE: Units = MappingProxyType({"mm[Hg]": ("mmHg", 1), "kPa": ("kPa", 1)})
RATE: Units = MappingProxyType({"/min": ("/min", 1)})
AN_AVERAGE = "an average is no reading: send each measurement by itself."

CODES = Codes(
    wholes=frozenset(
        {
            (LOINC, "85354-9"),  # blood pressure panel with all children optional
            (LOINC, "55284-4"),  # blood pressure systolic and diastolic, the older panel
            (MDC, "150020"),  # MDC_PRESS_BLD_NONINV
        }
    ),
    parts=MappingProxyType(
        {
            (LOINC, "8480-6"): "systolic",
            (LOINC, "8462-4"): "diastolic",
            (LOINC, "8478-0"): "mean_arterial",
            (LOINC, "8867-4"): "pulse",
            (MDC, "150021"): "systolic",  # MDC_PRESS_BLD_NONINV_SYS
            (MDC, "150022"): "diastolic",  # MDC_PRESS_BLD_NONINV_DIA
            (MDC, "150023"): "mean_arterial",  # MDC_PRESS_BLD_NONINV_MEAN
            (MDC, "149546"): "pulse",  # MDC_PULS_RATE_NON_INV
            (MDC, "149530"): "pulse",  # MDC_PULS_OXIM_PULS_RATE
        }
    ),
    units=MappingProxyType(
        {"systolic": PRESSURE, "diastolic": PRESSURE, "mean_arterial": PRESSURE, "pulse": RATE}
    ),
    refused=MappingProxyType(
        {(LOINC, code): AN_AVERAGE for code in ("96607-7", "96608-5", "96609-3")}
    ),
)
