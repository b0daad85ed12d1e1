"""Blood pressure day by day and week by week: rows for charts and tables."""

from collections.abc import Sequence
from datetime import date, timedelta

from reports.analysis.facts import Day, Pair, Placed, Week
from reports.analysis.figures import by_day, means, share_at_or_above
from reports.analysis.measured import Pressure, Window

ONE_DAY = timedelta(days=1)
TREND_DAYS = 7
TREND_MINIMUM_DAYS = 3


def days_of(
    used: Sequence[Placed], history: Sequence[Placed], *, start: date, end: date
) -> tuple[Day, ...]:
    """Every date of the period; `history` is what was used before it and leads into the trend."""
    rows = by_day([*history, *used])
    days = []
    for offset in range((end - start).days):
        day = start + offset * ONE_DAY
        items = rows.get(day, [])
        days.append(
            Day(
                date=day,
                all=means(items),
                morning=means(_in(Window.MORNING, items)),
                evening=means(_in(Window.EVENING, items)),
                trend=_trend(rows, day),
            )
        )
    return tuple(days)


def weeks_of(used: Sequence[Placed], *, start: date, end: date, line: Pressure) -> tuple[Week, ...]:
    """Seven days at a time from the start of the period; the last row may be shorter."""
    rows = by_day(used)
    weeks = []
    since = start
    while since < end:
        until = min(since + 7 * ONE_DAY, end)
        dates = (since + offset * ONE_DAY for offset in range((until - since).days))
        items = [item for day in dates for item in rows.get(day, ())]
        weeks.append(
            Week(
                start=since,
                end=until,
                morning=means(_in(Window.MORNING, items)),
                evening=means(_in(Window.EVENING, items)),
                all=means(items),
                share_at_or_above=share_at_or_above(items, line),
            )
        )
        since = until
    return tuple(weeks)


def _in(window: Window, items: Sequence[Placed]) -> list[Placed]:
    return [item for item in items if item.window is window]


def _trend(rows: dict[date, list[Placed]], day: date) -> Pair:
    if day not in rows:
        return Pair()
    recent = [rows[d] for d in (day - k * ONE_DAY for k in range(TREND_DAYS)) if d in rows]
    if len(recent) < TREND_MINIMUM_DAYS:
        return Pair()
    found = means(item for items in recent for item in items)
    return Pair(found.systolic, found.diastolic)
