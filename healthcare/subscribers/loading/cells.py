"""One cell of a subscriber file to its normal form, or a `BadCell` that says why not.

The normal form is what is stored and compared: two cells that say the same thing in different
widths are equal. An empty string is an empty cell.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from healthcare.kernel.phone_numbers import NotAPhoneNumber, to_e164

LONGEST = 200
# Older than any living person and any telephone contract: an earlier year is a slip of the pen.
EARLIEST = date(1890, 1, 1)
SEXES = ("female", "male", "other")
LANGUAGES = ("en", "ja")

FORMULA_START = "=+-@\t\r\n＝＋－＠"
# What a spreadsheet would run as a formula, held back by an apostrophe: our own rejects file and
# careful operators write cells so.
_ESCAPED = re.compile(rf"'(?=[{re.escape(FORMULA_START)}])")
# Half-width kana, full-width letters and digits, and kana with a separate sound mark have one
# other form. Chinese characters are left alone: a compatibility character in a name is that name.
_WIDTHS = re.compile(r"[\u3041-\u3096\u3099-\u309c\u30a1-\u30fe\uff01-\uffee]+")
_SPACES = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\ufeff]")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_JAPANESE_POSTCODE = re.compile(r"([0-9]{3})-?([0-9]{4})")


class BadCell(ValueError):
    """A cell that cannot be read. `code` is a word for programs, the text is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Setting:
    """What a cell is read against: the operator's country, and the day there."""

    country: str
    today: date


def unescaped(cell: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from running it as a formula."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def escaped(cell: str) -> str:
    """The cell made safe for a spreadsheet; every reader here reads it back as the same."""
    return f"'{cell}" if cell[:1] and cell[0] in FORMULA_START else cell


def text(cell: str, setting: Setting) -> str:
    """Names, kana, codes: one width, single spaces, no control characters."""
    # Printable ASCII without spaces is its own normal form, unless an apostrophe hides a formula.
    if (
        cell.isascii()
        and cell.isprintable()
        and " " not in cell
        and cell[:1] != "'"
        and len(cell) <= LONGEST
    ):
        return cell
    one_width = _WIDTHS.sub(_normalised, unescaped(cell))
    plain = _SPACES.sub(" ", one_width).strip()
    if _CONTROL.search(plain):
        raise BadCell("control_character", "Has a control character or NUL: take it out.")
    if len(plain) > LONGEST:
        raise BadCell("too_long", f"Has {len(plain)} characters; at most {LONGEST} fit.")
    return plain


def _normalised(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match[0])


def phone_number(cell: str, setting: Setting) -> str:
    """A telephone number as E.164."""
    written = unescaped(cell).strip()
    if not written:
        return ""
    try:
        return to_e164(written, setting.country)
    except NotAPhoneNumber as error:
        raise BadCell(error.code, str(error)) from error


def iso_date(cell: str, setting: Setting) -> str:
    """A date that may lie in the future, such as the day billing starts."""
    written = unescaped(cell).strip()
    if not written:
        return ""
    if not _ISO_DATE.fullmatch(written):
        raise BadCell("not_a_date", "Not a date: write it as YYYY-MM-DD.")
    try:
        day = date.fromisoformat(written)
    except ValueError as error:
        raise BadCell("not_a_date", f"There is no day {written}: correct it.") from error
    if day < EARLIEST:
        raise BadCell("date_too_early", f"{written} lies before {EARLIEST}: correct the year.")
    return written


def past_date(cell: str, setting: Setting) -> str:
    """A date that has been, today at the latest."""
    written = iso_date(cell, setting)
    # ISO dates of one form sort as text.
    if written > setting.today.isoformat():
        raise BadCell("date_in_future", f"{written} lies in the future: correct it.")
    return written


def sex(cell: str, setting: Setting) -> str:
    """FHIR's administrative gender, or empty."""
    return _one_of(SEXES, text(cell, setting))


def language(cell: str, setting: Setting) -> str:
    """The language a person is written to in, or empty."""
    return _one_of(LANGUAGES, text(cell, setting))


def _one_of(words: tuple[str, ...], cell: str) -> str:
    word = cell.lower()
    if word and word not in words:
        raise BadCell("unknown_word", f"Write one of {', '.join(words)}, or leave it empty.")
    return word


def email(cell: str, setting: Setting) -> str:
    """An address with something before and a domain after its one `@`."""
    address = text(cell, setting)
    if address and not _EMAIL.fullmatch(address):
        raise BadCell("not_an_email", "Not an e-mail address: correct it or leave it empty.")
    return address


def postcode(cell: str, setting: Setting) -> str:
    """A postcode; a Japanese one as NNN-NNNN, others as they are written."""
    code = text(cell, setting)
    parts = _JAPANESE_POSTCODE.fullmatch(code) if setting.country == "JP" else None
    return f"{parts[1]}-{parts[2]}" if parts else code


def days(cell: str, setting: Setting) -> str:
    """A number of days up to ten years."""
    return _whole_number(cell, setting, 3_650)


def minor_units(cell: str, setting: Setting) -> str:
    """An amount of money in minor units: 980 yen is 980, 9.80 dollars is 980."""
    return _whole_number(cell, setting, 1_000_000_000_000)


def _whole_number(cell: str, setting: Setting, most: int) -> str:
    digits = text(cell, setting)
    if digits and not (
        digits.isascii() and digits.isdigit() and len(digits) <= 13 and int(digits) <= most
    ):
        raise BadCell("not_a_number", f"Write a whole number from 0 to {most}, digits only.")
    return str(int(digits)) if digits else ""
