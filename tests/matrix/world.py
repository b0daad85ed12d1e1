"""The data set of the matrix, made by the rooms' own actions, once."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.base import SessionBase
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.utils import timezone

from devices import registry
from devices.member_apps import approving, registering
from devices.models import Device, DeviceCredential, DeviceHolding
from healthcare.accounts import people as accounts
from healthcare.accounts.middleware import KEY
from healthcare.accounts.models import (
    HospitalStaff,
    IdentityProvider,
    Method,
    PersonalToken,
    Role,
    User,
)
from healthcare.accounts.sessions import open_session
from healthcare.audit.actors import command
from healthcare.audit.models import AccessEvent
from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.inviting import waves
from healthcare.kernel.periods import add_months, calendar_month
from healthcare.patients import caring, consenting, watching_along
from healthcare.patients.models import Panel, Patient, Purpose, Watcher
from healthcare.persons.models import Merge, Resemblance
from healthcare.subscribers.models import ImportRow, Line, Operator
from packages import billing, subscribing
from packages.models import (
    BillingPolicy,
    BillingRun,
    Invoice,
    Price,
    Subscription,
    SubscriptionEvent,
)
from reports import building, requesting
from reports.models import Alert, AlertKind, AlertNote, AlertState, Report
from reports.monitoring import opening, refreshing, state
from tests.factories import (
    BEGINNING,
    PASSWORD,
    CareRelationshipFactory,
    ConsentFactory,
    ContractFactory,
    HospitalFactory,
    HospitalStaffFactory,
    ImportBatchFactory,
    LineFactory,
    MappingFactory,
    OperatorFactory,
    OperatorStaffFactory,
    PatientFactory,
    UserFactory,
)
from tests.matrix.people import PEOPLE, RECYCLED, Person
from tests.matrix.principals import HALFWAY
from tests.matrix.subjects import Subject
from tests.measuring import device_of, measure_days, weigh
from tests.signing_in import SoftAuthenticator

BY = command("tests")
SYSTEM = Scope.system("the data set of the matrix")
CARE_OF = {"hanako": ("kita", "minami"), "taro": ("kita",), "ume": ("minami",)} | {
    "goro": ("kita",),
    "sada": ("kita",),
}
OTHERS = {"ume"}  # subscribers of the other operator


@dataclass
class World:
    """Everything that requests need: keys, tokens, subjects, the clock it was built at."""

    now: datetime
    sessions: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, list[Subject]] = field(default_factory=dict)
    serials: dict[str, str] = field(default_factory=dict)
    patients: dict[str, Patient] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    app: int = 0  # the approval of hanako's app
    last_event: int = 0

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo("Asia/Tokyo")).date()

    @property
    def month(self) -> date:
        """The first day of the month before: billed and committed."""
        return calendar_month(add_months(self.today.replace(day=1), -1)).start

    def person_of(self, patient_id: int) -> str:
        """The key of the person with this id."""
        return next(key for key, row in self.patients.items() if row.pk == patient_id)


def session_of(user: User, now: datetime, *, strong: bool = True) -> tuple[str, int]:
    """A session as a finished sign-in leaves it, without a second factor when it is not `strong`:
    its cookie and the key of its row. It is of a later hour, so that it neither idles out nor grows
    stale while the matrix runs. Every door of sign-in ends in these rows: a room that makes sign-in
    ask for more adds what it stores here."""
    opened = open_session(
        user=user,
        method=Method.PASSWORD_AND_CODE if strong else Method.PASSWORD,
        strong=strong,
        now=now + timedelta(hours=2),
        by=user.actor,
    )
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    session = store()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[KEY] = opened.pk
    session.create()
    return str(session.session_key), opened.pk


def watch(world: World) -> None:
    """Hanako lets somebody of her family watch along; ume's invitation waits."""
    codes = {
        key: watching_along.invite(patient=world.patients[key], now=world.now, by=BY)
        for key in ("hanako", "ume")
    }
    watching_along.accept(code=codes["hanako"], user=world.users["watcher"], now=world.now)


def _panels(hospitals: dict[str, Hospital], now: datetime) -> list[Subject]:
    return [
        Subject(
            f"panel of {code}",
            Panel.objects.create(hospital=hospital, name=f"Team {code}", created_at=now).pk,
            code,
        )
        for code, hospital in hospitals.items()
    ]


def build() -> World:
    """Make it. Call it inside a transaction that is rolled back."""
    world = World(timezone.now())
    hospitals = {code: HospitalFactory(code=code) for code in ("kita", "minami")}
    operators = {code: OperatorFactory(code=code) for code in ("demo", "other-telecom")}
    _people_who_sign_in(world, hospitals, operators)
    with acting_in(SYSTEM):
        _offers(operators["demo"], operators["other-telecom"])
        for person in PEOPLE.values():
            _person(world, person, hospitals, operators)
        state.add_missing_rows(now=world.now)
        refreshing.refresh(limit=100, now=world.now)
        _devices(world)
        _alerts(world)
        reports = _ask_for_reports(world, hospitals)
    for operator in operators.values():
        billing.run(month=world.month, operator=operator, as_of=world.now, by=BY)
        billing.draft(month=world.today, operator=operator, as_of=world.now, by=BY)
    for report in reports:
        building.build(report_id=report, now=world.now)
    with acting_in(SYSTEM):
        _imports(world, operators)
        _resemblances(world)
        _endings(world, hospitals)
        watch(world)
    with acting_in(Scope.people(frozenset([world.patients["hanako"].pk]))):
        world.tokens["member's app"] = _app_of(world, "hanako")
    with acting_in(SYSTEM):
        world.subjects["panels"] = _panels(hospitals, world.now)
        world.subjects |= _subjects(world)
        world.subjects["passkeys"] = [
            Subject("hanako's passkey", key.pk, "hanako/sign-in")
            for key in Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
        ]
        world.subjects["providers"] = [_provider(hospitals["kita"])]
        # Who is not signed in reaches every provider; test_elsewhere goes through one.
        world.subjects["providers to sign in at"] = []
        world.subjects["links"] = []
        world.last_event = max(AccessEvent.objects.values_list("pk", flat=True), default=0)
    return world


def _provider(hospital: Hospital) -> Subject:
    """Kita's, where nobody answers: what it says is not the matrix's business."""
    provider = IdentityProvider.objects.create(
        code="kita",
        name="Kita",
        issuer="http://localhost:9",
        client_id="mimamori",
        client_secret="",
        hospital=hospital,
    )
    return Subject("kita's provider", provider.code, hospital.code)


def _people_who_sign_in(
    world: World, hospitals: dict[str, Hospital], operators: dict[str, Operator]
) -> None:
    users = world.users
    signed_in = world.subjects["sessions"] = []
    for name in ("hanako", "ume", "goro", "jiro", "watcher"):
        users[name] = UserFactory(username=name, role=Role.MEMBER)
    for name, hospital in (
        ("alice", "kita"),
        ("bob", "kita"),
        ("eve", "kita"),
        ("dora", "kita"),
        ("fumi", "kita"),
    ):
        users[name] = HospitalStaffFactory(user__username=name, hospital=hospitals[hospital]).user
    users["charlie"] = HospitalStaffFactory(
        user__username="charlie", hospital=hospitals["minami"]
    ).user
    for name, operator in (("olga", "demo"), ("oscar", "other-telecom")):
        users[name] = OperatorStaffFactory(user__username=name, operator=operators[operator]).user
    users["otto"] = UserFactory(username="otto", role=Role.OPERATOR)
    users["sam"] = UserFactory(username="sam", role=Role.SUPPORT)
    users["ada"] = UserFactory(username="ada", role=Role.ADMIN)
    _passkey(users["hanako"])
    password = make_password(PASSWORD)
    for name, user in users.items():
        user.password = password
        user.save(update_fields=["password"])
        world.sessions[name], row = session_of(user, world.now, strong=name not in HALFWAY)
        signed_in.append(Subject(f"{name}'s session", row, f"{name}/sign-in"))
        world.tokens[f"{name} token"] = accounts.create_personal_token(
            user=user, now=world.now, by=BY
        )
    world.tokens["revoked token"] = accounts.create_personal_token(
        user=users["alice"], now=world.now, by=BY
    )
    latest = PersonalToken.objects.filter(user=users["alice"]).latest("pk")
    PersonalToken.objects.filter(pk=latest.pk).update(revoked_at=world.now)
    HospitalStaff.objects.filter(user=users["eve"]).update(
        period=DateTimeTZRange(BEGINNING, world.now - timedelta(days=1))
    )
    User.objects.filter(pk=users["dora"].pk).update(is_active=False)


def _passkey(user: User) -> None:
    """Hanako has one; nobody else has a factor."""
    options = {"publicKey": {"user": {"id": ""}, "rp": {"id": "testserver"}, "challenge": ""}}
    credential = json.loads(SoftAuthenticator().create(options))
    WebAuthn.add(user, "a passkey", credential)


def _offers(demo: Operator, other: Operator) -> None:
    """The other operator sells what demo sells."""
    policy = BillingPolicy.objects.get(operator=demo)
    policy.pk, policy.operator = None, other
    policy._state.adding = True
    policy.save()
    for price in Price.objects.filter(operator=demo):
        Price.objects.create(
            version=price.version, operator=other, amount=price.amount, tax_rate=price.tax_rate
        )


def _person(
    world: World, person: Person, hospitals: dict[str, Hospital], operators: dict[str, Operator]
) -> None:
    patient = world.patients[person.key] = PatientFactory(
        family_name=person.identity,
        given_name=f"{person.identity}-given",
        family_name_kana=f"{person.identity}-kana",
        given_name_kana=f"{person.identity}-kana",
        postcode=person.identity,
        prefecture=person.identity,
        email=f"{person.identity}@example.org",
        user=world.users.get(person.key),
    )
    operator = operators["other-telecom" if person.key in OTHERS else "demo"]
    contract = ContractFactory(
        operator=operator, operator_subscriber_id=f"{person.identity}-id", patient=patient
    )
    if person.key == "jiro":
        contract.activated_on = world.today - timedelta(days=2)
        contract.save()
    else:
        LineFactory(contract=contract, number=person.number or RECYCLED)
    if person.key == "sada":
        ContractFactory(
            operator=operators["other-telecom"],
            operator_subscriber_id=f"{person.identity}-before",
            activated_on=date(2018, 4, 1),
            ended_on=date(2020, 4, 1),
            patient=patient,
        )
    for purpose in (Purpose.CARE, Purpose.HOSPITAL_REPORT):
        ConsentFactory(patient=patient, purpose=purpose)
    for code in CARE_OF.get(person.key, ()):
        CareRelationshipFactory(
            patient=patient,
            hospital=hospitals[code],
            hospital_patient_number=f"{person.identity}-{code}",
            doctor=f"{person.identity}-doctor",
        )
    measure_days(
        patient,
        world.today - timedelta(days=34),
        34,
        morning=person.systolic,
        evening=person.systolic,
    )
    weigh(patient, world.today - timedelta(days=1), 1, grams=int(person.kilograms * 1000))
    if person.key != "jiro":
        _subscribe(world, person, patient)


def _subscribe(world: World, person: Person, patient: Patient) -> None:
    subscribing.subscribe(patient=patient, package="standard", on=world.month, now=world.now, by=BY)
    for model in (SubscriptionEvent, Subscription):
        model.objects.filter(patient=patient).update(price_override=person.price)


def _devices(world: World) -> None:
    """Everybody's cuff, named after them and in their hands, and the keys that post."""
    for key, patient in world.patients.items():
        serial = world.serials[key] = f"{PEOPLE[key].health}-cuff"
        device = device_of(patient)
        Device.objects.filter(pk=device.pk).update(serial=serial, model=PEOPLE[key].health)
        registry.hand_over(serial=serial, patient=patient, at=BEGINNING, now=world.now, by=BY)
    rotate: Callable[[str], str] = lambda key: registry.rotate(  # noqa: E731
        serial=world.serials[key], now=world.now, by=BY
    )
    world.tokens["revoked device"] = rotate("hanako")
    DeviceCredential.objects.filter(device__serial=world.serials["hanako"]).update(
        revoked_at=world.now
    )
    world.tokens["device"] = rotate("hanako")
    world.tokens["foreign device"] = rotate("ume")
    _, world.tokens["gateway"] = registry.register_gateway(name="hub", now=world.now, by=BY)
    registry.entrust_to_gateway(gateway="hub", serial=world.serials["ume"], now=world.now, by=BY)


def _app_of(world: World, key: str) -> str:
    """The access token of an app that this person approved, as if its code had been exchanged.
    Nobody approves for another: call it in their scope."""
    app = registering.register(
        name="Pocket cuff", redirect_uris=["com.example.app:/oauth"], now=world.now, by=BY
    )
    grant = approving.approve(
        app=app,
        patient=world.patients[key],
        user=world.users[key],
        code="of the matrix",
        challenge="",
        redirect_uri="com.example.app:/oauth",
        now=world.now,
        by=BY,
    )
    tokens = approving.draw()
    # Of a later hour, as sessions are: an access token lives half an hour.
    approving.issue(grant=grant, tokens=tokens, now=world.now + timedelta(hours=2), by=BY)
    world.app = grant.pk
    return tokens.access


def _alerts(world: World) -> None:
    for key, patient in world.patients.items():
        person = PEOPLE[key]
        measured = {"systolic": person.systolic, "diastolic": person.diastolic}
        alert = opening.open_alert(
            patient_id=patient.pk,
            kind=AlertKind.CRISIS,
            evidence=[
                opening.Evidence(
                    key="matrix", measured_at=world.now, values=list(measured.values())
                )
            ],
            reason={**measured, "measured_at": world.now.isoformat()},
            now=world.now,
            by=BY,
        )
        assert alert is not None
        AlertNote.objects.create(
            alert=alert,
            at=world.now,
            author=world.users["charlie" if key == "ume" else "alice"],
            state=AlertState.OPEN,
            text=f"{person.health} was called",
        )


def _ask_for_reports(world: World, hospitals: dict[str, Hospital]) -> list[int]:
    return [
        requesting.request(
            patient=world.patients[key],
            hospital=hospitals[code],
            start=world.today - timedelta(days=29),
            end=world.today + timedelta(days=1),
            now=world.now,
            by=BY,
        ).pk
        for key, codes in CARE_OF.items()
        for code in codes
    ]


def _imports(world: World, operators: dict[str, Operator]) -> None:
    """A file of each operator with a rejected row about one of its subscribers."""
    for code, key in (("demo", "taro"), ("other-telecom", "ume")):
        batch = ImportBatchFactory(
            operator=operators[code],
            state="done",
            finished_at=world.now,
            rows=3,
            created=2,
            rejected=1,
        )
        ImportRow.objects.create(
            batch=batch,
            line=3,
            outcome="rejected",
            operator_subscriber_id=f"{PEOPLE[key].identity}-id",
            field="activated_on",
            code="date",
            text="no date",
            values={"operator_subscriber_id": f"{PEOPLE[key].identity}-id", "activated_on": "x"},
        )
        world.subjects.setdefault("batches", []).append(Subject(f"batch of {code}", batch.pk, code))
        mapping = MappingFactory(operator=operators[code])
        world.subjects.setdefault("mappings", []).append(
            Subject(f"mapping of {code}", mapping.pk, code)
        )
        plan = waves.Plan("w", cut_over_on=world.today, starts_at=world.now, channels=["console"])
        wave = waves.plan(operator=operators[code], plan=plan, now=world.now, by=BY)
        world.subjects.setdefault("waves", []).append(Subject(f"wave of {code}", wave.pk, code))


def _resemblances(world: World) -> None:
    """Hanako and ume may be one person; another record was joined with hanako's."""
    hanako, ume = world.patients["hanako"], world.patients["ume"]
    nameless = dict.fromkeys(
        ("family_name", "given_name", "family_name_kana", "given_name_kana", "postcode"), ""
    )
    replaced = PatientFactory(**nameless, birth_date=None, replaced_by=hanako)
    told = {"score": 20.0, "band": "to_review", "explanation": [], "found_at": world.now}
    waiting = Resemblance.objects.create(
        earlier=min(hanako, ume, key=lambda one: one.pk),
        later=max(hanako, ume, key=lambda one: one.pk),
        **told,
    )
    decided = {"state": "merged", "decided_at": world.now, "decided_by": str(BY)}
    merged = Merge.objects.create(
        resemblance=Resemblance.objects.create(earlier=hanako, later=replaced, **told, **decided),
        survivor=hanako,
        replaced=replaced,
        contract_ids=[],
        stood=[],
        built={},
        reason="the same person, asked by telephone",
        merged_at=world.now,
        merged_by=str(BY),
    )
    world.subjects["resemblances"] = [
        Subject("hanako and ume", waiting.pk, "support", "hanako"),
        Subject("hanako, joined", merged.resemblance_id, "support", "hanako"),
    ]
    world.subjects["merges"] = [Subject("hanako's merge", merged.pk, "support", "hanako")]


def _endings(world: World, hospitals: dict[str, Hospital]) -> None:
    """What ended: a consent, care relationships, a contract whose number is another's now."""
    people = world.patients
    ended = {"now": world.now - timedelta(hours=1), "by": BY}
    consenting.withdraw(
        patient=people["taro"], purposes=[Purpose.CARE, Purpose.HOSPITAL_REPORT], **ended
    )
    caring.end(patient=people["sada"], hospital=hospitals["kita"], **ended)
    caring.end(patient=people["hanako"], hospital=hospitals["minami"], **ended)
    gone = world.today - timedelta(days=5)
    former = people["goro"].contracts.get()
    former.ended_on = gone
    former.save()
    Line.objects.filter(contract=former).update(period=DateRange(former.activated_on, gone))
    new = people["jiro"].contracts.get()
    LineFactory(contract=new, number=RECYCLED, period=DateRange(new.activated_on, None))


def _subjects(world: World) -> dict[str, list[Subject]]:
    people = world.patients
    runs = {
        state: [
            Subject(f"{state} run of {run.operator.code}", run.pk, run.operator.code)
            for run in BillingRun.objects.filter(state=state).select_related("operator")
        ]
        for state in ("drafted", "committed")
    }
    return {
        "patients": [Subject(key, row.pk, key, key) for key, row in people.items()],
        "alerts": [
            Subject(f"alert of {key}", alert.pk, key, key)
            for alert in Alert.objects.filter(kind=AlertKind.CRISIS)
            for key in [world.person_of(alert.patient_id)]
        ],
        "reports": [
            Subject(f"report of {key} to {code}", report.pk, f"{code}/{key}", key)
            for report in Report.objects.select_related("hospital")
            for key, code in [(world.person_of(report.patient_id), report.hospital.code)]
        ],
        "invoices": [
            Subject(f"invoice of {key}", invoice.pk, key, key)
            for invoice in Invoice.objects.filter(state="issued")
            for key in [world.person_of(invoice.patient_id)]
        ],
        "runs": runs["drafted"] + runs["committed"],
        "watched": [Subject(f"{k}, watched", p.pk, f"watching/{k}", k) for k, p in people.items()],
        # Nobody opened a record in an emergency: their own tests do.
        "opened": [Subject(f"{k}, opened", p.pk, f"opened/{k}", k) for k, p in people.items()],
        "notices": [],
        "watchers": [
            Subject(f"watcher of {key}", watcher.pk, key, key)
            for watcher in Watcher.objects.all()
            for key in [world.person_of(watcher.patient_id)]
        ],
        "holdings": [
            Subject(f"device of {key}", holding.pk, key, key)
            for holding in DeviceHolding.objects.filter(period__upper_inf=True)
            for key in [world.person_of(holding.patient_id)]
        ],
        "drafted runs": runs["drafted"],
        "committed runs": runs["committed"],
    }
