"""What becomes of rows, case by case. The dates: today is 2026-11-23 in Tokyo."""

import hashlib
import json
from datetime import date, timedelta

import pytest

from healthcare.audit.models import AuditRecord
from healthcare.patients.models import Patient
from healthcare.subscribers.loading.progress import Progress
from healthcare.subscribers.loading.reading import FileRefused
from healthcare.subscribers.models import Contract, ImportBatch, ImportRow, Line, Operator, State
from tests.factories import PatientFactory
from tests.unit.healthcare.subscribers.conftest import (
    NOW,
    TODAY,
    Rows,
    TakeIn,
    ended,
    held_codes,
    lines,
    outcomes,
    row,
)

TODAY_TEXT = TODAY.isoformat()


def test_a_new_contract_brings_a_person_and_a_line(take_in: TakeIn, demo: Operator) -> None:
    batch = take_in(
        [
            row(
                "S1", "2020-04-01", "1",
                family_name="山田", given_name="太郎", family_name_kana="ﾔﾏﾀﾞ",
                given_name_kana="タロウ", birth_date="1950-02-03", sex="male",
                postcode="１００－０００１", prefecture="東京都", email="a@b.example",
                language="en", holder_subscriber_id="S0", tariff="basic", package="standard",
                entitlement_from="2026-12-01", billing_from="2027-01-01", trial_days_left="14",
                price_override="300", cancel_on="2027-03-31",
            )
        ]
    )  # fmt: skip
    assert outcomes(batch) == {"created": 1}
    contract = Contract.objects.select_related("patient").get()
    person = contract.patient
    assert (person.name, person.kana) == ("山田 太郎", "ヤマダ タロウ")
    assert (person.birth_date, person.sex) == (date(1950, 2, 3), "male")
    assert (person.postcode, person.prefecture) == ("100-0001", "東京都")
    assert (person.email, person.language) == ("a@b.example", "en")
    assert (person.timezone, person.invited_at, person.user) == ("Asia/Tokyo", NOW, None)
    assert contract.operator == demo
    assert contract.imported_in == batch
    assert contract.activated_on == date(2020, 4, 1)
    assert (contract.holder_subscriber_id, contract.tariff) == ("S0", "basic")
    assert contract.package == "standard"
    assert contract.entitlement_from == date(2026, 12, 1)
    assert contract.billing_from == date(2027, 1, 1)
    assert (contract.trial_days_left, contract.price_override) == (14, 300)
    assert contract.cancel_on == date(2027, 3, 31)
    assert lines() == {("S1", "1", "2020-04-01", None)}


def test_three_columns_are_enough(take_in: TakeIn) -> None:
    assert outcomes(take_in([row("S1", "2020-04-01", "1")])) == {"created": 1}
    assert Patient.objects.get().language == "ja"


def test_the_batch_says_what_was_taken_in(take_in: TakeIn, demo: Operator) -> None:
    text = "msisdn,operator_subscriber_id,activated_on\n09011110001,S1,2020-04-01\n"
    batch = take_in(text)
    assert batch.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert batch.size == len(text)
    assert batch.transfer_basis == demo.transfer_basis
    assert (batch.state, batch.finished_at) == (State.DONE, NOW)
    record = AuditRecord.objects.get(action="subscribers.import")
    assert record.subject_id == str(batch.pk)
    assert record.details["rows"] == 1
    assert "S1" not in json.dumps(record.details)


def test_the_same_file_again_changes_nothing(take_in: TakeIn) -> None:
    rows = [
        row("S1", "2020-04-01", "1", tariff="a"),
        row("S1", "2020-04-01", "1", tariff="a"),
        row("S2", "2020-04-01", "2", tariff="a"),
        row("S2", "2020-04-01", "2", tariff="b"),
        row("S3", "2022-04-01", "1", tariff="a"),
        row("S4", "2020-04-01", "4x", tariff="a"),
    ]
    first = take_in(rows)
    before = (lines(), ended(), list(Patient.objects.order_by("pk").values()))
    assert outcomes(first) == {"created": 2, "duplicate": 1, "held": 2, "rejected": 1}
    second = take_in(rows)
    assert outcomes(second) == {"unchanged": 2, "duplicate": 1, "held": 2, "rejected": 1}
    assert (lines(), ended(), list(Patient.objects.order_by("pk").values())) == before
    assert second.changes.count() == 0


def test_other_values_update_and_widths_do_not(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1", family_name_kana="ﾔﾏﾀﾞ", tariff="basic")])
    same = take_in([row("S1", "2020-04-01", "1", family_name_kana="ヤマダ", tariff="ｂasic")])
    assert outcomes(same) == {"unchanged": 1}
    other = take_in([row("S1", "2020-04-01", "1", family_name_kana="ヤマノ", tariff="gold")])
    assert outcomes(other) == {"updated": 1}
    contract = Contract.objects.select_related("patient").get()
    assert (contract.patient.family_name_kana, contract.tariff) == ("ヤマノ", "gold")


def test_a_missing_column_keeps_and_an_empty_cell_clears(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1", tariff="a", birth_date="1950-01-01", language="en")])
    kept = take_in([row("S1", "2020-04-01", "1", tariff="a")])
    assert outcomes(kept) == {"unchanged": 1}
    cleared = take_in([row("S1", "2020-04-01", "1", tariff="", birth_date="", language="")])
    assert outcomes(cleared) == {"updated": 1}
    contract = Contract.objects.select_related("patient").get()
    assert (contract.tariff, contract.patient.birth_date) == ("", None)
    # People choose their language themselves.
    assert contract.patient.language == "en"


def test_a_contract_that_pays_for_itself_has_no_other_holder(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1", holder_subscriber_id="S1")])
    assert Contract.objects.get().holder_subscriber_id == ""


@pytest.mark.parametrize("later_first", [False, True])
def test_a_recycled_number_ends_the_older_line(take_in: TakeIn, later_first: bool) -> None:
    rows = [row("S1", "2020-04-01", "1"), row("S2", "2024-05-06", "1")]
    batch = take_in(rows[::-1] if later_first else rows)
    assert outcomes(batch) == {"created": 2}
    assert lines() == {("S1", "1", "2020-04-01", "2024-05-06"), ("S2", "1", "2024-05-06", None)}
    assert ended() == {("S1", "2020-04-01"): "2024-05-06"}
    assert Patient.objects.count() == 2


def test_a_recycled_number_in_a_later_file(take_in: TakeIn) -> None:
    old, new = [row("S1", "2020-04-01", "1")], [row("S2", "2024-05-06", "1")]
    take_in(old)
    assert outcomes(take_in(new)) == {"created": 1}
    assert ended() == {("S1", "2020-04-01"): "2024-05-06"}
    assert outcomes(take_in(old)) == {"unchanged": 1}
    assert outcomes(take_in(new)) == {"unchanged": 1}


@pytest.mark.parametrize("activated_on", ["2020-04-01", "2019-01-01"])
def test_a_number_in_use_is_held(take_in: TakeIn, activated_on: str) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    batch = take_in([row("S2", activated_on, "1")])
    assert outcomes(batch) == {"held": 1}
    assert held_codes(batch) == {"S2": "number_in_use"}
    assert lines() == {("S1", "1", "2020-04-01", None)}
    assert Patient.objects.count() == 1


def test_two_contracts_of_one_day_for_one_number_are_both_held(take_in: TakeIn) -> None:
    batch = take_in([row("S1", "2020-04-01", "1"), row("S2", "2020-04-01", "1")])
    assert held_codes(batch) == {"S1": "number_claimed_twice", "S2": "number_claimed_twice"}


@pytest.mark.parametrize("together", [False, True])
def test_a_contract_id_given_out_again_is_another_person(take_in: TakeIn, together: bool) -> None:
    old, new = row("S1", "2020-04-01", "1"), row("S1", "2024-05-06", "2")
    if together:
        assert outcomes(take_in([new, old])) == {"created": 2}
    else:
        take_in([old])
        assert outcomes(take_in([new])) == {"created": 1}
    assert lines() == {("S1", "1", "2020-04-01", "2024-05-06"), ("S1", "2", "2024-05-06", None)}
    assert ended() == {("S1", "2020-04-01"): "2024-05-06"}
    assert Patient.objects.count() == 2
    older = take_in([row("S1", "2018-01-01", "3")])
    assert held_codes(older) == {"S1": "newer_activation"}


def test_a_changed_number_counts_from_today(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    assert outcomes(take_in([row("S1", "2020-04-01", "2")])) == {"updated": 1}
    assert lines() == {("S1", "1", "2020-04-01", TODAY_TEXT), ("S1", "2", TODAY_TEXT, None)}
    # Corrected on the same day: a line that did not last a day was none.
    assert outcomes(take_in([row("S1", "2020-04-01", "3")])) == {"updated": 1}
    assert lines() == {("S1", "1", "2020-04-01", TODAY_TEXT), ("S1", "3", TODAY_TEXT, None)}
    back = take_in([row("S1", "2020-04-01", "1")], now=NOW + timedelta(days=2))
    assert outcomes(back) == {"updated": 1}
    assert ("S1", "1", "2026-11-25", None) in lines()


def test_a_number_given_up_is_free_for_anybody(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    # S1 moves away in the same file in which a contract that is older than S1 gets its number.
    batch = take_in([row("S0", "2015-01-01", "1"), row("S1", "2020-04-01", "2")])
    assert outcomes(batch) == {"created": 1, "updated": 1}
    assert lines() == {
        ("S1", "1", "2020-04-01", TODAY_TEXT),
        ("S1", "2", TODAY_TEXT, None),
        ("S0", "1", TODAY_TEXT, None),
    }
    assert ended() == {}


def test_a_chain_of_changes_works_in_any_order(take_in: TakeIn) -> None:
    day = "2020-04-01"
    take_in([row(f"S{n}", day, str(n)) for n in range(1, 6)])
    batch = take_in([row(f"S{n}", day, str(n + 1)) for n in range(1, 6)])
    assert outcomes(batch) == {"updated": 5}
    assert {(s, n) for s, n, _, end in lines() if end is None} == {
        (f"S{n}", str(n + 1)) for n in range(1, 6)
    }


def test_a_change_to_a_number_of_a_contract_not_older_is_held(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1"), row("S2", "2021-04-01", "2")])
    batch = take_in([row("S1", "2020-04-01", "2", tariff="gold")])
    assert held_codes(batch) == {"S1": "number_in_use"}
    # A held row changes nothing at all.
    assert Contract.objects.get(operator_subscriber_id="S1").tariff == ""


def test_a_contract_whose_number_went_on_lives_again_with_another(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1"), row("S2", "2024-05-06", "1")])
    assert outcomes(take_in([row("S1", "2020-04-01", "7")])) == {"updated": 1}
    assert ended() == {}
    assert ("S1", "7", TODAY_TEXT, None) in lines()


def test_the_first_of_equal_rows_goes_on_and_different_ones_are_held(take_in: TakeIn) -> None:
    batch = take_in(
        [
            row("S1", "2020-04-01", "1", tariff="a"),
            row("S1", "2020-04-01", "090-1111-0001", tariff="ａ"),
            row("S2", "2020-04-01", "2", tariff="a"),
            row("S2", "2020-04-01", "2", tariff="b"),
            row("S2", "2020-04-01", "2", tariff="a"),
        ]
    )
    assert outcomes(batch) == {"created": 1, "duplicate": 2, "held": 2}
    assert held_codes(batch) == {"S2": "conflicting_rows"}
    assert list(batch.kept_rows.values_list("line", flat=True)) == [4, 5]
    assert "Lines 4 and 5" in batch.kept_rows.first().text


PERSON = {"family_name": "山田", "given_name": "太郎", "birth_date": "1950-01-01"}
KANA = {"family_name_kana": "ヤマダ", "given_name_kana": "タロウ", "birth_date": "1950-01-01"}


@pytest.mark.parametrize("person", [PERSON, KANA])
def test_a_possible_match_with_another_operator_is_held(
    take_in: TakeIn, person: dict[str, str]
) -> None:
    other = Operator.objects.create(code="other", merchant="m", transfer_basis="law")
    take_in([row("X1", "2020-04-01", "1", **person)], operator=other)
    batch = take_in([row("S1", "2020-04-01", "2", **person)])
    assert held_codes(batch) == {"S1": "possible_match"}
    assert outcomes(take_in([row("S1", "2020-04-01", "2", **person)])) == {"held": 1}


def test_a_possible_match_with_another_route_is_held(take_in: TakeIn) -> None:
    PatientFactory(family_name="山田", given_name="太郎", birth_date=date(1950, 1, 1))
    batch = take_in([row("S1", "2020-04-01", "2", **PERSON)])
    assert held_codes(batch) == {"S1": "possible_match"}


def test_namesakes_inside_one_operator_are_never_held(take_in: TakeIn) -> None:
    rows = [row("S1", "2020-04-01", "1", **PERSON), row("S2", "2020-04-01", "2", **PERSON)]
    assert outcomes(take_in(rows)) == {"created": 2}
    assert outcomes(take_in([row("S3", "2020-04-01", "3", **PERSON)])) == {"created": 1}


def test_no_name_or_no_birth_date_matches_nobody(take_in: TakeIn) -> None:
    PatientFactory(family_name="", given_name="", family_name_kana="", given_name_kana="")
    batch = take_in([row("S1", "2020-04-01", "2", birth_date="1958-04-09")])
    assert outcomes(batch) == {"created": 1}


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"msisdn": "=09011110001"}, "msisdn", "formula"),
        ({"msisdn": ""}, "msisdn", "missing"),
        ({"operator_subscriber_id": " "}, "operator_subscriber_id", "missing"),
        ({"activated_on": "2026-11-24"}, "activated_on", "date_in_future"),
        ({"activated_on": "2026-02-30"}, "activated_on", "not_a_date"),
        ({"birth_date": "2030-01-01"}, "birth_date", "date_in_future"),
        ({"sex": "X"}, "sex", "unknown_word"),
        ({"family_name": "a\0b"}, "family_name", "control_character"),
        (
            {"msisdn": "1", "birth_date": "x"},
            "msisdn; birth_date",
            "invalid_number; not_a_date",
        ),
    ],
)
def test_rejected_rows_say_why_and_spare_their_neighbours(
    take_in: TakeIn, cells: dict[str, str], field: str, code: str
) -> None:
    good = row("S1", "2020-04-01", "1", family_name="", birth_date="", sex="")
    batch = take_in(
        [{**good, "operator_subscriber_id": "BAD", "msisdn": "09011110009"} | cells, good]
    )
    assert outcomes(batch) == {"created": 1, "rejected": 1}
    kept = ImportRow.objects.get()
    assert (kept.line, kept.field, kept.code, kept.outcome) == (2, field, code, "rejected")
    assert kept.text


def test_the_activation_day_counts_where_the_operator_is(take_in: TakeIn) -> None:
    # 15:30 UTC is already the next day in Tokyo.
    evening = NOW.replace(hour=15, minute=30)
    assert outcomes(take_in([row("S1", "2026-11-24", "1")], now=evening)) == {"created": 1}


def test_a_row_of_another_width_is_rejected_alone(take_in: TakeIn) -> None:
    batch = take_in(
        "operator_subscriber_id,activated_on,msisdn\n"
        "S1,2020-04-01\n\nS2,2020-04-01,09011110002,extra\nS3,2020-04-01,09011110003\n"
    )
    assert outcomes(batch) == {"created": 1, "rejected": 2}
    assert list(batch.kept_rows.values_list("line", "code")) == [
        (2, "column_count"),
        (4, "column_count"),
    ]


def test_a_refused_file_writes_nothing(take_in: TakeIn) -> None:
    good = "".join(f"S{n},2020-04-01,090{20_000_000 + n}\n" for n in range(5_000))
    with pytest.raises(FileRefused, match="Line 5002"):
        take_in(f'operator_subscriber_id,activated_on,msisdn\n{good}"S,2020-04-01,1\n')
    assert not Contract.objects.exists()


def test_a_dry_run_counts_and_changes_no_member(take_in: TakeIn) -> None:
    rows: Rows = [
        row("S1", "2020-04-01", "1"),
        row("S2", "2024-04-01", "1"),
        row("S3", "2024-04-01", "1x"),
        row("S4", "2024-04-01", "4", tariff="a"),
        row("S4", "2024-04-01", "4", tariff="b"),
    ]
    dry = take_in(rows, dry_run=True)
    assert dry.dry_run
    assert outcomes(dry) == {"created": 2, "held": 2, "rejected": 1}
    assert dry.kept_rows.count() == 3
    assert not Contract.objects.exists()
    assert not Line.objects.exists()
    assert not Patient.objects.exists()
    assert outcomes(take_in(rows)) == outcomes(dry)


def test_numbers_move_between_operators(take_in: TakeIn) -> None:
    other = Operator.objects.create(code="other", merchant="m", transfer_basis="law")
    take_in([row("S1", "2020-04-01", "1")], operator=other)
    assert outcomes(take_in([row("S1", "2024-04-01", "1")])) == {"created": 1}
    assert lines() == {("S1", "1", "2020-04-01", "2024-04-01"), ("S1", "1", "2024-04-01", None)}
    assert outcomes(take_in([row("S9", "2019-04-01", "1")])) == {"held": 1}


def test_an_unknown_mapping_names_the_known_ones(take_in: TakeIn) -> None:
    with pytest.raises(FileRefused, match="standard"):
        take_in([row("S1", "2020-04-01", "1")], mapping="fancy")


def test_progress_is_told(take_in: TakeIn) -> None:
    seen: list[Progress] = []
    batch = take_in([row("S1", "2020-04-01", "1")], progress=seen.append)
    assert seen == [Progress(rows=1, bytes=batch.size, size=batch.size)]


def test_backslashes_and_quotes_arrive_as_they_are(take_in: TakeIn) -> None:
    name = 'a\\N \\t "b", c\\'
    take_in([row("S1", "2020-04-01", "1", family_name=name, tariff="\\N")])
    assert Patient.objects.get().family_name == name
    assert Contract.objects.get().tariff == "\\N"
    assert ImportBatch.objects.get().created == 1
