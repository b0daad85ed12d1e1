"""Page 2: the nights, the nights beside the next mornings, and every session's mean."""

from reports.pdf import margins, sessions
from reports.pdf.document import ReportDocument
from reports.pdf.sheet import Sheet
from reports.pdf.sleep_section import sleep_section


def draw(sheet: Sheet, document: ReportDocument) -> None:
    """The whole page; without the sleep entitlement the sessions have it to themselves."""
    margins.head(sheet, document)
    y = margins.UNDER_HEAD + 4
    if document.with_sleep:
        y = sleep_section(sheet, document, y)
        sessions.by_day(sheet, document, y + 8)
    else:
        sessions.one_by_one(sheet, document, y)
    margins.foot(sheet, document)
