"""From stages or a hypnogram to one exact form."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.kinds.reading import Malformed
from devices.kinds.sleep.payload import LETTERS, STAGES, Night, SleepItem, reading, staged

BOUNDS = {"started_at": "2026-11-01T23:00:00+09:00", "ended_at": "2026-11-02T07:00:00+01:00"}


def read(**fields: Any) -> Night:
    return reading(msgspec.convert({**BOUNDS, **fields}, SleepItem))


def stages_of(night: Night) -> list[tuple[str, float]]:
    return list(staged(night.stages, night.microseconds))


def test_stages_in_order() -> None:
    night = read(stages=[{"stage": "awake", "minutes": 12.5}, {"stage": "n2", "minutes": 30}])
    assert stages_of(night) == [("awake", 12.5), ("n2", 30.0)]
    assert (night.utc_offset, night.ended_utc_offset) == (540, 60)


def test_a_hypnogram_is_runs_of_epochs() -> None:
    night = read(hypnogram="WW1223RLLD??W", epoch_seconds=30)
    assert stages_of(night) == [
        ("awake", 1.0),
        ("n1", 0.5),
        ("n2", 1.0),
        ("n3", 0.5),
        ("rem", 0.5),
        ("light", 1.0),
        ("deep", 0.5),
        ("unknown", 1.0),
        ("awake", 0.5),
    ]


@given(st.text(alphabet="".join(LETTERS), min_size=1, max_size=200), st.sampled_from([20, 30, 60]))
def test_both_forms_say_the_same(letters: str, seconds: int) -> None:
    by_epochs = read(hypnogram=letters, epoch_seconds=seconds)
    listed = [{"stage": LETTERS[letter], "minutes": seconds / 60} for letter in letters]
    by_stages = read(stages=listed)
    assert by_epochs.stages == by_stages.stages
    assert sum(by_epochs.microseconds) == len(letters) * seconds * 1_000_000
    # A third of a minute is no float: each epoch may be a microsecond short in the list.
    assert abs(sum(by_stages.microseconds) - sum(by_epochs.microseconds)) <= len(letters)


def test_stages_that_last_no_time_are_left_out() -> None:
    listed = [("light", 5), ("awake", 0), ("light", 7)]
    night = read(stages=[{"stage": stage, "minutes": minutes} for stage, minutes in listed])
    assert stages_of(night) == [("light", 12.0)]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({}, "stages"),
        ({"stages": [{"stage": "rem", "minutes": 1}], "hypnogram": "R"}, "stages"),
        ({"stages": [{"stage": "rem", "minutes": 0}]}, "stages"),
        ({"hypnogram": "W"}, "epoch_seconds"),
    ],
)
def test_stages_are_named_once(fields: dict[str, Any], place: str) -> None:
    with pytest.raises(Malformed) as wrong:
        read(**fields)
    assert wrong.value.field == place


@pytest.mark.parametrize(
    "fields",
    [
        {"stages": []},
        {"stages": [{"stage": "nap", "minutes": 3}]},
        {"stages": [{"stage": "rem", "minutes": -3}]},
        {"stages": [{"stage": "rem"}]},
        {"hypnogram": "", "epoch_seconds": 30},
        {"hypnogram": "WX", "epoch_seconds": 30},
        {"hypnogram": "W\n", "epoch_seconds": 30},
        {"hypnogram": "W", "epoch_seconds": 0},
    ],
)
def test_what_is_no_night(fields: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(**fields)


def test_stage_codes_are_for_ever() -> None:
    assert STAGES == ("awake", "light", "deep", "rem", "n1", "n2", "n3", "asleep", "unknown")
