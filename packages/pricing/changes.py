"""Which events a subscription takes, and the refusals that say what to do instead."""

from datetime import date

from packages.pricing.history import Cancel, Change, Event, Revoke, Stop, Subscribe
from packages.pricing.offering import Package
from packages.pricing.problems import HistoryError
from packages.pricing.running import PendingCancel, Running

_NAMES = {
    Subscribe: "subscribe",
    Change: "change",
    Cancel: "cancel",
    Revoke: "revoke",
    Stop: "stop",
}


def _refusal(position: int, field: str, code: str, detail: str) -> HistoryError:
    path = f"events[{position}]" + (f".{field}" if field else "")
    return HistoryError.at(path, code, detail, index=position)


def refuse_overlap(
    running: Running | None, left_on: date | None, event: Subscribe, position: int
) -> None:
    """Never two subscriptions at once; the day of a cancellation still belongs to the old one."""
    if running is not None:
        raise _refusal(
            position,
            "do",
            "already_subscribed",
            f"{running.package.code} runs since {running.since}; use change, or cancel it first",
        )
    if left_on is not None and event.on < left_on:
        raise _refusal(
            position,
            "on",
            "already_subscribed",
            f"the cancelled package is used to the end of {event.on}; "
            f"subscribe on {left_on} or later",
        )


def require_running(
    running: Running | None, left_on: date | None, event: Event, position: int
) -> Running:
    """The subscription that ``event`` speaks of."""
    if running is not None:
        return running
    ended = "no subscription has begun" if left_on is None else f"the last one ended on {left_on}"
    raise _refusal(
        position,
        "do",
        "not_subscribed",
        f"{_NAMES[type(event)]} on {event.on} needs a running subscription, but {ended}; "
        "subscribe on or before that date first",
    )


def require_pending(running: Running, position: int) -> None:
    """Revoke takes back something that has not happened yet."""
    if running.pending is None:
        raise _refusal(
            position,
            "do",
            "nothing_pending",
            "there is no pending change or cancellation to revoke; remove this event",
        )


def refuse_unless_movable(running: Running, package: Package, event: Change, position: int) -> None:
    """A change goes to another rank; down neither inside the minimum term nor while leaving."""
    current = running.package
    if package.code == current.code:
        raise _refusal(
            position,
            "package",
            "same_package",
            f"{current.code} is the current package; name another one, "
            "or use revoke to drop a pending change",
        )
    if package.rank == current.rank:
        raise _refusal(
            position,
            "package",
            "same_rank",
            f"{package.code} and {current.code} both have rank {current.rank}, so this is "
            "neither an upgrade nor a downgrade; give them different ranks",
        )
    if package.rank > current.rank:
        return
    if running.term is not None and not running.in_trial and event.on < running.term:
        raise _refusal(
            position,
            "on",
            "minimum_term",
            f"{current.code} has a minimum term until {running.term}; "
            "ask for the downgrade on that date or later",
        )
    if isinstance(running.pending, PendingCancel):
        raise _refusal(
            position,
            "do",
            "cancellation_pending",
            f"the subscription ends on {running.pending.on}; revoke the cancellation first",
        )
