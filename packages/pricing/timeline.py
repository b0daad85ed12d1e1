"""Replays a history day by day: renewals first, then events in the order given.

Only days on which something happens are visited. Every rule here is in `docs/billing/pricing.md`
with its example.
"""

from collections import deque
from datetime import date

from healthcare.kernel.periods import ONE_DAY, Period
from packages.pricing.changes import (
    refuse_overlap,
    refuse_unless_movable,
    require_pending,
    require_running,
)
from packages.pricing.daybook import DayBook
from packages.pricing.documents import Line, LineKind
from packages.pricing.history import (
    Cancel,
    CancelWhen,
    Change,
    Event,
    History,
    Replayed,
    Revoke,
    Stop,
    Subscribe,
    Subscription,
)
from packages.pricing.metering import MeteredPeriod, UsageBook
from packages.pricing.offering import Package
from packages.pricing.policy import Proration, TermPolicy
from packages.pricing.proration import charge_for, kept
from packages.pricing.running import (
    Charge,
    PendingCancel,
    PendingChange,
    Running,
    anchor_of,
    paid_period,
)
from packages.pricing.terms import cancellation_date, leaves_early, term_end, trial_end


def replay(history: History) -> Replayed:
    """Documents and subscriptions of a history; raises `HistoryError` where it cannot be."""
    timeline = _Timeline(history)
    while (day := timeline.next_day()) is not None and day < history.through:
        timeline.live(day)
    return timeline.result()


class _Timeline:
    def __init__(self, history: History) -> None:
        self._packages = history.packages
        self._policy = history.policy
        self._usage = UsageBook(history.usage)
        in_order = sorted(enumerate(history.events), key=lambda item: item[1].on)
        self._events = deque(item for item in in_order if not isinstance(item[1], Stop))
        self._stops = deque(event for _, event in in_order if isinstance(event, Stop))
        self._book = DayBook(history.policy)
        self._running: Running | None = None
        self._left_on: date | None = None
        """First day without a package, when the last subscription has ended."""
        self._trial_end: date | None = None
        self._metered: dict[Period, MeteredPeriod] = {}
        """Periods whose usage is not billed yet; re-joining in a calendar month continues one."""
        self._months_charged: set[tuple[str, date]] = set()
        """Package and month, each charged once under `none_calendar_month`."""
        self._subscriptions: list[Subscription] = []

    # The loop ------------------------------------------------------------------------------

    def next_day(self) -> date | None:
        """The next day on which something happens."""
        days = [whole.end for whole in self._metered]
        if self._running is not None:
            days.append(self._running.served.end)
        if self._events:
            days.append(self._events[0][1].on)
        if self._stops:
            days.append(self._stops[0].on)
        return min(days, default=None)

    def live(self, day: date) -> None:
        """Everything of one day: the end of a line, renewals, usage of the periods that ended,
        events, document."""
        while self._stops and self._stops[0].on == day:
            self._stops.popleft()
            if self._running is not None:
                self._stop(self._running, day)
        if self._running is not None and self._running.served.end == day:
            self._renew(self._running, day)
        for whole in [whole for whole in self._metered if whole.end == day]:
            self._book.extend(self._metered.pop(whole).lines(self._usage))
        while self._events and self._events[0][1].on == day:
            position, event = self._events.popleft()
            self._happen(event, position)
        self._book.close(day)

    def result(self) -> Replayed:
        """What has happened, and as scheduled the end of what runs."""
        rows = list(self._subscriptions)
        if (running := self._running) is not None:
            rows.append(Subscription(running.package.code, running.since, running.end))
            if isinstance(running.pending, PendingChange):
                rows.append(Subscription(running.pending.package.code, running.pending.on, None))
        return Replayed(documents=tuple(self._book.documents), subscriptions=tuple(rows))

    def _happen(self, event: Event, position: int) -> None:
        match event:
            case Subscribe():
                refuse_overlap(self._running, self._left_on, event, position)
                self._subscribe(event)
            case Change():
                running = require_running(self._running, self._left_on, event, position)
                self._change(running, event, position)
            case Cancel():
                running = require_running(self._running, self._left_on, event, position)
                self._cancel(running, event)
            case Revoke():
                running = require_running(self._running, self._left_on, event, position)
                require_pending(running, position)
                running.pending = None

    # Events --------------------------------------------------------------------------------

    def _subscribe(self, event: Subscribe) -> None:
        package = event.agreed or self._packages[event.package]
        if self._trial_end is None:
            self._trial_end = trial_end(event.on, package)
        billing_start = max(event.on, event.billing_from or self._trial_end)
        anchor_day = anchor_of(billing_start, self._policy.cycle)
        in_trial = event.on < billing_start
        if in_trial:
            served = whole = Period(event.on, billing_start)
        else:
            served, whole = paid_period(event.on, anchor_day)
        self._running = Running(
            package=package,
            since=event.on,
            served=served,
            whole=whole,
            in_trial=in_trial,
            anchor_day=anchor_day,
            term=term_end(billing_start, package),
            charge=Charge(since=event.on, price=0, billed=0),
        )
        if not in_trial:
            self._begin_paid_period(self._running, event.on)

    def _change(self, running: Running, event: Change, position: int) -> None:
        package = event.agreed or self._packages[event.package]
        refuse_unless_movable(running, package, event, position)
        if package.rank < running.package.rank:
            running.pending = PendingChange(on=running.served.end, package=package)
            return
        if isinstance(running.pending, PendingChange):
            running.pending = None
        if not running.in_trial:
            self._charge_upgrade(running, package, event.on)
        self._switch(running, package, event.on)

    def _cancel(self, running: Running, event: Cancel) -> None:
        now = event.when is CancelWhen.NOW
        asked_for = event.on + ONE_DAY if now else running.served.end
        end = asked_for
        if not running.in_trial:
            end = cancellation_date(
                asked_for,
                period=running.whole,
                anchor_day=running.anchor_day,
                term=running.term,
                policy=self._policy,
            )
        if not now or end > asked_for:
            running.pending = PendingCancel(on=end)
            return
        if not running.in_trial:
            self._give_back(running, end)
        self._leave(running, end)

    def _stop(self, running: Running, day: date) -> None:
        if not running.in_trial:
            self._give_back(running, day)
        self._close_row(running, day)
        self._running, self._left_on = None, day

    # Money ---------------------------------------------------------------------------------

    def _renew(self, running: Running, day: date) -> None:
        pending = running.pending
        if isinstance(pending, PendingCancel) and pending.on == day:
            self._leave(running, day)
            return
        if isinstance(pending, PendingChange):
            running.pending = None
            self._switch(running, pending.package, day)
        running.in_trial = False
        self._begin_paid_period(running, day)

    def _begin_paid_period(self, running: Running, day: date) -> None:
        running.served, running.whole = paid_period(day, running.anchor_day)
        self._book.begin_period(running.whole)
        package, mode = running.package, self._policy.proration
        price = package.price_on(day)
        billed = charge_for(price, running.served, running.whole, mode)
        running.charge = Charge(since=day, price=price, billed=billed)
        if self._is_due(package, running.whole):
            self._book.add(self._fixed(package, running.served, billed))
        metered = self._metered.setdefault(running.whole, MeteredPeriod(running.whole))
        metered.open(package, day)

    def _charge_upgrade(self, running: Running, package: Package, day: date) -> None:
        """The credit for the rest of the old package and the charge for the rest of the new one;
        under the unprorated modes the whole difference."""
        old, policy = running.charge, self._policy
        rest = Period(day, running.whole.end) if policy.prorates else running.served
        price = package.price_on(day)
        billed = charge_for(price, rest, running.whole, policy.proration)
        earned = 0
        if policy.prorates:
            earned = kept(old.price, old.since, day, running.whole, policy.proration)
        if self._is_due(package, running.whole):
            self._book.add(
                self._fixed(running.package, rest, earned - old.billed),
                self._fixed(package, rest, billed),
            )
        running.charge = Charge(since=day, price=price, billed=billed)
        metered = self._metered[running.whole]
        metered.cut(day)
        metered.open(package, day)

    def _give_back(self, running: Running, end: date) -> None:
        """The credit of a cancellation at once, and the fee of a term left early."""
        charge, mode = running.charge, self._policy.proration
        self._metered[running.whole].cut(end)
        if self._policy.prorates and end < running.whole.end:
            earned = kept(charge.price, charge.since, end, running.whole, mode)
            rest = Period(end, running.whole.end)
            self._book.add(self._fixed(running.package, rest, earned - charge.billed))

    def _leave(self, running: Running, end: date) -> None:
        term = running.term
        capped = self._policy.term_policy is TermPolicy.CAPPED and not running.in_trial
        if capped and term is not None and leaves_early(end, term):
            self._book.add(self._term_fee(running.package, Period(end, term)))
        self._close_row(running, end)
        self._running, self._left_on = None, end

    # Small steps ---------------------------------------------------------------------------

    def _is_due(self, package: Package, whole: Period) -> bool:
        """Whether this charge is asked for; under `none_calendar_month` once a package a month."""
        if self._policy.proration is not Proration.NONE_CALENDAR_MONTH:
            return True
        key = (package.code, whole.start)
        due = key not in self._months_charged
        self._months_charged.add(key)
        return due

    def _switch(self, running: Running, package: Package, day: date) -> None:
        self._close_row(running, day)
        running.package, running.since = package, day

    def _close_row(self, running: Running, end: date) -> None:
        if running.since < end:
            self._subscriptions.append(Subscription(running.package.code, running.since, end))

    def _fixed(self, package: Package, period: Period, amount: int) -> Line:
        return Line(LineKind.FIXED, package.code, period, amount, package.tax_rate)

    def _term_fee(self, package: Package, period: Period) -> Line:
        own = self._policy.term_fee_tax_rate
        rate = package.tax_rate if own is None else own
        return Line(LineKind.TERM_FEE, package.code, period, self._policy.term_fee, rate)
