"""What was acknowledged is stored, once, with its values, whatever was killed meanwhile."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from devices.models import BloodPressureReading, QuarantinedItem, ReadingConflict
from healthcare.hospitals.scope import Scope, acting_in
from reports.models import News
from tests.kills import people
from tests.kills.killing import Killer
from tests.kills.site import Cluster, Web, web
from tests.kills.writing import (
    JSON,
    NDJSON,
    Reading,
    Writer,
    as_columns,
    as_lines,
    as_list,
    batches,
    single,
)

LOOKING = Scope.system("tests.kills")
# Eight writers: five homes whose cuffs post at once, so that posts share commits; three gateways.
HOMES, CUFFS_AT_HOME = 5, 4
GATEWAYS = {
    "list": (1_000, as_list, JSON),
    "columns": (1_000, as_columns, JSON),
    "lines": (500, as_lines, NDJSON),
}
CUFFS_IN_A_WARD = 40
LAST_ANSWER = 120.0


def month_before(months: int) -> datetime:
    """Readings of several months: their partitions are made under fire."""
    return timezone.now().replace(microsecond=0) - timedelta(days=31 * months + 10)


def writers(port: int) -> Iterator[Writer]:
    for home in range(HOMES):
        for cuff in people.cuffs(f"home-{home}", CUFFS_AT_HOME):
            since = month_before(home % 3)
            yield Writer(port, cuff.token, single(cuff, since=since), pause=0.01)
    for month, (name, (size, write, media_type)) in enumerate(GATEWAYS.items()):
        ward = people.ward(name, CUFFS_IN_A_WARD)
        bodies = batches(
            ward, size=size, since=month_before(month + 2), write=write, media_type=media_type
        )
        yield Writer(port, ward.token, bodies, pause=0.3)


@pytest.fixture
def served(cluster: Cluster) -> Iterator[Web]:
    with web(cluster, workers=2) as site:
        yield site


def test_nothing_acknowledged_is_lost_or_doubled(
    cluster: Cluster, served: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    began = timezone.now()
    writing = list(writers(served.port))
    killer = Killer(cluster, served, lambda: progress(writing))
    for thread in (*writing, killer):
        thread.start()
    killer.join()
    for one in writing:
        one.stop()
    for one in writing:
        one.join(LAST_ANSWER)
    connections.close_all()  # ours, too, was cut off
    with capsys.disabled():
        print(f"\n{summary(writing, killer)}")
    assert [one.wrong for one in writing if one.wrong] == []
    assert killer.failed is None
    assert not any(one.is_alive() for one in writing), "a body was never acknowledged"
    acknowledged = [reading for one in writing for reading in one.acknowledged]
    assert_stored_once(acknowledged, since=began)
    assert_told(acknowledged, since=began)
    assert_shared_commits(writing)


def progress(writing: list[Writer]) -> int:
    """How many posts were acknowledged; there is no reason to go on after a wrong answer."""
    assert not any(one.wrong for one in writing)
    return sum(one.posts for one in writing)


def assert_stored_once(acknowledged: list[Reading], *, since: datetime) -> None:
    with acting_in(LOOKING):
        stored = [
            Reading(*row)
            for row in BloodPressureReading.objects.filter(received_at__gte=since)
            .values_list(
                *("device_id", "patient_id", "measured_at", "device_reading_id"),
                *("systolic", "diastolic", "pulse"),
            )
            .iterator(chunk_size=10_000)
        ]
        assert not QuarantinedItem.objects.filter(received_at__gte=since).exists()
        assert ReadingConflict.objects.count() == 0
    found, said = Counter(stored), Counter(acknowledged)
    assert max(said.values()) == 1, "a writer used a reading twice"
    lost, foreign = said - found, found - said
    assert not lost, f"{len(lost)} acknowledged and lost: {list(lost)[:3]}"
    # Whoever writes goes on until it is acknowledged: more rows than that are doubles.
    assert not foreign, f"{len(foreign)} doubled or never sent: {list(foreign)[:3]}"


def assert_told(acknowledged: list[Reading], *, since: datetime) -> None:
    """Everybody with readings is in the news that the worklist takes."""
    with acting_in(LOOKING):
        news = News.objects.filter(received_at__gte=since)
        told = {one for each in news for one in each.patient_ids}
    assert told == {reading.patient_id for reading in acknowledged}


def assert_shared_commits(writing: list[Writer]) -> None:
    """Single readings of several devices went through one commit: that way was under fire too."""
    homes = {one.acknowledged[0].device_id for one in writing[: HOMES * CUFFS_AT_HOME]}
    with acting_in(LOOKING):
        rows = BloodPressureReading.objects.filter(device_id__in=homes)
        commits = Counter(rows.values_list("received_at", flat=True))
    assert sum(count > 1 for count in commits.values()) > 100


def summary(writing: list[Writer], killer: Killer) -> str:
    met: Counter[str] = Counter()
    for one in writing:
        met += one.met
    readings = sum(len(one.acknowledged) for one in writing)
    killed = ", ".join(f"{count} {what}" for what, count in killer.killed.items())
    return (
        f"{readings:,} readings in {sum(one.posts for one in writing):,} posts acknowledged,"
        f" {met.pop('sent again', 0):,} posts sent again, {met.pop('stored before', 0):,} of them"
        f" stored before; killed in {killer.took:.0f} s: {killed}; met: {dict(met)}"
    )
