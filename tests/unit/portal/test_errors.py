"""Error pages for people, problems for programs."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory

from portal import errors


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/fhir/R4/Nothing"])
def test_programs_get_a_problem(path: str, rf: RequestFactory) -> None:
    request = rf.get(path)
    for answer, status in (
        (errors.not_found(request), 404),
        (errors.forbidden(request), 403),
        (errors.csrf_failure(request, "No cookie."), 403),
        (errors.server_error(request), 500),
    ):
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.status_code == status


def test_people_get_a_page(rf: RequestFactory) -> None:
    request = rf.get("/clinic/")
    reason = PermissionDenied("You do not work at a hospital now.")
    assert b"You do not work at a hospital now." in errors.forbidden(request, reason).content
    assert errors.not_found(request).status_code == 404
    assert errors.csrf_failure(request).status_code == 403


def test_the_page_of_a_crash_asks_the_database_nothing(rf: RequestFactory) -> None:
    # No database fixture: a query would raise.
    answer = errors.server_error(rf.get("/"))
    assert answer.status_code == 500
    assert b"Something broke on our side" in answer.content


def test_an_unknown_address_is_a_page(db: None, client: Client) -> None:
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert "There is nothing here that you can see" in answer.content.decode()
