"""Weight over a period."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from devices.kinds.weight.stored import StoredWeight
from reports.analysis.weight import WeightFacts, analyse, to_json

TOKYO = ZoneInfo("Asia/Tokyo")


def weighed(day: int, grams: int, *, hour: int = 22, fat: float | None = None) -> StoredWeight:
    """By default at 07:00 of the next day in Tokyo."""
    return StoredWeight(1, datetime(2026, 10, day, hour, tzinfo=UTC), 2, "", grams, fat, 540)


def of(*rows: StoredWeight, first: int = 1, last: int = 31) -> WeightFacts | None:
    start, end = date(2026, 10, first), date(2026, 10, last)
    return analyse(rows, start=start, end=end, zone=TOKYO, experimental=False)


def test_figures() -> None:
    facts = of(weighed(3, 64_300), weighed(1, 65_100, fat=23.4), weighed(2, 64_900))
    assert facts is not None
    assert [w.kilograms for w in facts.weighings] == [65.1, 64.9, 64.3]
    assert (facts.change, facts.lowest, facts.highest, facts.days) == (-0.8, 64.3, 65.1, 3)
    said = to_json(facts)
    assert said["last"] == {"weight": 64.3, "measured_at": "2026-10-04T07:00:00+09:00"}
    assert (said["weighings"], said["body_fat"], said["change"]) == (3, 23.4, -0.8)


def test_one_weighing_has_no_change() -> None:
    facts = of(weighed(1, 65_000))
    assert facts is not None
    assert (facts.change, facts.body_fat) == (None, None)


def test_the_local_day_decides() -> None:
    assert of(weighed(1, 65_000), first=1, last=2) is None
    assert of(weighed(1, 65_000), first=2, last=3) is not None
    assert of() is None
