"""What a pulse oximeter can say of a person.

Pulse oximeters are tested from 70 to 100 % (ISO 80601-2-61); below that they still follow a fall
but nobody has checked the number. In severe sleep apnoea a nadir between 50 and 60 % is reported,
lower ones are mostly a sensor off the finger. So 50 % is the line, the project's own, which waits
for a clinician's signature: a single value under it is not believed, a sample of a series under it
is kept as sent and read as invalid. Bounds are inclusive.
"""

from collections.abc import Sequence
from datetime import timedelta

SPO2 = (50, 100)
PULSE = (25, 250)
LONGEST = timedelta(hours=24)
# A series of which less than this share is to be believed is not a night's.
LEAST_VALID = 0.1


def believed(spo2: int | None) -> bool:
    """Whether a sample counts as valid."""
    return spo2 is not None and SPO2[0] <= spo2 <= SPO2[1]


def doubt_of_series(*, spo2: Sequence[int | None], lasts: timedelta) -> str | None:
    """Why this cannot be a recording; None when it can."""
    if lasts > LONGEST:
        return f"a recording of {lasts} is longer than {LONGEST}."
    valid = sum(1 for value in spo2 if believed(value))
    if valid < LEAST_VALID * len(spo2) or not valid:
        return f"{valid} of {len(spo2)} samples are within {SPO2[0]} to {SPO2[1]} %."
    return None


def doubt_of_value(*, spo2: int, pulse: int | None) -> str | None:
    """Why a single value cannot be a person's; None when it can."""
    if not believed(spo2):
        return f"spo2 {spo2} % is not within {SPO2[0]} to {SPO2[1]}."
    if pulse is not None and not PULSE[0] <= pulse <= PULSE[1]:
        return f"pulse {pulse} is not within {PULSE[0]} to {PULSE[1]}."
    return None
