import random

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from healthcare.kernel.phone_numbers import E164, NotAPhoneNumber, _plain, to_e164

KINDS = [kind for kind in PhoneNumberType.values() if kind != PhoneNumberType.UNKNOWN]


def by_the_library(text: str, country: str) -> str | None:
    """What the reference says, without our own refusals."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@pytest.mark.parametrize(
    "text",
    ["09012345678", "090-1234-5678", "+819012345678", "+81 90 1234 5678", "(090) 1234.5678"],
)
def test_the_ways_to_write_a_number(text: str) -> None:
    assert to_e164(text, "JP") == "+819012345678"


def test_a_number_of_another_country_needs_its_code() -> None:
    assert to_e164("+12024561111", "JP") == "+12024561111"
    assert to_e164("2024561111", "US") == "+12024561111"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("=09012345678", "formula"),
        ("@09012345678", "formula"),
        ("-09012345678", "formula"),
        ("０９０１２３４５６７８", "full_width"),
        ("＝09012345678", "full_width"),
        ("090-1234-5678 ext 5", "extension"),
        ("09012345678;ext=5", "extension"),
        ("09012345678x5", "extension"),
        ("09012345678#5", "extension"),
        ("call 09012345678", "invalid_number"),
        ("0901234567", "invalid_number"),
        ("000-0000-0000", "invalid_number"),
        ("110", "invalid_number"),
        ("+", "invalid_number"),
        ("", "invalid_number"),
        ("9" * 900, "invalid_number"),
    ],
)
def test_what_is_refused_and_why(text: str, code: str) -> None:
    with pytest.raises(NotAPhoneNumber) as refused:
        to_e164(text, "JP")
    assert refused.value.code == code
    assert str(refused.value)


def test_an_unknown_country_is_the_callers_error() -> None:
    with pytest.raises(ValueError, match="XX"):
        to_e164("09012345678", "XX")


def examples() -> list[tuple[str, str]]:
    """The library's example numbers of every region and kind, as E.164, national and bare."""
    found = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in KINDS:
            number = phonenumbers.example_number_for_type(region, kind)
            if number is None:
                continue
            national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
            found += [
                (region, phonenumbers.format_number(number, PhoneNumberFormat.E164)),
                (region, "".join(c for c in national if c.isdigit())),
                (region, phonenumbers.national_significant_number(number)),
            ]
    return found


def test_the_short_way_agrees_with_the_library_on_all_regions() -> None:
    chance = random.Random(81)
    settled = 0
    for region, text in examples():
        near = list(text)
        near[chance.randrange(1, len(near))] = chance.choice("0123456789")
        for candidate in (text, "".join(near)):
            short = _plain(candidate, region)
            if short is not None:
                settled += 1
                assert short == by_the_library(candidate, region), (region, candidate)
    # The short way is there to be taken: most countries' plain numbers go it.
    assert settled > 1_000


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["JP", "US", "DE", "GB", "IT", "BR"]),
    st.from_regex(r"\+?[0-9]{1,17}", fullmatch=True),
)
def test_digits_are_read_as_the_library_reads_them(country: str, text: str) -> None:
    expected = by_the_library(text, country)
    if expected is not None and not E164.fullmatch(expected):
        expected = None
    try:
        answer: str | None = to_e164(text, country)
    except NotAPhoneNumber:
        answer = None
    assert answer == expected


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30))
def test_any_text_gives_a_number_or_a_reason(text: str) -> None:
    try:
        number = to_e164(text, "JP")
    except NotAPhoneNumber as refused:
        code = refused.code
        number = ""
    else:
        code = ""
    assert bool(code) != bool(E164.fullmatch(number))
    assert not number or to_e164(number, "JP") == number
