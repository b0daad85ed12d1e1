"""Each role reaches its own pages and no others; foreign and absent look the same."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from healthcare.accounts.models import Role, User
from healthcare.hospitals.models import Hospital
from tests.cast import Cast
from tests.factories import UserFactory
from tests.looking import access_events
from tests.unit.portal.conftest import Day, SignIn
from tests.unit.portal.routes import ROUTES, Route

OWNED = [route for route in ROUTES if route.role is not None]


def names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"
        else:
            space = f"{entry.namespace}:" if entry.namespace else ""
            yield from names(entry, prefix + space)


def ask(client: Client, route: Route, day: Day, **changed: int) -> int:
    """The status of the route's own request; whatever it changed is taken back."""
    url = reverse(f"portal:{route.name}", kwargs=route.arguments(day) | changed)
    with transaction.atomic():
        answer = getattr(client, route.method)(url, route.sent(day))
        transaction.set_rollback(True)
    return int(answer.status_code)


def person(cast: Cast, role: Role) -> User:
    return {
        Role.CLINICIAN: cast.alice,
        Role.MEMBER: cast.member,
        Role.OPERATOR: cast.olga,
        Role.SUPPORT: cast.sam,
        Role.ADMIN: cast.ada,
    }[role]


def visitor(cast: Cast, route: Route) -> User:
    """Whose page it is."""
    return getattr(cast, route.who) if route.who else person(cast, Role(str(route.role)))


def test_every_route_is_in_the_matrix() -> None:
    portal = [name for name in names(get_resolver()) if name.startswith("portal:")]
    assert sorted(portal) == sorted(f"portal:{route.name}" for route in ROUTES)


def test_nobody_enters_without_signing_in(day: Day, client: Client) -> None:
    answers = {route.name: ask(client, route, day) for route in OWNED}
    assert answers == dict.fromkeys(answers, 302)


@pytest.mark.parametrize("role", Role)
def test_a_role_reaches_its_own_pages_and_no_others(
    role: Role, cast: Cast, day: Day, sign_in: SignIn
) -> None:
    client = sign_in(person(cast, role))
    answers = {route.name: ask(client, route, day) for route in OWNED}
    # What is one person's own, an opening, a watching, a lead's notices, is not the role's.
    assert answers == {r.name: r.answers if r.role == role and not r.who else 404 for r in OWNED}


def test_what_is_one_persons_own_is_theirs(cast: Cast, day: Day, sign_in: SignIn) -> None:
    for route in (route for route in OWNED if route.who):
        assert ask(sign_in(visitor(cast, route)), route, day) == route.answers, route.name


def test_foreign_and_absent_are_the_same_404(cast: Cast, day: Day, sign_in: SignIn) -> None:
    strangers = {Role.CLINICIAN: cast.charlie, Role.OPERATOR: cast.oscar}
    for route in (route for route in OWNED if route.argument):
        role = Role(str(route.role))
        absent = {route.argument: 999_999_999}
        assert ask(sign_in(visitor(cast, route)), route, day, **absent) == 404, route.name
        if role in strangers and strangers[role] != visitor(cast, route):
            assert ask(sign_in(strangers[role]), route, day) == 404, route.name


def test_clinicians_who_left_reach_nothing_and_administrators_their_own(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    for route in OWNED:
        left = 403 if route.role == Role.CLINICIAN else 404
        assert ask(sign_in(cast.dora), route, day) == left, route.name
        if route.role != Role.ADMIN:
            assert ask(sign_in(cast.ada), route, day) == 404, route.name


def test_a_foreign_and_an_absent_patient_read_the_same(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    client = sign_in(cast.charlie)
    pages = []
    for patient_id in (day.patient, 999_999_999):
        url = reverse("portal:clinic:patient", kwargs={"patient_id": patient_id})
        text = client.get(url).content.decode().replace(url, "")
        pages.append([line for line in text.splitlines() if "csrfmiddlewaretoken" not in line])
    assert pages[0] == pages[1]


def test_a_colleague_of_the_same_hospital_may(cast: Cast, day: Day, sign_in: SignIn) -> None:
    url = reverse("portal:clinic:patient", kwargs={"patient_id": day.patient})
    assert sign_in(cast.bob).get(url).status_code == 200


def test_a_patient_without_consent_is_absent(cast: Cast, day: Day, sign_in: SignIn) -> None:
    url = reverse("portal:clinic:patient", kwargs={"patient_id": cast.taro.pk})
    assert sign_in(cast.alice).get(url).status_code == 404


def test_a_view_of_health_data_leaves_one_access_event(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    for route in OWNED:
        user = visitor(cast, route)
        url = reverse(f"portal:{route.name}", kwargs=route.arguments(day))
        with transaction.atomic():
            getattr(sign_in(user), route.method)(url, route.sent(day))
            seen = access_events()
            transaction.set_rollback(True)
        assert len(seen) == int(route.health), route.name
        for event in seen:
            clinic = route.role == Role.CLINICIAN
            hospital = cast.minami if route.who == "charlie" else cast.kita
            why = {
                "": "care" if clinic else "own data",
                "wataru": "family",
                "charlie": "break-glass: unconscious in our emergency room",
            }
            assert (event.patient_id, event.actor_id) == (day.patient, str(user.pk))
            assert event.what == route.name.replace(":", ".")
            assert event.why == why[route.who]
            assert event.hospital_id == (hospital.pk if clinic else None)
            assert event.address == "127.0.0.1"


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.MEMBER, Role.OPERATOR])
def test_somebody_without_a_place_is_told_so(role: Role, db: None, sign_in: SignIn) -> None:
    page = {"clinician": "clinic:worklist", "member": "my:home", "operator": "operator:imports"}
    answer = sign_in(UserFactory(role=role)).get(reverse(f"portal:{page[role]}"))
    assert answer.status_code == 403
    assert "may not enter" in answer.content.decode()


def test_the_pages_of_an_operator_hold_no_health_data(
    cast: Cast, day: Day, sign_in: SignIn
) -> None:
    client = sign_in(cast.olga)
    Hospital.objects.filter(pk=cast.kita.pk).update(name="Canary Hospital")
    for route in OWNED:
        if route.role == Role.OPERATOR and route.method == "get":
            url = reverse(f"portal:{route.name}", kwargs=route.arguments(day))
            text = client.get(url).content.decode()
            for canary in ("mmHg", "138/", "188", "Canary", "佐藤"):
                assert canary not in text, route.name
