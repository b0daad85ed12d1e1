"""From a document to the bytes of a PDF: two A4 pages, the same bytes for the same document."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from reports.charts.ink import Extent, Ink
from reports.pdf import first_page, fonts, second_page
from reports.pdf.document import ReportDocument
from reports.pdf.sheet import PAGE_HEIGHT, PAGE_WIDTH, Sheet
from reports.pdf.texts import say

# Streams as bytes, not as ASCII 85: a fifth smaller and a tenth faster.
rl_config.useA85 = 0


@dataclass(frozen=True, slots=True)
class Rendered:
    """The file, and where each piece of text landed on which page."""

    content: bytes
    extents: tuple[Extent, ...]


def render(document: ReportDocument, *, fonts_directory: Path = fonts.DEFAULT_DIRECTORY) -> bytes:
    """The report as PDF. The first call on a machine cuts the fonts (see `fonts`)."""
    return compose(document, fonts_directory=fonts_directory).content


def compose(
    document: ReportDocument, *, fonts_directory: Path = fonts.DEFAULT_DIRECTORY
) -> Rendered:
    """The report together with the extents of its texts, for those who check the layout."""
    typeface = fonts.typeface(fonts_directory)
    buffer = BytesIO()
    # invariant: no creation time and no random id, so equal documents have equal hashes.
    canvas = Canvas(
        buffer,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        invariant=1,
        pageCompression=1,
        lang=document.language,
    )
    canvas.setTitle(f"{say(document.language, 'title')} {document.first} – {document.last}")
    canvas.setAuthor(document.patient.hospital)
    canvas.setCreator("Mimamori")
    canvas.setSubject(document.report_version)
    ink = Ink(canvas, PAGE_HEIGHT, typeface)
    sheet = Sheet(ink, document.language)
    first_page.draw(sheet, document)
    ink.end_page()
    second_page.draw(sheet, document)
    ink.end_page()
    canvas.save()
    return Rendered(buffer.getvalue(), tuple(ink.extents))
