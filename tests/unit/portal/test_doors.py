"""Each role reaches its own pages and no others; foreign and absent look the same."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from healthcare.accounts.models import Role, User
from healthcare.audit.models import AccessEvent
from healthcare.hospitals.models import Hospital
from tests.cast import Cast
from tests.factories import UserFactory
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
    url = reverse(f"portal:{route.name}", kwargs=route.arguments(day) | changed)
    return int(getattr(client, route.method)(url, route.posted or {}).status_code)


def person(cast: Cast, role: Role) -> User:
    return {
        Role.CLINICIAN: cast.alice,
        Role.MEMBER: cast.member,
        Role.OPERATOR: cast.olga,
        Role.SUPPORT: cast.sam,
    }[role]


def test_every_route_is_in_the_matrix() -> None:
    portal = [name for name in names(get_resolver()) if name.startswith("portal:")]
    assert sorted(portal) == sorted(f"portal:{route.name}" for route in ROUTES)


@pytest.mark.parametrize("route", OWNED, ids=lambda route: route.name)
def test_only_its_role_reaches_a_page(
    route: Route, cast: Cast, day: Day, sign_in: SignIn, client: Client
) -> None:
    assert ask(client, route, day) == 302, "not signed in: to the sign-in page"
    for role in Role:
        expected = route.answers if role == route.role else 404
        assert ask(sign_in(person(cast, role)), route, day) == expected, role


@pytest.mark.parametrize("route", [r for r in OWNED if r.argument], ids=lambda route: route.name)
def test_foreign_and_absent_are_the_same_404(
    route: Route, cast: Cast, day: Day, sign_in: SignIn
) -> None:
    stranger = {
        Role.CLINICIAN: cast.charlie,
        Role.OPERATOR: cast.oscar,
        Role.MEMBER: cast.member,
    }[Role(str(route.role))]
    client = sign_in(stranger)
    if stranger != cast.member:
        assert ask(client, route, day) == 404
    assert ask(client, route, day, **{route.argument: 999_999_999}) == 404


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


@pytest.mark.parametrize("route", [r for r in OWNED if r.health], ids=lambda route: route.name)
def test_a_view_of_health_data_leaves_one_access_event(
    route: Route, cast: Cast, day: Day, sign_in: SignIn
) -> None:
    user = person(cast, Role(str(route.role)))
    ask(sign_in(user), route, day)
    event = AccessEvent.objects.get(patient_id=day.patient)
    assert event.what == route.name.replace(":", ".")
    assert event.actor_id == str(user.pk)
    assert event.why == ("care" if route.role == Role.CLINICIAN else "own data")
    assert event.hospital_id == (cast.kita.pk if route.role == Role.CLINICIAN else None)


@pytest.mark.parametrize("route", [r for r in OWNED if not r.health], ids=lambda route: route.name)
def test_other_pages_leave_none(route: Route, cast: Cast, day: Day, sign_in: SignIn) -> None:
    ask(sign_in(person(cast, Role(str(route.role)))), route, day)
    assert not AccessEvent.objects.exists()


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
