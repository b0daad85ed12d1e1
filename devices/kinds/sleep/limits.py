"""What a time in bed can be.

Source: the project's clinical rules: time in bed is start to end, and stages that differ from it
by more than one epoch do not describe it.
"""

from datetime import timedelta

LONGEST = timedelta(hours=24)
# A list of stages counts in minutes, so a minute is its epoch.
EPOCH_OF_A_LIST = timedelta(minutes=1)


def doubt(*, in_bed: timedelta, staged: timedelta, epoch: timedelta) -> str | None:
    """Why this cannot be a night; None when it can."""
    if in_bed <= timedelta():
        return "ended_at is not after started_at."
    if in_bed > LONGEST:
        return f"{in_bed} in bed is longer than {LONGEST}."
    if abs(in_bed - staged) > epoch:
        return (
            f"the stages last {staged}, but started_at to ended_at is {in_bed}:"
            f" they may differ by one epoch ({epoch})."
        )
    return None
