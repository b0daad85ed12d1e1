"""Both languages say the same things."""

import string
from datetime import date

import pytest

from reports.analysis.schemes import SCHEMES
from reports.pdf import texts


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_and_fields() -> None:
    assert texts.ENGLISH.keys() == texts.JAPANESE.keys()
    for key, english in texts.ENGLISH.items():
        assert fields(english) == fields(texts.JAPANESE[key]), key


def test_every_category_of_every_scheme_has_a_name() -> None:
    categories = {grade.category for scheme in SCHEMES.values() for grade in scheme.grades}
    assert categories <= texts.ENGLISH.keys()


def test_japanese_is_japanese() -> None:
    same = {key for key, text in texts.ENGLISH.items() if texts.JAPANESE[key] == text}
    assert same == {"id", "page", "sex_", "pressure"}


@pytest.mark.parametrize(("language", "printed"), [("en", "9 Oct 2026"), ("ja", "2026年10月9日")])
def test_dates(language, printed: str) -> None:
    assert texts.full_date(date(2026, 10, 9), language) == printed
