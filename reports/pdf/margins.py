"""What stands on every page: whose report it is, of when, by which rules, and what it is not."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reports.charts import palette
from reports.pdf.document import ReportDocument
from reports.pdf.sheet import BOTTOM, LEFT, RIGHT, TITLE, WIDTH, Sheet
from reports.pdf.texts import full_date

PAGES = 2
UNDER_HEAD = 93.0
NAME_SHARE = 0.66
HEAD_RIGHT = 168.0


def head(sheet: Sheet, document: ReportDocument) -> None:
    """Title, period, creation time, patient, hospital and devices; ends at UNDER_HEAD."""
    language = document.language
    title = sheet.write(LEFT, 50, sheet.say("title"), size=16, bold=True, colour=TITLE, room=205)
    period = sheet.say(
        "period",
        first=full_date(document.first, language),
        last=full_date(document.last, language),
        days=document.days,
    )
    sheet.write(RIGHT, 42, period, size=9, bold=True, anchor="end", room=HEAD_RIGHT)
    created = sheet.say("created", when=_stamp(document), zone=document.facts.timezone)
    sheet.write(RIGHT, 53, created, size=7, colour=palette.SOFT, anchor="end", room=HEAD_RIGHT)
    if not document.rules.signed:
        _unsigned(sheet, LEFT + title + 12)
    sheet.ink.line(((LEFT, 59), (RIGHT, 59)), colour=TITLE, width=1.1)
    _identity(sheet, document)


def foot(sheet: Sheet, document: ReportDocument) -> None:
    """The disclaimer, how the figures came about, and the page number."""
    y = BOTTOM + 8
    sheet.ink.line(((LEFT, y - 9), (RIGHT, y - 9)), colour=palette.RULE, width=0.5)
    pressure = document.facts.blood_pressure
    dropped = pressure is not None and pressure.day1_dropped
    method = sheet.say(
        "method",
        day1=sheet.say("day1_dropped" if dropped else "day1_kept"),
        scheme=document.rules.scheme,
        version=document.rules.version,
        report=document.report_version,
    )
    room = WIDTH - 34
    sheet.write(LEFT, y, sheet.say("disclaimer"), size=6.8, bold=True, room=room)
    sheet.write(LEFT, y + 9.5, method, size=6.8, colour=palette.SOFT, room=room)
    remarks = [sheet.say("devices", models=", ".join(document.devices))] if document.devices else []
    if not document.rules.signed:
        detail = sheet.say(
            "unsigned_detail", scheme=document.rules.scheme, version=document.rules.version
        )
        remarks.append(detail)
    sheet.write(LEFT, y + 19, "  ·  ".join(remarks), size=6.8, colour=palette.SOFT, room=room)
    page = sheet.say("page", page=sheet.ink.page, pages=PAGES)
    sheet.write(RIGHT, y, page, size=8, colour=palette.SOFT, anchor="end")


def _unsigned(sheet: Sheet, left: float) -> None:
    words = f"⚠ {sheet.say('unsigned')}"
    room = RIGHT - HEAD_RIGHT - 12 - left
    words, size = sheet.fit(words, room - 10, 7.2, bold=True)
    width = sheet.width(words, size, bold=True) + 10
    sheet.ink.rectangle(left, 38.5, width, 14.5, colour="#fdf3de", radius=2)
    sheet.ink.outline(left, 38.5, width, 14.5, colour=palette.WARN, line=0.7, radius=2)
    sheet.write(left + 5, 48.4, words, size=size, bold=True, colour=palette.WARN)


def _identity(sheet: Sheet, document: ReportDocument) -> None:
    patient = document.patient
    particulars = " · ".join(part for part in _particulars(sheet, document) if part)
    room = WIDTH * (NAME_SHARE if patient.kana else 1)
    end = LEFT + sheet.write(LEFT, 74, patient.name, size=13, bold=True, room=room)
    sheet.write(end + 6, 74, patient.kana, size=8, colour=palette.SOFT, room=RIGHT - end - 6)
    used = sheet.write(LEFT, 87, particulars, size=9, bold=True, room=WIDTH * 0.6)
    place = patient.hospital
    if patient.doctor:
        place += f" · {sheet.say('doctor', name=patient.doctor)}"
    sheet.write(RIGHT, 87, place, size=8.4, anchor="end", room=WIDTH - used - 14)


def _particulars(sheet: Sheet, document: ReportDocument) -> tuple[str, ...]:
    patient, born = document.patient, sheet.say("born_unknown")
    if patient.birth_date:
        date = full_date(patient.birth_date, document.language)
        born = sheet.say("born", date=date, age=document.age)
    return sheet.say("id", id=patient.id), born, sheet.say(f"sex_{patient.sex}")


def _stamp(document: ReportDocument) -> str:
    """`2026-10-01 09:12 JST`; a zone without letters of its own prints as `UTC+07:00`."""
    local = document.created_at.astimezone(ZoneInfo(document.facts.timezone))
    return f"{local:%Y-%m-%d %H:%M} {_zone_letters(local)}"


def _zone_letters(moment: datetime) -> str:
    letters = moment.tzname() or ""
    if letters.isalpha():
        return letters
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"
