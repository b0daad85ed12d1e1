"""Numbers that are activated, ported, changed, suspended, recycled, and the feeds that tell of it
late, twice and out of order; with people who sign in, read and are charged in between.

After each step the database is compared with a naive model: nobody reads another's rows, a dead
line opens and pays nothing, the former holder's own log-in opens their own data and nothing else,
the new holder gets nothing of it.

`MIMAMORI_DRILL=1` runs many more and longer histories.
"""

import csv
import os
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from devices.models import BloodPressureReading, DeviceHolding
from healthcare.accounts.middleware import KEY
from healthcare.accounts.models import Session, User
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.access import scope_for
from healthcare.patients.models import Consent, Patient
from healthcare.subscribers import ending, importing, linking
from healthcare.subscribers.line_ends import Cause
from healthcare.subscribers.models import Contract, ImportBatch, Line, LineAccess, Operator
from packages import billing, charging, subscribing
from packages.models import Charge, ChargeEntry, Invoice, Subscription
from packages.pricing.problems import HistoryError
from tests.factories import ConsentFactory, UserFactory
from tests.journeys.number_model import World
from tests.measuring import measure
from tests.unit.healthcare.subscribers.conftest import outcomes
from tests.unit.healthcare.subscribers.test_import_model import Key, Row, database

BY = command("tests")
SYSTEM = Scope.system("the number machine")
START = date(2026, 3, 2)
NUMBERS = tuple(f"+8190111100{n:02}" for n in range(1, 4))
DRILL = os.environ.get("MIMAMORI_DRILL") == "1"

rows = st.lists(
    st.tuples(
        st.sampled_from(("S1", "S2", "S3")),
        st.sampled_from((0, 1, 40, 90, 400)),  # days between activation and the feed
        st.sampled_from(NUMBERS),
    ),
    min_size=1,
    max_size=3,
)
OWN: tuple[type[Any], ...] = (
    Patient,
    Contract,
    Line,
    LineAccess,
    BloodPressureReading,
    Consent,
    Invoice,
    Subscription,
    DeviceHolding,
)


class Numbers(RuleBasedStateMachine):
    """One operator, three contract ids, three numbers, and everybody who ever had one."""

    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.today = START
        self.seconds = 0  # so that no link begins in the moment in which it ends
        self.users: dict[Key, User] = {}
        self.own: dict[Key, Client] = {}
        self.through_line: list[tuple[Key, Client]] = []
        self.last_feed: list[Row] = []
        self.systolic: dict[Key, int] = {}
        # Everything happens in one transaction, which is never committed.
        self._undo = transaction.atomic()
        self._undo.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._undo.__exit__(None, None, None)

    @property
    def now(self) -> datetime:
        at = datetime(self.today.year, self.today.month, self.today.day, 3, tzinfo=UTC)
        return at + timedelta(seconds=self.seconds)

    @property
    def demo(self) -> Operator:
        return Operator.objects.get(code="demo")

    @initialize()
    def somebody_is_there(self) -> None:
        self._feed([("S1", START - timedelta(days=400), NUMBERS[0], "a")])
        self.join("S1")

    # What the operator tells -------------------------------------------------------------------

    @rule(told=rows)
    def feed(self, told: list[tuple[str, int, str]]) -> None:
        """A file; its activations lie up to 400 days back, so many come late or out of order."""
        self._feed([(s, self.today - timedelta(days=ago), n, "a") for s, ago, n in told])

    @rule()
    def the_same_feed_again(self) -> None:
        """At once it changes nothing; days later it is an old file, and the model knows."""
        before = self._rows()
        day, batch = self.last_feed_on, self._feed(self.last_feed)
        if day == self.today:
            assert self._rows() == before
            assert set(outcomes(batch)) <= {"held", "duplicate", "unchanged"}

    @rule(data=st.data(), ago=st.sampled_from((0, 1, 40, 90)), ported=st.booleans())
    def end(self, data: st.DataObject, ago: int, ported: bool) -> None:
        """Port-out or end of contract, told today or late."""
        key = self._some(data)
        day = max(self.today - timedelta(days=ago), key[1])
        self._end(key, day, Cause.PORTED if ported else Cause.LINE_ENDED)

    @rule(
        number=st.sampled_from(NUMBERS),
        subscriber=st.sampled_from(("S1", "S2", "S3")),
        ago=st.sampled_from((1, 40, 90)),
    )
    def end_and_then_tell_of_an_earlier_holder(
        self, number: str, subscriber: str, ago: int
    ) -> None:
        """The line ended today, and a late file says that somebody else had the number before."""
        for key in [k for k in self.world.contracts if self.world.number(k) == number]:
            self._end(key, max(self.today, key[1]), Cause.LINE_ENDED)
        self._feed([(subscriber, self.today - timedelta(days=ago), number, "a")])

    @rule(
        data=st.data(),
        other=st.sampled_from(("S1", "S2", "S3")),
        spare=st.sampled_from(NUMBERS),
    )
    @precondition(lambda self: self.users)
    def lose_the_number_and_get_another(self, data: st.DataObject, other: str, spare: str) -> None:
        """A member's number goes to somebody else today; then the operator sends them a new one."""
        key = data.draw(st.sampled_from(sorted(self.users)))
        number = self.world.number(key)
        if number is not None:
            self._feed([(other, self.today, number, "a")])
            self.a_dead_line_opens_nothing()
        self._feed([(*key, spare, "a")])

    @rule(data=st.data())
    def suspend(self, data: st.DataObject) -> None:
        key = self._some(data)
        with acting_in(SYSTEM):
            if self.world.lives(key):
                contract = self._contract(key)
                ending.suspend(contract=contract, since=self.today, now=self.now, by=BY)
                self.world.suspended.add(key)

    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        key = self._some(data)
        with acting_in(SYSTEM):
            ending.resume(contract=self._contract(key), on=self.today, now=self.now, by=BY)
        self.world.suspended.discard(key)

    @rule(days=st.sampled_from((1, 7, 31, 90)))
    @precondition(lambda self: self.today < START + timedelta(days=200))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    # What people do ----------------------------------------------------------------------------

    @rule(subscriber=st.sampled_from(("S1", "S2", "S3")))
    def join(self, subscriber: str) -> None:
        """Consent, an own log-in, a link to the operator's account, a package, a reading."""
        keys = [k for k in self.world.contracts if k[0] == subscriber and self.world.lives(k)]
        if not keys or keys[0] in self.users:
            return
        (key,) = keys
        with acting_in(SYSTEM):
            contract = self._contract(key)
            patient, user = contract.patient, UserFactory()
            patient.user = user
            patient.save()
            ConsentFactory(patient=patient)
            self.systolic[key] = 121 + len(self.users)
            measure(patient, [(self.now, self.systolic[key], 77)])
            self.users[key] = user
            if key not in self.world.suspended:
                self._link(key)
            subscribing.subscribe(
                patient=patient, package="standard", on=self.today, now=self.now, by=BY
            )
        self.own[key] = Client()
        self.own[key].force_login(user)

    @rule(data=st.data())
    @precondition(lambda self: self.users)
    def link_or_unlink(self, data: st.DataObject) -> None:
        """The member takes the operator's account away from their log-in, or adds it again."""
        key = data.draw(st.sampled_from(sorted(self.users)))
        with acting_in(SYSTEM):
            if not self.world.lives(key) or key in self.world.suspended:
                with pytest.raises(linking.CannotLink, match="ended or is suspended"):
                    self._link(key)
            elif key not in self.world.linked:
                self._link(key)
            else:
                self._sign_in(key)
                self._unlink(key)

    @rule(data=st.data())
    @precondition(lambda self: self.users)
    def sign_in_through_the_line(self, data: st.DataObject) -> None:
        self._sign_in(data.draw(st.sampled_from(sorted(self.users))))

    @rule(data=st.data())
    @precondition(lambda self: self.users)
    def read(self, data: st.DataObject) -> None:
        """Over HTTP: the own record answers, another's is absent."""
        mine, other = (data.draw(st.sampled_from(sorted(self.users))) for _ in range(2))
        client, ids = self.own[mine], self._patients()
        shown = client.get(reverse("patient-readings", args=[ids[mine]])).json()["results"]
        assert [reading["systolic"] for reading in shown] == [self.systolic[mine]]
        assert client.get(reverse("portal:my:home")).status_code == 200
        assert client.get(reverse("portal:my:packages")).status_code == 200
        if other != mine:
            foreign = client.get(reverse("patient-readings", args=[ids[other]]))
            absent = client.get(reverse("patient-readings", args=[10**9]))
            assert (foreign.status_code, absent.status_code) == (404, 404)

    @rule(data=st.data())
    @precondition(lambda self: self.users)
    def take_a_package_again(self, data: st.DataObject) -> None:
        """On a living contract only; a dead one pays for nothing."""
        key = data.draw(st.sampled_from(sorted(self.users)))
        with acting_in(SYSTEM):
            patient = self._contract(key).patient
            try:
                subscribing.subscribe(
                    patient=patient, package="standard", on=self.today, now=self.now, by=BY
                )
            except HistoryError:
                return
            assert self.world.lives(key)

    @rule()
    def bill_and_charge(self) -> None:
        """A day of billing: what goes to the operator stands on the payer's own living line."""
        with acting_in(SYSTEM):
            before = set(Invoice.objects.values_list("pk", flat=True))
            entries = set(ChargeEntry.objects.values_list("pk", flat=True))
        billing.run(month=self.today, operator=self.demo, as_of=self.now, by=BY)
        with suppress(charging.ChargesRefused):
            charging.write(
                month=self.today, operator=self.demo, out=BytesIO(), as_of=self.now, by=BY
            )
        with acting_in(SYSTEM):
            for invoice in Invoice.objects.exclude(pk__in=before).select_related("payer_contract"):
                ended = invoice.payer_contract.ended_on
                assert ended is None or invoice.date < ended or invoice.total < 0
            for entry in ChargeEntry.objects.exclude(pk__in=entries):
                payer = entry.charge.payer_contract
                key = (payer.operator_subscriber_id, payer.activated_on)
                assert entry.msisdn == self.world.number(key)
                assert key not in self.world.suspended
                assert entry.charge.invoice.patient_id == payer.patient_id

    # What is always true -----------------------------------------------------------------------

    @invariant()
    def numbers_are_where_the_model_has_them(self) -> None:
        with acting_in(SYSTEM):
            assert database() == self.world.snapshot()
            spans = sorted(
                (x.number, x.period.lower, x.period.upper or date.max) for x in Line.objects.all()
            )
        for (number, _, end), (next_number, start, _) in pairwise(spans):
            assert number != next_number or end <= start

    @invariant()
    def everybody_reads_their_own_rows_and_no_others(self) -> None:
        ids = self._patients()
        assert len(set(ids.values())) == len(ids), "each contract is another person"
        for key, user in self.users.items():
            scope = scope_for(user, now=self.now)
            assert scope.patient_ids == {ids[key]}
            with acting_in(scope):
                for model in OWN:
                    declared = model._default_manager.patient
                    path = f"{declared}__pk" if declared else "pk"
                    assert set(model.objects.values_list(path, flat=True)) <= {ids[key]}
                assert BloodPressureReading.objects.count() == 1

    @invariant()
    def a_dead_line_opens_nothing(self) -> None:
        """Sessions through it are gone for good; sessions by people's own means go on."""
        living = []
        for key, client in self.through_line:
            alive = self.world.opens(key)
            assert self._counts(client) == alive
            if alive:
                living.append((key, client))
        self.through_line = living
        for client in self.own.values():
            assert self._counts(client)

    @invariant()
    def only_living_contracts_are_linked(self) -> None:
        """Not only refused at sign-in: what said that the account opens a log-in has ended."""
        with acting_in(SYSTEM):
            standing = LineAccess.objects.filter(period__upper_inf=True).values_list(
                "contract__operator_subscriber_id", "contract__activated_on", "user_id"
            )
            assert sorted(standing) == sorted(
                (*key, self.users[key].pk) for key in self.world.linked if self.world.lives(key)
            )

    @invariant()
    def a_dead_line_pays_nothing_more(self) -> None:
        with acting_in(SYSTEM):
            for row in Subscription.objects.exclude(payer_contract__ended_on=None):
                assert row.period.upper is not None
                assert row.period.upper <= self.today + timedelta(days=1)
            for charge in Charge.objects.filter(state="planned"):
                ended = charge.payer_contract.ended_on
                assert ended is None or charge.invoice.date < ended

    # Small steps -------------------------------------------------------------------------------

    def _counts(self, client: Client) -> bool:
        """Whether this client's session still counts; asked of the row that decides."""
        return Session.objects.filter(pk=client.session[KEY], ended_at=None).exists()

    def _feed(self, told: list[Row]) -> ImportBatch:
        self.seconds += 1
        path = self.folder / "feed.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["operator_subscriber_id", "activated_on", "msisdn", "tariff"])
            writer.writerows(told)
        with acting_in(SYSTEM):
            batch = importing.run(path=path, operator=self.demo, now=self.now, by=BY)
        self.last_feed, self.last_feed_on = told, self.today
        assert outcomes(batch) == dict(Counter(self.world.take_in(told, self.today)))
        return batch

    def _sign_in(self, key: Key) -> None:
        with acting_in(SYSTEM):
            access = linking.access_of(
                operator=self.demo, subject=f"{key[0]}-{key[1]}", now=self.now
            )
            assert (access is not None) == self.world.opens(key)
            if access is None:
                return
            assert access.user == self.users[key]
            client = Client()
            client.force_login(access.user)
            opened = Session.objects.get(pk=client.session[KEY])
            linking.session_opened(access=access, session=opened, now=self.now)
        self.through_line.append((key, client))

    def _link(self, key: Key) -> None:
        self.seconds += 1
        linking.link(
            contract=self._contract(key),
            user=self.users[key],
            subject=f"{key[0]}-{key[1]}",
            now=self.now,
            by=BY,
        )
        self.world.linked.add(key)

    def _unlink(self, key: Key) -> None:
        self.seconds += 1
        access = LineAccess.objects.get(contract=self._contract(key), period__upper_inf=True)
        linking.unlink(access=access, now=self.now, by=BY)
        self.world.linked.discard(key)

    def _rows(self) -> list[list[dict[str, Any]]]:
        with acting_in(SYSTEM):
            return [list(m.objects.order_by("pk").values()) for m in (*OWN, Charge)]

    def _some(self, data: st.DataObject) -> Key:
        return data.draw(st.sampled_from(sorted(self.world.contracts)))

    def _end(self, key: Key, day: date, cause: Cause) -> None:
        self.seconds += 1
        with acting_in(SYSTEM):
            for _ in range(2):
                ending.end(contract=self._contract(key), on=day, cause=cause, now=self.now, by=BY)
        self.world.end(key, day)
        # A number that came free may be had now: the same feed is no longer "at once".
        self.last_feed_on = date.min

    def _contract(self, key: Key) -> Contract:
        return Contract.objects.select_related("patient").get(
            operator=self.demo, operator_subscriber_id=key[0], activated_on=key[1]
        )

    def _patients(self) -> dict[Key, int]:
        with acting_in(SYSTEM):
            return {
                (subscriber, activated_on): patient_id
                for subscriber, activated_on, patient_id in Contract.objects.values_list(
                    "operator_subscriber_id", "activated_on", "patient_id"
                )
            }


def test_nobody_reads_anothers_rows_whatever_happens_to_numbers(db: None, tmp_path: Path) -> None:
    Numbers.folder = tmp_path
    run_state_machine_as_test(
        Numbers,
        settings=settings(
            max_examples=300 if DRILL else 15,
            stateful_step_count=60 if DRILL else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert not connection.needs_rollback
