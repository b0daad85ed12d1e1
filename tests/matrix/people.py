"""The people whom the data set is about, and what gives them away.

Every text of a person's row holds a marker of theirs, every number is theirs alone: an answer that
holds one says something about that person, whatever page or format it is.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache


class About(StrEnum):
    """What an answer may say of a person. Each is granted on its own."""

    IDENTITY = "identity"  # names, birth, number, contract
    BILL = "bill"  # what they pay
    HEALTH = "health"  # what was measured, concluded or noted; their devices


@dataclass(frozen=True)
class Person:
    """Somebody of the data set with their canaries."""

    key: str
    n: int
    systolic: int
    number: str = ""

    @property
    def identity(self) -> str:
        """Stands in every text that names the person."""
        return f"Nx{self.key}"

    @property
    def health(self) -> str:
        """Stands in every text about their health."""
        return f"Hx{self.key}"

    @property
    def diastolic(self) -> int:
        return self.systolic - 50

    @property
    def kilograms(self) -> float:
        """What their scale said this morning."""
        return self.systolic + 0.5

    @property
    def price(self) -> int:
        """What this person alone pays a month, tax included."""
        return 7_100_010 + self.n

    @cached_property
    def canaries(self) -> dict[About, re.Pattern[str]]:
        """What finds them in a text."""
        millions, thousands, rest = f"{self.price:,}".split(",")
        number = f"|{self.number[3:]}" if self.number else ""
        return {
            About.IDENTITY: re.compile(f"{self.identity}{number}"),
            About.BILL: re.compile(rf"(?<![\d.]){millions},?{thousands},?{rest}(?!\d)"),
            About.HEALTH: re.compile(
                rf"{self.health}"
                rf"|(?<![\d.]){self.systolic}(?:</b>)?\s*/\s*(?:<b>)?{self.diastolic}(?![\d.])"
                rf'|"systolic": ?{self.systolic}(?:\.0)?(?!\d)'
                rf"|(?<![\w.]){re.escape(str(self.kilograms))}(?!\w)"
            ),
        }


# The number that was the former holder's until it was recycled.
RECYCLED = "+819070110045"

PEOPLE = {
    person.key: person
    for person in (
        Person("hanako", 1, 141, "+819070110001"),  # Kita's care; Minami's has ended; consents
        Person("taro", 2, 147, "+819070110002"),  # Kita's care, consent withdrawn
        Person("ume", 3, 152, "+819070110003"),  # Minami's care, another operator's subscriber
        Person("goro", 4, 133),  # Kita's care; contract ended, number recycled
        Person("jiro", 5, 129, RECYCLED),  # has goro's number now; in nobody's care
        Person(
            "sada", 6, 156, "+819070110006"
        ),  # Kita's care has ended; came from the other operator
    )
}


@lru_cache(maxsize=1024)
def found_in(text: str) -> frozenset[tuple[str, About]]:
    """Of whom `text` says what."""
    return frozenset(
        (person.key, about)
        for person in PEOPLE.values()
        for about, pattern in person.canaries.items()
        if pattern.search(text)
    )
