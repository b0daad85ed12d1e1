"""What each app's archive says, as native items, and how its format is known."""

from collections import Counter
from pathlib import Path

import pytest

from devices.archives import formats
from devices.archives.found import Refused
from tests.unit.devices.archives import samples
from tests.unit.devices.archives.conftest import Read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_omron_connect_in_japanese(read: Read, encoding: str) -> None:
    text = samples.OMRON_JA.replace("°", "度") if encoding == "cp932" else samples.OMRON_JA
    first, second, third = read(text.encode(encoding))
    assert first.item == {
        "kind": "blood_pressure",
        "id": "2026/10/02 07:05 131/84/66",
        "measured_at": "2026-10-02T07:05:00+09:00",
        "systolic": 131,
        "diastolic": 84,
        "pulse": 66,
        "unit": "mmHg",
    }
    assert (first.source, first.model) == ("omron-connect", "HEM-6232T")
    # The same minute again: two readings, told apart by their id.
    assert second.item["measured_at"] == first.item["measured_at"]
    assert second.item["id"] != first.item["id"]
    assert second.item["flags"] == ["irregular_pulse", "improper_position"]
    assert third.item["systolic"] == 126
    assert "pulse" not in third.item
    assert third.item["flags"] == ["body_movement", "cuff_loose"]
    assert third.place == "export line 4"


def test_omron_connect_in_english(read: Read) -> None:
    (found,) = read(samples.OMRON_EN)
    assert found.item["measured_at"] == "2026-10-02T07:05:00+08:00"
    assert found.item["flags"] == ["body_movement"]


def test_the_report_that_the_american_app_mails(read: Read) -> None:
    notes: Counter[str] = Counter()
    first, second = read(samples.OMRON_US, zone="America/New_York", notes=notes)
    assert first.item["measured_at"] == "2026-10-02T07:05:00-04:00"
    assert second.item["measured_at"] == "2026-10-01T21:40:00-04:00"
    assert +notes == {"lines of other tables": 1}


def test_a_flag_in_a_word_nobody_knows_is_said(read: Read) -> None:
    notes: Counter[str] = Counter()
    found = read(samples.OMRON_EN.replace('"Detected"', '"Bewegung"'), notes=notes)
    assert "flags" not in found[0].item
    assert notes["words for body_movement that are not known: no flag was set"] == 1


def test_kilopascals(read: Read) -> None:
    text = samples.OMRON_EN.replace("mmHg", "kPa").replace('"131","84"', '"17.5","11.2"')
    (found,) = read(text)
    assert (found.item["unit"], found.item["systolic"]) == ("kPa", 17.5)


def test_withings_as_a_zip(read: Read) -> None:
    notes: Counter[str] = Counter()
    content = samples.zipped(
        {
            "data_HAN_1/bp.csv": samples.BP_CSV,
            "data_HAN_1/sleep.csv": samples.SLEEP_CSV,
            "data_HAN_1/weight.csv": samples.WEIGHT_CSV,
        }
    )
    pressure, night, weight = read(content, notes=notes)
    assert pressure.item == {
        "kind": "blood_pressure",
        "measured_at": "2026-10-02T07:05:31+09:00",
        "systolic": 131,
        "diastolic": 84,
        "pulse": 66,
    }
    assert pressure.place == "data_HAN_1/bp.csv line 2"
    stages = [(stage["stage"], stage["minutes"]) for stage in night.item["stages"]]
    # 420 min of sleep around two awakenings of 20, after 15 awake and before 5.
    assert stages == [
        ("awake", 15),
        ("asleep", 140),
        ("awake", 20),
        ("asleep", 140),
        ("awake", 20),
        ("asleep", 140),
        ("awake", 5),
    ]
    assert weight.item == {
        "kind": "weight",
        "measured_at": "2026-10-01T07:00:00+09:00",
        "weight": 61.2,
        "unit": "kg",
    }
    assert +notes == {"lines with a heart rate alone": 1}


def test_pounds_of_withings(read: Read) -> None:
    notes: Counter[str] = Counter()
    text = 'Date,"Weight (lb)",Comments\n"2026-10-01 07:00:00",134.9,\n"2026-10-02 07:00:00",,\n'
    (weight,) = read(text, notes=notes)
    assert (weight.item["weight"], weight.item["unit"]) == (134.9, "lb")
    assert +notes == {"lines without a weight": 1}


def test_withings_as_a_folder(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "bp.csv").write_text(samples.BP_CSV)
    archive = formats.opened(tmp_path)
    assert (archive.format.name, [part.name for part in archive.parts]) == (
        "withings",
        ["data/bp.csv"],
    )


def test_apple_health(read: Read) -> None:
    at = "2026-10-02 07:05:31 +0900"
    notes: Counter[str] = Counter()
    found = read(
        samples.apple(
            samples.heart_rate(at, 66),
            samples.pair(at, 131, "84.0"),
            samples.slept("2026-10-01 23:10:00 +0900", "2026-10-02 06:40:00 +0900", "AsleepCore"),
        ),
        notes=notes,
    )
    pressure, night = found
    assert pressure.item == {
        "kind": "blood_pressure",
        "measured_at": "2026-10-02T07:05:31+09:00",
        "systolic": 131,
        "diastolic": 84,
        "unit": "mmHg",
    }
    # Once, although its values stand in the file twice.
    assert +notes == {}
    assert (pressure.label, pressure.model) == ("OMRON connect", "OMRON HEM-7600T")
    # The watch is named after its owner; the model is not.
    assert (night.label, night.model) == ("花子のApple Watch", "Apple Watch")
    assert night.item["stages"] == [{"stage": "light", "minutes": 450}]


def test_apple_as_the_phone_shares_it(read: Read) -> None:
    content = samples.zipped(
        {
            "apple_health_export/export_cda.xml": "<ClinicalDocument/>",
            "apple_health_export/export.xml": samples.apple(
                samples.pair("2026-10-02 07:05:31 +0900", 131, 84)
            ),
        }
    )
    (found,) = read(content)
    assert found.item["systolic"] == 131


def test_the_clock_where_it_was_measured(read: Read) -> None:
    """The export writes all times by the phone's clock of that day, here back in Japan."""
    at = "2026-07-02 20:05:31 +0900"
    (found,) = read(samples.apple(samples.pair(at, 131, 84, zone="America/New_York")))
    assert found.item["measured_at"] == "2026-07-02T07:05:31-04:00"


def test_apple_in_a_unit_nobody_knows(read: Read) -> None:
    (found,) = read(samples.apple(samples.pair("2026-10-02 07:05:31 +0900", 1, 2, unit="bar")))
    assert "the unit 'bar and bar'" in found.problem


def test_values_without_their_pair_are_counted(read: Read) -> None:
    text = samples.apple(samples.pair("2026-10-02 07:05:31 +0900", 131, 84))
    first, _, _ = text.partition(" <Correlation")
    notes: Counter[str] = Counter()
    assert read(first + "</HealthData>", notes=notes) == []
    assert notes["values of a blood pressure without their pair"] == 2


def test_our_own_items(read: Read) -> None:
    content = (
        '{"kind": "blood_pressure", "device": "A-1", "measured_at": "2026-10-02 07:05",'
        ' "systolic": 131, "diastolic": 84}\n'
        "\n"
        '{"kind": "blood_pressure", "kind": "sleep"}\n'
        "{nonsense\n"
        '{"kind": "sleep", "archive": "somebody"}\n'
    )
    good, twice, broken, foreign = read(content)
    assert good.item["measured_at"] == "2026-10-02T07:05:00+09:00"
    assert (good.source, good.label, "device" in good.item) == ("file", "A-1", False)
    assert "is there twice" in twice.problem
    assert broken.problem.startswith("not JSON")
    assert broken.place == "export line 4"
    assert "is none of" in foreign.problem


def test_what_nobody_knows(read: Read) -> None:
    with pytest.raises(Refused, match="in no format that is known"):
        read("Date,Systolic,Diastolic\n2026-10-01,131,84\n")


def test_two_formats_in_one_archive_are_not_guessed(read: Read) -> None:
    both = samples.zipped({"bp.csv": samples.BP_CSV, "omron.csv": samples.OMRON_JA})
    with pytest.raises(Refused, match="might be omron or withings"):
        read(both)
    assert len(read(both, format="withings")) == 1
    with pytest.raises(Refused, match="Nothing in the archive is export of Apple Health"):
        read(both, format="apple_health")


def test_a_format_that_is_said_but_wrong(read: Read) -> None:
    with pytest.raises(Refused, match="no column for date, systolic, diastolic"):
        read("a,b\n1,2\n", format="omron")
