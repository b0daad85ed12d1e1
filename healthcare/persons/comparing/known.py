"""What two records are compared by, and the forms in which it is compared."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from healthcare.kernel.kanji_variants import one_shape
from healthcare.kernel.names import search_key

# Small kana are written large where a system knows no small ones; sounds that are written in two
# ways in the middle of a name.
_LARGE = str.maketrans("ァィゥェォッャュョヮヵヶヂヅヲ", "アイウエオツヤユヨワカケジズオ")
# A long vowel is written with its vowel, with ウ or イ, with a bar, or not at all.
_LONG_O = re.compile("([オコゴソゾトドノホボポモヨロ])[オウー]+")
_LONG_U = re.compile("([ウクグスズツヌフブプムユル])[ウー]+")
_LONG_E = re.compile("([エケゲセゼテデネヘベペメレ])[イエー]+")
_BARS = re.compile("[ー\u2010-\u2015\u2212-]+")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of somebody, as it is stored; empty or None where nothing is.

    Attributes:
        sex: `female`, `male`, `other` or empty.
        postcode: `NNN-NNNN`; others are compared as they are.
        numbers: telephone numbers that this person's contracts have or had, E.164.
    """

    family_name: str = ""
    given_name: str = ""
    family_name_kana: str = ""
    given_name_kana: str = ""
    birth_date: date | None = None
    sex: str = ""
    postcode: str = ""
    numbers: frozenset[str] = frozenset()


@lru_cache(maxsize=50_000)
def written(name: str) -> str:
    """A name as written: widths folded (NFKC), one shape a character, no spaces."""
    return one_shape(search_key(name))


@lru_cache(maxsize=50_000)
def spoken(kana: str) -> str:
    """A reading as heard: katakana in full width, large kana, long vowels without their length.

    オオノ, オーノ, おおの and ｵｵﾉ are one; so are オノ and オオノ, which is the price of it.
    """
    large = unicodedata.normalize("NFC", search_key(kana)).translate(_LARGE)
    large = _BARS.sub("ー", large)
    for long in (_LONG_O, _LONG_U, _LONG_E):
        large = long.sub(r"\1", large)
    return large.replace("ー", "")


def area(postcode: str) -> str:
    """The first three digits: the post office's district."""
    digits = unicodedata.normalize("NFKC", postcode).replace("-", "")
    return digits[:3] if len(digits) == 7 and digits.isascii() and digits.isdigit() else ""
