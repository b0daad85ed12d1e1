"""The files that a simulation reads: devices, and the survey it replays."""

from datetime import date
from pathlib import Path

import pytest

from devices.simulators import members, replay
from devices.simulators.members import Member, MembersUnreadable
from devices.simulators.replay import FileUnreadable

SAMPLE = Path(__file__).parents[4] / "samples" / "nhanes_bp_sleep.csv"
START = date(2026, 10, 1)


def pair(n: int) -> list[Member]:
    return [Member(f"{kind}-{n}", "t", kind, f"person {n}") for kind in ("blood_pressure", "sleep")]


def test_members(tmp_path: Path) -> None:
    file = tmp_path / "devices.jsonl"
    file.write_text('{"serial": "A", "token": "t", "kind": "sleep", "member": "M1"}\n\n')
    assert members.read(file) == [Member("A", "t", "sleep", "M1")]


@pytest.mark.parametrize(
    "line", ["x", "[]", '{"serial": "A"}', '{"serial": "A", "token": "t", "kind": "moon"}']
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "devices.jsonl"
    file.write_text('{"serial": "A", "token": "t", "kind": "sleep"}\n' + line)
    with pytest.raises(MembersUnreadable, match="line 2"):
        members.read(file)
    with pytest.raises(MembersUnreadable):
        members.read(tmp_path / "absent")


def test_the_survey_as_published() -> None:
    people = {someone.person: someone for someone in replay.read(SAMPLE)}
    assert len(people) == 144
    first = people["93706"]
    assert first.pressures == ((112, 74), (114, 70), (108, 76))
    assert (first.pulse, first.age, first.hours, str(first.bed)) == (82, 18, 10.5, "23:30:00")
    zeros = [p for someone in people.values() for p in someone.pressures if p[1] < 1e-70]
    assert zeros
    assert sum(someone.is_adult for someone in people.values()) == 128


def test_one_adult_a_member() -> None:
    devices = [member for n in range(5) for member in pair(n)]
    posted = list(replay.uploads(devices, replay.read(SAMPLE), start=START))
    people = {}
    for member, upload in posted:
        for item in upload.body["readings"]:
            people.setdefault(member.person, set()).add(item["id"].split("-")[0])
    assert all(len(ids) == 1 for ids in people.values())
    assert len(set.union(*people.values())) == len(people) == 5
    assert all(upload.body["readings"][0]["kind"] == member.kind for member, upload in posted)


def test_encoded_zeros_are_sent_as_they_stand() -> None:
    devices = [Member(f"C{n}", "t", "blood_pressure", f"p{n}") for n in range(200)]
    posted = replay.uploads(devices, replay.read(SAMPLE), start=START)
    diastolics = [i["diastolic"] for _, upload in posted for i in upload.body["readings"]]
    assert min(diastolics) == pytest.approx(5.4e-79, rel=0.01)
    assert len(diastolics) > 300


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("SEQN", "WHO"), "SEQN"),
        (("112.0,74.0", "high,74.0"), "line"),
        (("b'23:30'", "b'25:30'"), "line"),
        (("93705.0,", '"93705.0,'), "cannot be read"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, change: tuple[str, str], place: str) -> None:
    file = tmp_path / "survey.csv"
    file.write_text(SAMPLE.read_text().replace(*change, 1))
    with pytest.raises(FileUnreadable, match=place):
        replay.read(file)
