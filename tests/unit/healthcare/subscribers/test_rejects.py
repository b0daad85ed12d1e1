import csv
import io

from healthcare.subscribers.loading import rejects
from healthcare.subscribers.models import ImportBatch
from tests.unit.healthcare.subscribers.conftest import TakeIn, outcomes, row


def rejects_file(batch: ImportBatch) -> str:
    return "".join(rejects.lines(batch))


def test_the_file_names_line_field_code_and_text(take_in: TakeIn) -> None:
    batch = take_in(
        [
            row("S1", "2020-04-01", "1", tariff="a"),
            row("S2", "2020-13-01", "2", tariff="a"),
            row("S3", "2020-04-01", "3", tariff="a"),
            row("S3", "2020-04-01", "3", tariff="b"),
        ]
    )
    found = list(csv.DictReader(io.StringIO(rejects_file(batch))))
    assert [(r["line"], r["outcome"], r["field"], r["code"]) for r in found] == [
        ("3", "rejected", "activated_on", "not_a_date"),
        ("4", "held", "operator_subscriber_id", "conflicting_rows"),
        ("5", "held", "operator_subscriber_id", "conflicting_rows"),
    ]
    assert found[0]["text"] == "activated_on: There is no day 2020-13-01: correct it."
    assert found[0]["msisdn"] == "09011110002"


def test_a_corrected_file_is_taken_in_alone(take_in: TakeIn) -> None:
    batch = take_in(
        [
            row("S1", "2020-04-01", "+81 90 1111 000x", family_name="=cmd|' /C calc'!A1"),
            row("S2", "2020-04-01", "2", family_name="@佐藤"),
        ]
    )
    assert outcomes(batch) == {"created": 1, "rejected": 1}
    content = rejects_file(batch)
    assert "'+81 90 1111 000x" in content
    assert ",'=cmd" in content
    again = take_in(content.replace("000x", "0001"))
    assert outcomes(again) == {"created": 1}
    names = {c.patient.family_name for c in again.contracts.select_related("patient")}
    assert names == {"=cmd|' /C calc'!A1"}


def test_an_uncorrected_file_is_rejected_and_held_again(take_in: TakeIn) -> None:
    batch = take_in(
        [
            row("S1", "2020-04-01", "=1", tariff="a"),
            row("S2", "2020-04-01", "2", tariff="a"),
            row("S2", "2020-04-01", "2", tariff="b"),
        ]
    )
    content = rejects_file(batch)
    again = take_in(content)
    assert outcomes(again) == {"held": 2, "rejected": 1}
    cells = [r["msisdn"] for r in csv.DictReader(io.StringIO(content))]
    assert [r["msisdn"] for r in csv.DictReader(io.StringIO(rejects_file(again)))] == cells


def test_no_cell_begins_a_formula(take_in: TakeIn) -> None:
    starts = ["=1+1", "+1", "-1", "@a", "\t=1", "＝1"]
    batch = take_in(
        [row(f"S{n}", "2020-04-01", "bad", family_name=text) for n, text in enumerate(starts)]
    )
    for record in csv.reader(io.StringIO(rejects_file(batch))):
        assert not any(cell and cell[0] in "=+-@\t＝" for cell in record)


def test_a_batch_without_rejects_gives_the_header_alone(take_in: TakeIn) -> None:
    batch = take_in([row("S1", "2020-04-01", "1")])
    assert rejects_file(batch) == "line,outcome,field,code,text\n"
