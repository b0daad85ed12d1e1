"""The Japanese catalogue is complete, compiled, and keeps every placeholder."""

import re
from collections import Counter

import polib
import pytest

from portal.translations import CATALOGUE, Message, collect, of_python, of_template

PLACEHOLDER = re.compile(r"%\([a-z_]+\)0?\d*[sd]|%%|</?b>")


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def key(entry: polib.POEntry) -> Message:
    return Message(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def test_every_message_is_in_the_catalogue_and_no_other(catalogue: polib.POFile) -> None:
    assert {key(entry) for entry in catalogue} == set(collect()), (
        "run python -m portal.translations"
    )


def test_every_message_is_translated(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue if not entry.translated() or entry.fuzzy] == []


def test_the_compiled_catalogue_is_fresh(catalogue: polib.POFile) -> None:
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    texts = [
        {key(e): e.msgstr or e.msgstr_plural[0] for e in entries}
        for entries in (catalogue, compiled)
    ]
    assert texts[0] == texts[1], "run python -m portal.translations"


def test_placeholders_survive_translation(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        source = entry.msgid_plural or entry.msgid
        found = entry.msgstr or entry.msgstr_plural[0]
        assert Counter(PLACEHOLDER.findall(found)) == Counter(PLACEHOLDER.findall(source)), source


def test_messages_of_a_template_are_found() -> None:
    source = """{% load i18n %}{% translate "One" %}{{ name|default:_("Two") }}
    {% blocktranslate count n=n %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}
    """
    assert set(of_template(source)) == {
        Message("One"),
        Message("Two"),
        Message("%(n)s row", "%(n)s rows"),
    }


def test_messages_of_a_module_are_found() -> None:
    source = """
_("One" " and a half")
ngettext("%(n)s day", "%(n)s days", n)
pgettext("month", "May")
other("not this")
_(variable)
"""
    assert set(of_python(source)) == {
        Message("One and a half"),
        Message("%(n)s day", "%(n)s days"),
        Message("May", context="month"),
    }
