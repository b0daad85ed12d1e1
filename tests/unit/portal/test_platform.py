"""Platform administrators search the log, see nobody's data, and are seen searching."""

import re

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.looking import audit_records
from tests.unit.portal.conftest import Day, SignIn

AUDIT = "/platform/audit"


def cells(text: str) -> list[str]:
    return re.findall(r"<code>([^<]+)</code>", text)


def test_a_search_finds_who_saw_a_patient(cast: Cast, day: Day, sign_in: SignIn) -> None:
    sign_in(cast.alice).get(reverse("portal:clinic:patient", kwargs={"patient_id": day.patient}))
    client = sign_in(cast.ada)
    answer = client.post(AUDIT, {"person": "alice", "patient": day.patient})
    assert cells(answer.content.decode()) == ["clinic.patient"]
    assert "Kita Hospital" in answer.content.decode()
    # Somebody else did not, and the search left its own record.
    answer = client.post(AUDIT, {"person": "bob", "patient": day.patient})
    assert "Nothing is recorded for this question" in answer.content.decode()
    assert len(audit_records(action="audit.search", actor_name="ada")) == 2
    assert "ada" in client.get("/platform/").content.decode()


def test_older_entries_come_by_the_button(cast: Cast, day: Day, sign_in: SignIn) -> None:
    client = sign_in(cast.alice)
    for _ in range(55):
        client.get(reverse("portal:clinic:patient", kwargs={"patient_id": day.patient}))
    client = sign_in(cast.ada)
    asked = {"person": "alice", "source": "saw", "since": "2020-01-01T00:00"}
    text = client.post(AUDIT, asked).content.decode()
    button = re.search(r'name="after" value="([^"]+)"', text)
    assert button
    assert len(cells(text)) == 50
    older = text[text.index('class="pages"') :]
    again = dict(re.findall(r'type="hidden" name="(person|source|since)" value="([^"]+)"', older))
    assert again == asked
    text = client.post(AUDIT, {**again, "after": button[1]}).content.decode()
    assert len(cells(text)) == 5
    assert 'name="after"' not in text


def test_nothing_asked_is_in_an_address(cast: Cast, day: Day, sign_in: SignIn) -> None:
    answer = sign_in(cast.ada).post(AUDIT, {"person": "canary-person"})
    text = answer.content.decode()
    assert "canary-person" in text
    assert not re.search(r'(?:href|action|src)="[^"]*canary', text)


def test_the_pages_name_no_patient_and_no_value(cast: Cast, day: Day, sign_in: SignIn) -> None:
    sign_in(cast.alice).get(reverse("portal:clinic:worklist"))
    client = sign_in(cast.ada)
    for text in (
        client.get("/platform/").content.decode(),
        client.post(AUDIT, {"patient": day.patient}).content.decode(),
        client.post(AUDIT, {}).content.decode(),
    ):
        for canary in ("佐藤", "花子", "mmHg", "138/", "188/"):
            assert canary not in text


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"patient": "x"}, "Patient (number of the record)"),
        ({"patient": 10**30}, "Patient (number of the record)"),
        ({"since": "never"}, "Since"),
        ({"since": "2026-11-02T00:00", "until": "2026-11-01T00:00"}, "The end lies before"),
        ({"after": "forged"}, "Search again from the newest"),
        ({"source": "heard"}, "Show"),
        ({"person": "a\0b"}, "Person (user name)"),
    ],
)
def test_a_question_that_is_none_is_answered_in_words(
    asked: dict[str, object], says: str, cast: Cast, sign_in: SignIn
) -> None:
    answer = sign_in(cast.ada).post(AUDIT, asked)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert says in text[text.index('role="alert"') :]
    assert not audit_records(action="audit.search")
