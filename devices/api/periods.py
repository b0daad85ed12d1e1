"""`from` and `to` of a list: local days, or times with their offset."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from rest_framework.request import Request

from healthcare.rest.problems import InputError, InvalidInput


def period(request: Request, *, timezone: str) -> tuple[datetime | None, datetime | None]:
    """The two ends, None where not said. Raises InvalidInput naming every fault."""
    ends: list[datetime | None] = []
    errors: list[InputError] = []
    for name in ("from", "to"):
        text = request.query_params.get(name, "")
        try:
            ends.append(_moment(text, ZoneInfo(timezone)) if text else None)
        except ValueError as error:
            ends.append(None)
            errors.append(InputError(name, "date", str(error)))
    start, end = ends
    if start is not None and end is not None and start >= end:
        errors.append(InputError("to", "period", "`to` lies after `from`."))
    if errors:
        raise InvalidInput("The period cannot be read.", errors)
    return start, end


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise ValueError(
            f"{text[:40]!r}: write a day like 2026-10-01, or a time like 2026-10-01T00:00:00+09:00."
        )
    return time
