"""What msgspec says of an item, in words that name the cure.

msgspec speaks of Python's types and says a pattern, not what it means. Its place in the item stays;
what stands here is the rest of the sentence, after the field's name.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

LONGEST = 300
EXAMPLE = "2026-10-01T07:00:00+09:00"
NO_NUL = r"^[^\x00]*$"

PLACE = re.compile(r"(?P<text>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?", re.DOTALL)
MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`$")
STEP = re.compile(r"[^.\[\]]+")
WRONG_TYPE = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`")
OUT_OF_RANGE = re.compile(r"Expected `(?:int|float)` (?P<bound>[<>]=? \S+)$")
LENGTH = re.compile(r"Expected `(?P<kind>str|array)` of length (?P<bound>[<>]=) (?P<length>\d+)$")
PATTERN = re.compile(r"Expected `str` matching regex '(?P<pattern>.*)'$")
UNKNOWN_WORD = re.compile(r"Invalid enum value (?P<value>.*)$", re.DOTALL)

NAMES = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "array": "a list",
    "object": "an object",
    "datetime": "a time",
    "bool": "true or false",
    "null": "null",
}


def explain(error: msgspec.ValidationError, shape: type) -> tuple[str, str]:
    """The field that an error of converting to `shape` names, and a sentence about it."""
    place = PLACE.fullmatch(str(error))
    assert place is not None  # it takes any text
    text, field = place["text"], place["path"] or ""
    if missing := MISSING.match(text):
        field = f"{field}.{missing['name']}" if field else missing["name"]
    return field, _sentence(text, field, shape)[:LONGEST]


def _sentence(text: str, field: str, shape: type) -> str:
    if MISSING.match(text):
        return "is required and missing: send it."
    if "timezone component" in text:
        return f"has no offset from UTC: write it like {EXAMPLE}."
    if "RFC3339" in text:
        return f"is no RFC 3339 time: write it like {EXAMPLE}."
    if found := WRONG_TYPE.match(text):
        return f"is {_names(found['got'])}: send {_names(found['wanted'])}."
    if found := OUT_OF_RANGE.match(text):
        return f"is out of range: send a number {found['bound']}."
    if found := LENGTH.match(text):
        unit = "characters" if found["kind"] == "str" else "elements"
        return f"has a length out of range: send {found['bound']} {found['length']} {unit}."
    if found := PATTERN.match(text):
        if found["pattern"].replace("\\\\", "\\") == NO_NUL:
            return "holds a NUL character: take it out."
        allowed = found["pattern"].partition("[")[2].partition("]")[0]
        return f"may hold only the letters {' '.join(allowed)}."
    if found := UNKNOWN_WORD.match(text):
        known = ", ".join(str(value) for value in _choices(shape, field))
        return f"{found['value']} is not known: send one of {known}."
    return f"{text}."


def _names(types: str) -> str:
    """`int | float | null` as "a number"; null is not offered, an absent field says the same."""
    wanted = [name for name in types.split(" | ") if name != "null"] or ["null"]
    if "float" in wanted and "int" in wanted:
        wanted.remove("int")
    return " or ".join(NAMES.get(name, name) for name in wanted)


def _choices(shape: type, field: str) -> list[Any]:
    """The words that a field takes, as its type lists them."""
    here = [_type_of(shape)]
    for step in STEP.findall(field):
        here = [inner for node in here for inner in _inside(node, step)]
    words: set[Any] = {word for node in here for word in getattr(node, "values", ())}
    return sorted(words)


@cache
def _type_of(shape: type) -> inspect.Type:
    return inspect.type_info(shape)


def _inside(node: inspect.Type, step: str) -> Iterator[inspect.Type]:
    """The types one step further down: of a named field, or of a list's items."""
    found: tuple[inspect.Type, ...] = ()
    if isinstance(node, inspect.StructType):
        found = tuple(f.type for f in node.fields if f.encode_name == step)
    elif isinstance(node, inspect.ListType):
        found = (node.item_type,)
    for inner in found:
        yield from inner.types if isinstance(inner, inspect.UnionType) else (inner,)
