"""The quick way and the library agree on a million numbers as subscriber files have them.

`make test` leaves this folder out; `make test-moves` runs it. The million is cut into parts that
share the processors.
"""

import random
import re

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat

from healthcare.kernel.phone_numbers import E164, NotAPhoneNumber, _plain, to_e164

PARTS = 20
NUMBERS = 50_000
# Japan first: mobiles, fixed lines of all lengths of area code, what is free of charge or of the
# network, and what is none of them.
STARTS = ("090", "080", "070", "060", "050", "020", "0120", "0800", "0570", "0990", "03", "06")
STARTS += ("011", "0123", "04992", "09", "00", "+81", "+8190", "+81090", "010", "1", "")

# An extension, full width, and a plus sign that something stands behind before the number begins.
DISGUISED = re.compile(r"[x０]|\+[^0-9(]")


def generated(seed: int) -> list[str]:
    """Numbers near the borders of what is valid, and most of them plainly written."""
    chance = random.Random(seed)
    return [_one(chance) for _ in range(NUMBERS)]


def _one(chance: random.Random) -> str:
    start = chance.choice(STARTS)
    length = chance.choice((10, 11, 11, 11, 11, 9, 12, 13))
    digits = start + "".join(chance.choices("0123456789", k=max(0, length - len(start))))
    if chance.random() < 0.1:
        at = chance.randrange(1, len(digits)) if len(digits) > 1 else 1
        digits = digits[:at] + chance.choice("- .()x０") + digits[at:]
    elif chance.random() < 0.3:
        # As people group them, and as nobody does: hyphens between any two digits, also repeated.
        for _ in range(chance.choice((1, 2, 2, 3))):
            at = chance.randrange(1, len(digits)) if len(digits) > 1 else 1
            digits = digits[:at] + "-" + digits[at:]
    return digits


def by_the_library(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, "JP")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def read(text: str) -> str | None:
    try:
        return to_e164(text, "JP")
    except NotAPhoneNumber:
        return None


@pytest.mark.parametrize("part", range(PARTS))
def test_both_agree(part: int) -> None:
    quick = refused = 0
    for text in generated(part):
        ours, reference = read(text), by_the_library(text)
        if ours is None and reference is not None:
            # We refuse more than the library does.
            refused += 1
            assert DISGUISED.search(text) or not E164.fullmatch(reference), text
            continue
        assert ours == reference, text
        quick += _plain(text, "JP") is not None
    # Both ways were walked, or the test shows nothing.
    assert quick > NUMBERS / 10
    assert refused < NUMBERS / 5
