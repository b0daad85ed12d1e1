"""An operator's own layout from its first version to the rows that came by it."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import QuerySet
from django.test import Client

from healthcare.accounts.models import User
from healthcare.audit.actors import command
from healthcare.patients.models import Patient
from healthcare.subscribers import mappings, trying
from healthcare.subscribers.loading import choosing, rejects
from healthcare.subscribers.loading.columns import NAMES
from healthcare.subscribers.loading.definitions import MappingRefused
from healthcare.subscribers.loading.layouts import STANDARD_LAYOUT
from healthcare.subscribers.loading.refusing import FileRefused, MappingUnknown
from healthcare.subscribers.models import Contract, ImportBatch, Mapping, Operator
from healthcare.walls.owning import as_owner
from tests.factories import MappingFactory, OperatorFactory
from tests.looking import audit_records
from tests.unit.healthcare.subscribers.conftest import NOW, TakeIn, held_codes, outcomes
from tests.unit.healthcare.subscribers.test_commands import asked, failure, run

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.unit.healthcare.subscribers.urls")]

CRM: dict[str, Any] = {
    "encoding": "cp932",
    "delimiter": "tab",
    "header_lines": 2,
    "trailer": {"mark": "T"},
    "columns": {
        "operator_subscriber_id": {"from": "契約番号"},
        "activated_on": {"from": "契約日", "dates": ["era"], "full_width": True},
        "msisdn": {"from": "電話番号", "full_width": True},
        "family_name": {"from": "氏名", "part": 1},
        "given_name": {"from": "氏名", "part": 2},
        "family_name_kana": {"from": "よみ", "katakana": True},
        "sex": {"from": "性別", "words": {"男": "male", "女": "female"}},
        "language": {"constant": "ja"},
    },
    "ignored": ["備考"],
}
ROWS = (
    "2026年11月の全契約\n"
    "契約番号\t契約日\t電話番号\t氏名\tよみ\t性別\t備考\n"
    "0012\t令和２年４月１日\t０９０－１１１１－０００１\t髙橋　太郎\tたかはし\t男\tVIP\n"
    "0013\t令和２年４月１日\t０９０－１１１１－０００２\t佐藤花子\tさとう\t女\t\n"
    "T\t{count}\n"
)
FILE = ROWS.format(count=2).encode("cp932")


def save(operator: Operator, definition: object = CRM, name: str = "crm") -> Mapping:
    saved, _ = mappings.save(
        operator=operator, name=name, definition=definition, now=NOW, by=command("tests")
    )
    return saved


def test_a_file_of_theirs_becomes_people(demo: Operator, take_in: TakeIn) -> None:
    version = save(demo)
    batch = take_in(FILE, mapping="crm")
    assert outcomes(batch) == {"created": 1, "rejected": 1}
    assert held_codes(batch) == {"0013": "cannot_split; cannot_split"}
    assert batch.mapping_version == version
    taro = Patient.objects.get()
    assert (taro.family_name, taro.given_name, taro.family_name_kana) == (
        "髙橋",
        "太郎",
        "タカハシ",
    )
    assert (taro.sex, taro.language) == ("male", "ja")
    contract = Contract.objects.get()
    assert (contract.operator_subscriber_id, f"{contract.activated_on}") == ("0012", "2020-04-01")
    assert outcomes(take_in(FILE, mapping="crm")) == {"unchanged": 1, "rejected": 1}


def test_its_rejects_come_back_in_one_form_and_are_read_by_the_same_mapping(
    demo: Operator, take_in: TakeIn
) -> None:
    save(demo)
    content = "".join(rejects.lines(take_in(FILE, mapping="crm")))
    (bad,) = csv.DictReader(io.StringIO(content))
    assert (bad["line"], bad["氏名"], bad["契約番号"]) == ("4", "佐藤花子", "0013")
    corrected = content.replace("佐藤花子", "佐藤 花子")
    batch = take_in(corrected, mapping="crm", encoding="utf-8")
    assert outcomes(batch) == {"created": 1}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (ROWS.format(count=3).encode("cp932"), "counts 3 rows, and 2 came"),
        (ROWS.format(count=2).encode("cp932") + b"0014\n", "rows come after the trailer"),
        (FILE[: FILE.index(b"T\t2")], "The trailer is missing"),
        (ROWS.format(count="x").encode("cp932"), "no count of rows"),
        (ROWS.format(count=2).encode(), "is not cp932"),
    ],
)
def test_a_file_that_was_cut_off_changes_nothing(
    demo: Operator, take_in: TakeIn, content: bytes, said: str
) -> None:
    save(demo)
    with pytest.raises(FileRefused, match=said), transaction.atomic():
        take_in(content, mapping="crm")
    assert not ImportBatch.objects.exists()
    assert not Patient.objects.exists()


def test_a_version_never_changes_and_a_change_is_the_next(demo: Operator, take_in: TakeIn) -> None:
    first = save(demo)
    assert save(demo) == first
    changed = {**CRM, "ignored": []}
    second = save(demo, changed)
    assert (first.version, second.version) == (1, 2)
    assert [each.action for each in audit_records()] == ["subscribers.mapping"] * 2
    with pytest.raises(FileRefused, match="備考"), transaction.atomic():
        take_in(FILE, mapping="crm")
    for change in (QuerySet.delete, lambda found: found.update(name="other")):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change(Mapping.objects.filter(pk=first.pk))


@pytest.mark.usefixtures("system")
@pytest.mark.parametrize(
    "change", ["DELETE FROM subscribers_mapping", "UPDATE subscribers_mapping SET name = 'other'"]
)
def test_not_even_the_owner_of_the_tables_changes_a_version(demo: Operator, change: str) -> None:
    MappingFactory(operator=demo)
    refused = pytest.raises(IntegrityError, match="never changes")
    with refused, transaction.atomic(), as_owner(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.usefixtures("system")
def test_a_batch_cannot_be_read_by_another_operators_mapping(demo: Operator) -> None:
    other = MappingFactory(operator=OperatorFactory(code="other"))
    with pytest.raises(IntegrityError, match="mapping_of_its_operator"), transaction.atomic():
        _batch(demo, mapping="crm", mapping_version=other)


@pytest.mark.usefixtures("system")
@pytest.mark.parametrize("named", [True, False])
def test_a_batch_names_its_version_exactly_when_it_has_one(demo: Operator, named: bool) -> None:
    version = None if named else MappingFactory(operator=demo)
    kept = pytest.raises(IntegrityError, match="import_keeps_its_mapping_version")
    with kept, transaction.atomic():
        _batch(demo, mapping="crm" if named else "standard", mapping_version=version)


def _batch(operator: Operator, **fields: Any) -> None:
    ImportBatch.objects.create(
        operator=operator,
        file_name="x",
        sha256="0" * 64,
        size=0,
        transfer_basis="for tests",
        started_at=NOW,
        actor="command:tests",
        **fields,
    )


@pytest.mark.usefixtures("system")
def test_names_of_mappings(demo: Operator) -> None:
    for name in ("standard", "", "Crm", "a b", "x" * 41):
        with pytest.raises(MappingRefused):
            save(demo, name=name)
    other = OperatorFactory(code="other")
    save(other, name="theirs")
    with pytest.raises(MappingUnknown, match="standard"):
        trying.try_upload(io.BytesIO(FILE), operator=demo, mapping="theirs", now=NOW)


@pytest.mark.usefixtures("system")
def test_a_trial_shows_every_cell_and_stores_nothing(demo: Operator) -> None:
    trial = trying.try_upload(io.BytesIO(FILE), operator=demo, definition=CRM, now=NOW)
    assert [row.fits for row in trial.rows] == [True, False]
    cells = {cell.name: (cell.written, cell.value) for cell in trial.rows[0].cells}
    assert cells["activated_on"] == ("令和２年４月１日", "2020-04-01")
    assert cells["language"] == ("", "ja")
    assert {cell.code for cell in trial.rows[1].cells if cell.problem} == {"cannot_split"}
    assert not ImportBatch.objects.exists()


def test_a_template_is_a_file_that_the_mapping_reads(demo: Operator, take_in: TakeIn) -> None:
    layout = choosing.layout_of(save(demo), demo, now=NOW)
    content, charset = trying.template_of(layout)
    assert charset == "cp932"
    assert outcomes(take_in(content, mapping="crm")) == {}
    content, _ = trying.template_of(STANDARD_LAYOUT)
    assert content.decode("utf-8-sig").strip().split(",") == list(NAMES)
    assert outcomes(take_in(content)) == {}


class TestCommand:
    def test_from_a_sample_to_an_import(self, demo: Operator, tmp_path: Path) -> None:
        file, definition = tmp_path / "crm.tsv", tmp_path / "crm.json"
        file.write_bytes(FILE)
        definition.write_text(json.dumps(CRM))
        of = ("--operator", "demo")
        tried = asked("mapping", "try", file, "--definition", definition, *of)
        assert [row["fits"] for row in tried["rows"]] == [True, False]
        assert asked("mapping", "save", definition, "--name", "crm", *of)["version"] == 1
        assert "unchanged" in run("mapping", "save", definition, "--name", "crm", *of)
        assert json.loads(run("mapping", "show", "crm", *of)) == CRM
        assert "crm version 1" in run("mapping", "list", *of)
        assert "佐藤花子" in run("mapping", "try", file, "--mapping", "crm", *of)
        template = tmp_path / "empty.tsv"
        run("mapping", "template", "crm", "--out", template, *of)
        assert template.read_bytes().startswith(b"\r\n")
        answer = asked("import_subscribers", file, "--mapping", "crm", *of)
        assert (answer["created"], answer["rejected"]) == (1, 1)

    def test_what_it_says_of_errors(self, demo: Operator, tmp_path: Path) -> None:
        of = ("--operator", "demo")
        wrong = tmp_path / "wrong.json"
        wrong.write_text('{"columns": {}}')
        assert "Is required" in failure("mapping", "save", wrong, "--name", "crm", *of)
        wrong.write_text("{")
        assert "is not JSON" in failure("mapping", "save", wrong, "--name", "crm", *of)
        assert "standard layout" in failure("mapping", "show", "standard", *of)
        assert "use one of standard" in failure("mapping", "show", "crm", *of)
        assert "no operator 'nobody'" in failure("mapping", "list", "--operator", "nobody")


class TestApi:
    @pytest.fixture
    def olgas(self, client: Client, olga: User) -> Client:
        client.force_login(olga)
        return client

    def _post(self, client: Client, body: object) -> Any:
        return client.post("/api/v1/mappings", json.dumps(body), content_type="application/json")

    def test_saved_once_and_read_again(self, olgas: Client) -> None:
        first = self._post(olgas, {"name": "crm", "definition": CRM})
        assert first.status_code == 201
        assert self._post(olgas, {"name": "crm", "definition": CRM}).status_code == 200
        assert olgas.get(first["Location"]).json()["definition"] == CRM
        assert [each["name"] for each in olgas.get("/api/v1/mappings").json()] == ["crm"]
        template = olgas.get(f"{first['Location']}/template")
        assert template["Content-Type"] == "text/csv; charset=cp932"

    def test_every_fault_with_its_place(self, olgas: Client) -> None:
        answer = self._post(olgas, {"name": "crm", "definition": {"columns": {}}})
        assert answer.status_code == 422
        assert "columns.msisdn" in {each["field"] for each in answer.json()["errors"]}

    def test_a_file_in_no_declared_encoding_comes_back_with_the_ways_to_read_it(
        self, olgas: Client
    ) -> None:
        definition = {**CRM, "encoding": ""}
        file = io.BytesIO(FILE)
        file.name = "crm.tsv"
        answer = olgas.post(
            "/api/v1/mappings/try", {"file": file, "definition": json.dumps(definition)}
        )
        assert answer.status_code == 422
        ways = answer.json()["candidates"]
        assert "cp932" in [way["encoding"] for way in ways]
        assert "髙橋　太郎" in next(w for w in ways if w["encoding"] == "cp932")["rows"][2]
