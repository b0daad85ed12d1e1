"""Telephone numbers: what a file or a person wrote, to E.164, or the reason why not.

The judge is the `phonenumbers` library (Google's libphonenumber metadata). It is lenient where a
subscriber file must not be: it reads a spreadsheet formula, full-width digits and an extension as
a number, so those are refused before it is asked.

Asking it costs about 33 microseconds a number. Numbers that are written plainly are therefore
tried first against patterns compiled from the library's own metadata; the patterns only ever say
"valid, and this is its E.164 form", and everything else goes to the library. A test holds the two
together over the example numbers of all regions.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberFormat

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# One hyphen at a time, between digits: to the library they say nothing.
_HYPHENED = re.compile(r"\+?[0-9]+(?:-[0-9]+)+")
_WRITTEN = re.compile(r"\+?[0-9(][0-9 ().\-]*")
_KINDS = (
    "fixed_line",
    "mobile",
    "voip",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)


class NotAPhoneNumber(ValueError):
    """The text is not a telephone number. `code` is a word for programs, the text is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def to_e164(text: str, country: str) -> str:
    """Return the number as E.164, for example `+819012345678`.

    Args:
        text: the number, international with `+` or national to `country`; spaces, hyphens, dots
            and brackets may stand between the digits.
        country: ISO 3166 code of the country whose national form is understood.

    Raises:
        NotAPhoneNumber: not valid by the phonenumbers library, or written in a way that hides
            something else: a formula, full-width digits, an extension.
    """
    plain = _plain(text, country)
    if plain is not None:
        return plain
    _refuse_disguises(text)
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise NotAPhoneNumber("invalid_number", _advice(country)) from error
    written = str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    if not phonenumbers.is_valid_number(number) or not E164.fullmatch(written):
        raise NotAPhoneNumber("invalid_number", _advice(country))
    return written


def _advice(country: str) -> str:
    return (
        f"Not a valid telephone number: write it as E.164 (+...) or national to {country.upper()}."
    )


def _refuse_disguises(text: str) -> None:
    if text[:1] in {"=", "@", "-"}:
        raise NotAPhoneNumber(
            "formula",
            f"Begins with {text[0]!r} like a spreadsheet formula: write the number alone.",
        )
    if any(not character.isascii() for character in text):
        raise NotAPhoneNumber(
            "full_width", "Has characters that are not ASCII: write the digits in half width."
        )
    if re.search(r"(?i)ext|[x;#,]", text):
        raise NotAPhoneNumber("extension", "Has an extension: write the number of the line alone.")
    if not _WRITTEN.fullmatch(text):
        raise NotAPhoneNumber(
            "invalid_number", "Has characters that do not belong into a telephone number."
        )


@dataclass(frozen=True, slots=True)
class _Plan:
    """A country's numbering plan as patterns: when a plainly written number surely is valid."""

    international: str
    national_prefix: str
    dialled_abroad: re.Pattern[str]
    prefix: re.Pattern[str]
    general: re.Pattern[str]
    kinds: tuple[tuple[frozenset[int], re.Pattern[str]], ...]

    def significant(self, text: str) -> str | None:
        """The national significant number in `text`, when there is only one way to read it."""
        if text.startswith(self.international):
            rest = text[len(self.international) :]
            return None if self.prefix.match(rest) else rest
        national = self.national_prefix
        if not national or not text.startswith(national) or self.dialled_abroad.match(text):
            return None
        stripped = self.prefix.match(text)
        if stripped is None or stripped.end() != len(national) or any(stripped.groups()):
            return None
        return text[len(national) :]

    def valid(self, number: str) -> bool:
        return self.general.fullmatch(number) is not None and any(
            len(number) in lengths and pattern.fullmatch(number) for lengths, pattern in self.kinds
        )


def _plain(text: str, country: str) -> str | None:
    plan = _plan(country.upper())
    if plan is None:
        return None
    if _HYPHENED.fullmatch(text):
        text = text.replace("-", "")
    if not text.isascii() or not text[1:].isdigit():
        return None
    number = plan.significant(text)
    # A leading zero belongs to the number in some countries: the library knows which.
    if number is None or number.startswith("0") or not plan.valid(number):
        return None
    return plan.international + number


@cache
def _plan(country: str) -> _Plan | None:
    metadata: Any = PhoneMetadata.metadata_for_region(country)
    if metadata is None:
        raise ValueError(f"{country!r} is not a country with a telephone numbering plan.")
    main = COUNTRY_CODE_TO_REGION_CODE[metadata.country_code][0]
    if main != country or metadata.leading_digits:
        return None
    descriptions = [getattr(metadata, kind) for kind in _KINDS]
    every = frozenset(metadata.general_desc.possible_length)
    return _Plan(
        international=f"+{metadata.country_code}",
        national_prefix=metadata.national_prefix or "",
        dialled_abroad=re.compile(metadata.international_prefix or r"(?!)"),
        prefix=re.compile(metadata.national_prefix_for_parsing or r"(?!)"),
        general=re.compile(metadata.general_desc.national_number_pattern),
        kinds=tuple(
            (frozenset(d.possible_length) or every, re.compile(d.national_number_pattern))
            for d in descriptions
            if d is not None and d.national_number_pattern
        ),
    )
