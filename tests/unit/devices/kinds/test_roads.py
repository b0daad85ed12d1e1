"""The same reading by two roads, whatever the order and wherever a period is cut."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from devices.kinds.blood_pressure import roads
from devices.kinds.blood_pressure.stored import StoredReading
from devices.kinds.roads import WITHIN
from devices.kinds.sleep import roads as sleep_roads
from devices.kinds.sleep.stored import StoredNight

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
CUFF, FILE, PHONE = 3, 5, 8


def reading(device: int, second: int, **said) -> StoredReading:
    values = {
        "systolic": 131,
        "diastolic": 84,
        "pulse": 66,
        "mean_arterial": None,
        "flags": frozenset(),
        "utc_offset": 540,
        **said,
    }
    return StoredReading(1, NOON + timedelta(seconds=second), device, "", **values)


def used(*readings: StoredReading) -> list[tuple[int, int]]:
    found = roads.noted(sorted(readings, key=lambda r: r.measured_at))
    return [(r.device_id, (r.measured_at - NOON).seconds) for r in found if r.same_as is None]


def test_two_roads_are_used_once_and_the_device_registered_first_counts() -> None:
    cuff, file = reading(CUFF, 31), reading(FILE, 0)
    first, second = roads.noted([file, cuff])
    assert first.same_as == (CUFF, cuff.measured_at, "")
    assert second == cuff


def test_a_minute_apart_and_a_second_more() -> None:
    assert used(reading(CUFF, 0), reading(FILE, 60)) == [(CUFF, 0)]
    assert len(used(reading(CUFF, 0), reading(FILE, 61))) == 2


def test_other_values_are_another_reading() -> None:
    assert len(used(reading(CUFF, 0), reading(FILE, 0, systolic=132))) == 2
    assert len(used(reading(CUFF, 0), reading(FILE, 0, diastolic=85))) == 2
    assert len(used(reading(CUFF, 0), reading(FILE, 0, pulse=67))) == 2
    assert used(reading(CUFF, 0), reading(FILE, 0, pulse=None)) == [(CUFF, 0)]


def test_one_device_never_repeats_itself() -> None:
    assert len(used(reading(CUFF, 0), reading(CUFF, 40))) == 2
    # Twice the same within a minute, by both roads: two readings.
    twice = [reading(device, second) for device in (CUFF, FILE) for second in (0, 45)]
    assert used(*twice) == [(CUFF, 0), (CUFF, 45)]


def test_a_flag_that_one_road_lost_counts() -> None:
    moved = reading(FILE, 0, flags=frozenset({"body_movement"}))
    assert used(reading(CUFF, 10), moved) == [(FILE, 0)]


def test_of_a_chain_one_counts() -> None:
    """Each is like the next; the first and the last are too far apart to be compared."""
    chain = [reading(CUFF, 0), reading(FILE, 50), reading(PHONE, 100)]
    assert used(*chain) == [(CUFF, 0)]
    assert used(*(replace(r, device_id=9 - r.device_id) for r in chain)) == [(9 - PHONE, 100)]


READINGS = st.lists(
    st.builds(
        reading,
        st.sampled_from([CUFF, FILE, PHONE]),
        st.integers(0, 300),
        systolic=st.sampled_from([131, 132]),
        pulse=st.sampled_from([None, 66, 67]),
        flags=st.sampled_from([frozenset(), frozenset({"cuff_loose"})]),
    ),
    max_size=25,
    unique_by=lambda r: (r.device_id, r.measured_at),
)


@given(READINGS, st.integers(0, 300), st.integers(0, 300))
def test_a_border_cuts_no_pair(readings, first, last) -> None:
    """Who sees a minute more on both sides says of what lies inside what who sees all says."""
    readings.sort(key=lambda r: (r.measured_at, r.device_id))
    start, end = NOON + timedelta(seconds=first), NOON + timedelta(seconds=last)
    everything = roads.noted(readings)
    wider = [r for r in readings if start - WITHIN <= r.measured_at < end + WITHIN]
    assert [r for r in roads.noted(wider) if start <= r.measured_at < end] == [
        r for r in everything if start <= r.measured_at < end
    ]


@given(READINGS, st.randoms())
def test_the_order_of_rows_of_one_moment_is_no_matter(readings, random) -> None:
    def names(listed):
        found = roads.noted(sorted(listed, key=lambda r: r.measured_at))
        return {(r.device_id, r.measured_at): r.same_as for r in found}

    shuffled = list(readings)
    random.shuffle(shuffled)
    assert names(shuffled) == names(readings)


@given(READINGS)
def test_whatever_repeats_names_one_that_is_like_it_and_something_counts(readings) -> None:
    readings.sort(key=lambda r: r.measured_at)
    noted = roads.noted(readings)
    there = {(r.device_id, r.measured_at, r.device_reading_id): r for r in noted}
    for row in noted:
        seen = {(row.device_id, row.measured_at)}
        while row.same_as is not None:
            other = there[row.same_as]
            assert roads.alike(row, other)
            assert abs(row.measured_at - other.measured_at) <= WITHIN
            assert (other.device_id, other.measured_at) not in seen
            seen.add((other.device_id, other.measured_at))
            row = other


def night(device: int, start: int, end: int, *stages: tuple[str, float]) -> StoredNight:
    return StoredNight(
        1,
        NOON + timedelta(seconds=start),
        device,
        "",
        NOON + timedelta(hours=8, seconds=end),
        stages or (("light", 300.0), ("awake", 60.0), ("rem", 120.0)),
        540,
        540,
    )


def nights_used(*nights: StoredNight) -> list[int]:
    found = sleep_roads.noted(sorted(nights, key=lambda n: n.started_at))
    return [n.device_id for n in found if n.same_as is None]


def test_a_night_by_two_roads() -> None:
    assert nights_used(night(CUFF, 0, 0), night(FILE, 60, -60)) == [CUFF]
    assert len(nights_used(night(CUFF, 0, 0), night(FILE, 61, 0))) == 2
    assert len(nights_used(night(CUFF, 0, 0), night(FILE, 0, 61))) == 2


def test_of_two_nights_the_one_that_tells_more_counts() -> None:
    sums = night(CUFF, 0, 0, ("asleep", 420.0), ("awake", 60.0))
    assert nights_used(sums, night(FILE, 0, 0)) == [FILE]


def test_two_devices_that_count_sleep_differently_measured_one_night_twice() -> None:
    mat = night(FILE, 0, 0, ("asleep", 400.0), ("awake", 80.0))
    assert nights_used(night(CUFF, 0, 0), mat) == [CUFF, FILE]
