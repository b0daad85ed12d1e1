"""Stored readings and nights in the analysis' own types."""

from devices.queries import StoredNight, StoredReading
from reports.analysis.measured import Night, Reading, Stage

# What a consumer's monitor sends; polysomnography names N1 to N3.
STAGES_ESTIMATED = {Stage.LIGHT, Stage.DEEP, Stage.ASLEEP}


def reading_of(row: StoredReading, *, device: str = "") -> Reading:
    """A pressure reading; `device` tells cuffs apart where the row's own number does not."""
    return Reading(
        measured_at=row.measured_at,
        systolic=row.systolic,
        diastolic=row.diastolic,
        pulse=row.pulse,
        mean_arterial=row.mean_arterial,
        flags=row.flags,
        device=device or str(row.device_id),
        id=row.device_reading_id,
    )


def night_of(row: StoredNight) -> Night:
    """A night. Its stages are the device's estimate unless they are scored as N1, N2 and N3."""
    stages = tuple((Stage(stage), minutes) for stage, minutes in row.stages)
    scored = {stage for stage, _ in stages} & {Stage.N1, Stage.N2, Stage.N3}
    return Night(
        started_at=row.started_at,
        ended_at=row.ended_at,
        stages=stages,
        estimated_by_device=not scored or bool(STAGES_ESTIMATED & {stage for stage, _ in stages}),
        id=row.device_reading_id,
    )
