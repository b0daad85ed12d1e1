"""The words of the report, in English and Japanese."""

from datetime import date

from reports.charts.words import MONTHS, Language
from reports.pdf.english import ENGLISH
from reports.pdf.japanese import JAPANESE

TEXTS: dict[Language, dict[str, str]] = {"en": ENGLISH, "ja": JAPANESE}


def say(language: Language, key: str, **values: object) -> str:
    """The words of a key with its values filled in."""
    return TEXTS[language][key].format(**values)


def full_date(day: date, language: Language) -> str:
    """`9 Oct 2026` or `2026年10月9日`."""
    if language == "ja":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
