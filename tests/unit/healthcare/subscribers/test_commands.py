"""The commands of the ground floor: what they print, what they change, how they fail."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from healthcare.accounts.authentication import PersonalToken
from healthcare.accounts.credentials import token_hash
from healthcare.accounts.models import HospitalStaff, Role, User
from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import CareRelationship, Consent, Patient
from healthcare.subscribers.loading.progress import Progress
from healthcare.subscribers.models import Contract, ImportBatch, OperatorStaff
from healthcare.subscribers.progress_line import ProgressLine, describe
from tests.cast import Cast
from tests.looking import audit_records, everybody
from tests.unit.healthcare.subscribers.conftest import row, written

pytestmark = pytest.mark.django_db
KEYS = ["batch", "rows", "created", "updated", "unchanged", "duplicate", "held", "rejected"]


def run(name: str, *arguments: object) -> str:
    out = io.StringIO()
    call_command(name, *map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def asked(name: str, *arguments: object) -> dict[str, Any]:
    return json.loads(run(name, *arguments, "--json"))


def failure(name: str, *arguments: object) -> str:
    with pytest.raises(CommandError) as failed:
        run(name, *arguments)
    return str(failed.value)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = [row("S1", "2020-04-01", "1"), row("S2", "2020-04-01", "2"), row("S3", "x", "3")]
    return written(tmp_path / "file.csv", rows)


class TestImportSubscribers:
    def test_json_is_one_object_with_the_six_outcomes(self, file: Path) -> None:
        answer = asked("import_subscribers", file, "--operator", "demo")
        assert list(answer) == [*KEYS, "seconds"]
        with everybody():
            assert answer["batch"] == ImportBatch.objects.get().pk
        assert answer["rows"] == 3 == sum(answer[key] for key in KEYS[2:])
        assert (answer["created"], answer["rejected"]) == (2, 1)

    def test_a_dry_run_writes_nothing_but_the_rejects_file(
        self, file: Path, tmp_path: Path
    ) -> None:
        rejects = tmp_path / "rejects.csv"
        answer = asked(
            "import_subscribers", file, "--operator", "demo", "--dry-run", "--rejects", rejects
        )
        assert answer["batch"] is None
        assert (answer["created"], answer["rejected"]) == (2, 1)
        with everybody():
            assert not ImportBatch.objects.exists()
        assert audit_records() == []
        with acting_in(Scope.system("test")):
            assert not Contract.objects.exists()
        assert [r["line"] for r in csv.DictReader(rejects.open())] == ["4"]

    def test_words_for_people(self, file: Path) -> None:
        said = run("import_subscribers", file, "--operator", "demo")
        assert "3 rows" in said
        assert "created" in said

    def test_a_refused_file_fails_with_the_place(self, tmp_path: Path) -> None:
        path = tmp_path / "file.csv"
        path.write_text('operator_subscriber_id,activated_on,msisdn\n"S1,2020-04-01,1\n')
        assert "Line 2" in failure("import_subscribers", path, "--operator", "demo")
        with everybody():
            assert not ImportBatch.objects.exists()

    def test_an_unknown_operator_names_the_known_ones(self, file: Path) -> None:
        assert "demo" in failure("import_subscribers", file, "--operator", "nobody")

    def test_a_rejects_file_that_cannot_be_written_takes_nothing_in(
        self, file: Path, tmp_path: Path
    ) -> None:
        nowhere = tmp_path / "none" / "rejects.csv"
        said = failure("import_subscribers", file, "--operator", "demo", "--rejects", nowhere)
        assert "cannot be written" in said
        with everybody():
            assert not ImportBatch.objects.exists()

    def test_progress_is_quiet_at_first_and_then_names_rows_rate_and_time_left(self) -> None:
        out = io.StringIO()
        line = ProgressLine(out)
        line(Progress(rows=1, bytes=1, size=2))
        assert out.getvalue() == ""
        progress = Progress(rows=30_000, bytes=250, size=1_000)
        assert describe(progress, seconds=3) == "30,000 rows read, 10,000 rows/s, 9 s left to read"


class TestRollbackImport:
    def test_it_undoes_and_says_what(self, file: Path) -> None:
        batch = asked("import_subscribers", file, "--operator", "demo")["batch"]
        would = asked("rollback_import", batch, "--dry-run")
        assert would == {
            "batch": batch,
            "dry_run": True,
            "removed": 2,
            "restored": 0,
            "kept": [],
            "notes": [],
        }
        assert "2 contracts removed" in run("rollback_import", batch)
        assert "was rolled back" in failure("rollback_import", batch)

    def test_it_says_what_it_cannot_undo_and_why(self, file: Path) -> None:
        batch = asked("import_subscribers", file, "--operator", "demo")["batch"]
        run("record_consent", "--operator-subscriber-id", "S1", "--purpose", "care")
        said = run("rollback_import", batch)
        assert "1 cannot be undone" in said
        assert "S1: The person has consents." in said

    def test_an_unknown_batch(self) -> None:
        assert failure("rollback_import", 999) == "There is no batch 999."


class TestRecordConsent:
    def test_it_gives_and_withdraws(self, cast: Cast) -> None:
        who = ("--operator-subscriber-id", "TARO")
        both = asked("record_consent", *who, "--purpose", "hospital_report,care")
        assert both == {"patient": cast.taro.pk, "purposes": ["care", "hospital_report"]}
        left = asked("record_consent", *who, "--purpose", "care", "--withdraw")
        assert left == {"patient": cast.taro.pk, "purposes": ["hospital_report"]}

    def test_a_date_is_midnight_where_the_operator_is(self, cast: Cast) -> None:
        who = ("--operator-subscriber-id", "TARO", "--operator", "demo")
        run("record_consent", *who, "--purpose", "care", "--from", "2026-10-01")
        with acting_in(Scope.system("test")):
            consent = Consent.objects.get(patient=cast.taro)
        assert consent.period.lower == datetime(2026, 9, 30, 15, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--operator-subscriber-id", "NOBODY", "--purpose", "care"), "'NOBODY'"),
            (("--operator-subscriber-id", "TARO", "--purpose", "care,all"), "hospital_report"),
            (("--operator-subscriber-id", "TARO", "--purpose", ","), "hospital_report"),
            (
                ("--operator-subscriber-id", "TARO", "--purpose", "care", "--from", "soon"),
                "YYYY-MM-DD",
            ),
            (
                ("--operator-subscriber-id", "TARO", "--purpose", "care", "--from", "2999-01-01"),
                "future",
            ),
            (
                (
                    "--operator-subscriber-id", "TARO", "--purpose", "care",
                    "--from", "2026-01-01", "--withdraw",
                ),
                "--from",
            ),
        ],
    )  # fmt: skip
    def test_errors_are_in_words(self, cast: Cast, arguments: tuple[str, ...], said: str) -> None:
        assert said in failure("record_consent", *arguments)


class TestPeopleAndPlaces:
    def test_create_hospital_twice_is_once(self) -> None:
        arguments = ("--code", "higashi", "--name", "Higashi Hospital", "--name-ja", "東病院")
        first = asked("create_hospital", *arguments)
        assert asked("create_hospital", *arguments) == first
        assert Hospital.objects.get().name_ja == "東病院"
        assert "belongs to" in failure("create_hospital", "--code", "higashi", "--name", "Other")

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--code", "a b", "--name", "x"), "hyphens"),
            (("--code", "a", "--name", "x", "--timezone", "Mars/Base"), "Asia/Tokyo"),
        ],
    )
    def test_create_hospital_errors(self, arguments: tuple[str, ...], said: str) -> None:
        assert said in failure("create_hospital", *arguments)

    def test_open_care(self, cast: Cast) -> None:
        run(
            "open_care", "--operator-subscriber-id", "TARO", "--hospital", "minami",
            "--hospital-patient-number", "M-7", "--doctor", "Dr Ito", "--since", "2026-10-01",
        )  # fmt: skip
        with acting_in(Scope.system("test")):
            care = CareRelationship.objects.get(patient=cast.taro, hospital=cast.minami)
        assert (care.hospital_patient_number, care.doctor) == ("M-7", "Dr Ito")
        assert care.period.lower == datetime(2026, 9, 30, 15, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("NOBODY", "--hospital", "kita"), "'NOBODY'"),
            (("TARO", "--hospital", "nowhere"), "create_hospital"),
            (("TARO", "--hospital", "kita", "--since", "2999-01-01"), "future"),
            (("TARO", "--hospital", "kita", "--since", "x"), "YYYY-MM-DD"),
        ],
    )
    def test_open_care_errors(self, cast: Cast, arguments: tuple[str, ...], said: str) -> None:
        assert said in failure("open_care", "--operator-subscriber-id", *arguments)

    def test_a_clinician_belongs_to_a_hospital(self, cast: Cast) -> None:
        made = asked(
            "create_user", "--username", "doris", "--role", "clinician", "--hospital", "kita"
        )
        user = User.objects.get(pk=made["user"])
        assert HospitalStaff.objects.get(user=user).hospital == cast.kita
        assert user.check_password(made["password"])

    def test_staff_belong_to_an_operator_and_members_to_their_data(self, cast: Cast) -> None:
        staff = asked(
            "create_user", "--username", "omar", "--role", "operator", "--operator", "demo"
        )
        assert OperatorStaff.objects.get(user=staff["user"]).operator == cast.demo
        arguments = ("--role", "member", "--operator-subscriber-id", "TARO")
        member = asked("create_user", "--username", "taro", *arguments)
        with acting_in(Scope.system("test")):
            assert Patient.objects.get(user=member["user"]) == cast.taro
        assert "a log-in already" in failure("create_user", "--username", "taro2", *arguments)

    def test_the_support_desk_belongs_nowhere(self) -> None:
        made = asked("create_user", "--username", "sara", "--role", "support")
        assert User.objects.get(pk=made["user"]).role == Role.SUPPORT

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--username", "x", "--role", "clinician"), "needs hospital"),
            (("--username", "x", "--role", "support", "--hospital", "kita"), "has no hospital"),
            (("--username", "x", "--role", "operator"), "needs operator"),
            (("--username", "x", "--role", "member"), "needs subscriber"),
            (("--username", "alice", "--role", "support"), "taken"),
            (("--username", "x", "--role", "support", "--password", "short"), "--password"),
        ],
    )
    def test_create_user_errors(self, cast: Cast, arguments: tuple[str, ...], said: str) -> None:
        assert said in failure("create_user", *arguments)
        assert not User.objects.filter(username="x").exists()

    def test_create_token(self, cast: Cast) -> None:
        made = asked("create_token", "--user", "alice")
        assert PersonalToken.objects.get(hash=token_hash(made["token"])).user == cast.alice
        assert "create_user" in failure("create_token", "--user", "nobody")
