"""`classify` and `analyse`: the same answers as the API, from the command line, storing nothing."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError


def run(*args: str) -> dict[str, object]:
    out = io.StringIO()
    call_command(*args, "--json", stdout=out, stderr=io.StringIO())
    answer: dict[str, object] = json.loads(out.getvalue())
    return answer


@pytest.mark.parametrize(
    ("systolic", "diastolic", "scheme", "category", "flags"),
    [
        ("134.9", "84.9", "jsh2025-home", "elevated", []),
        ("135", "84.9", "jsh2025-home", "grade_1", ["isolated_systolic"]),
        ("119.9", "69.9", "esc2024-home", "non_elevated", []),
        ("150", "85", "esh2023-office", "grade_1", ["isolated_systolic"]),
    ],
)
def test_classify(
    systolic: str, diastolic: str, scheme: str, category: str, flags: list[str]
) -> None:
    answer = run("classify", "--systolic", systolic, "--diastolic", diastolic, "--scheme", scheme)
    assert answer == {
        "category": category,
        "flags": flags,
        "scheme": scheme,
        "scheme_version": "1",
    }


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--systolic", "134", "--diastolic", "84", "--scheme", "mine"), "jsh2025-home"),
        (("--systolic", "nan", "--diastolic", "84"), "positive number"),
    ],
)
def test_classify_names_what_is_wrong(args: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run("classify", *args)


def lines(path: Path, *items: dict[str, object] | str) -> str:
    path.write_text("\n".join(i if isinstance(i, str) else json.dumps(i) for i in items))
    return str(path)


def pressure(day: int, hour: int, systolic: int) -> dict[str, object]:
    return {
        "kind": "blood_pressure",
        "measured_at": f"2026-10-{day:02}T{hour:02}:00:00+09:00",
        "systolic": systolic,
        "diastolic": 80,
        "pulse": 66,
    }


def test_analyse_answers_the_object_of_the_api(tmp_path: Path) -> None:
    items = [pressure(d, h, s) for d in range(1, 8) for h, s in ((7, 138), (21, 128))]
    night = {
        "kind": "sleep",
        "started_at": "2026-10-01T23:00:00+09:00",
        "ended_at": "2026-10-02T06:00:00+09:00",
        "stages": [{"stage": "awake", "minutes": 20}, {"stage": "asleep", "minutes": 400}],
    }
    answer = run("analyse", lines(tmp_path / "readings", *items, "", night))
    pressures = answer["blood_pressure"]
    assert (pressures["readings"], pressures["mean"]["systolic"]) == (14, 133)
    assert (pressures["morning"]["n"], pressures["evening"]["n"]) == (7, 7)
    assert answer["sleep"]["nights"][0]["tst"] == 400
    assert answer["sleep"]["nights"][0]["date"] == "2026-10-02"


def test_the_order_of_the_lines_changes_nothing(tmp_path: Path) -> None:
    items = [pressure(d, h, 120 + d) for d in range(1, 15) for h in (7, 21)]
    forwards = run("analyse", lines(tmp_path / "a", *items))
    backwards = run("analyse", lines(tmp_path / "b", *reversed(items)))
    assert forwards == backwards


def test_what_cannot_be_true_is_left_out_and_told(tmp_path: Path) -> None:
    err = io.StringIO()
    path = lines(tmp_path / "readings", pressure(1, 7, 120), pressure(1, 8, 12200))
    out = io.StringIO()
    call_command("analyse", path, "--json", stdout=out, stderr=err)
    assert json.loads(out.getvalue())["blood_pressure"]["readings"] == 1
    assert "line 2 left out: systolic 12200" in err.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("not json", "line 1"),
        ('{"kind": "weather"}', "line 1: kind"),
        ('{"kind": "blood_pressure", "measured_at": "2026-10-01T07:00:00"}', "line 1"),
        ("", "empty"),
        (json.dumps(pressure(1, 7, 12200)), "none of its readings can be used"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run("analyse", lines(tmp_path / "readings", content))


def test_a_zone_that_is_none_is_named(tmp_path: Path) -> None:
    path = lines(tmp_path / "readings", pressure(1, 7, 120))
    with pytest.raises(CommandError, match="Asia/Tokyo"):
        run("analyse", path, "--timezone", "Tokyo")


def test_further_kinds_have_a_key_only_where_something_was_measured(tmp_path: Path) -> None:
    weights = [
        {
            "kind": "weight",
            "measured_at": f"2026-10-{day:02}T07:00:00+09:00",
            "weight": 64 - day / 4,
        }
        for day in (1, 9)
    ]
    night = {
        "kind": "oximetry",
        "started_at": "2026-10-10T23:00:00+09:00",
        "sample_seconds": 10,
        "spo2": ([97] * 27 + [92] * 3) * 60,
    }
    alone = run("analyse", lines(tmp_path / "a", *weights, night))
    assert (alone["from"], alone["to"]) == ("2026-10-01", "2026-10-12")
    assert (alone["blood_pressure"], alone["sleep"]) == (None, None)
    assert alone["weight"]["change"] == -2.0
    assert "hint" not in alone["oximetry"]["recordings"][0]
    asked = run("analyse", lines(tmp_path / "b", pressure(3, 7, 120), night), "--experimental")
    assert "weight" not in asked
    assert asked["oximetry"]["recordings"][0]["hint"]["odi4"] == 12.0
    plain = run("analyse", lines(tmp_path / "c", pressure(3, 7, 120)))
    assert not {"weight", "oximetry"} & set(plain)
