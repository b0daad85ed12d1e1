"""The palette is readable: contrast by WCAG 2.2, in light and in dark."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[3] / "portal" / "static" / "portal" / "portal.css"
TOKEN = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
TOKENS = {name: shades for name, *shades in TOKEN.findall(CSS.read_text(encoding="utf-8"))}
SCHEMES = ("light", "dark")

TEXT, GRAPHIC = 4.5, 3.0
GROUNDS = ("paper", "ground", "sunk")
WORDS = ("ink", "soft", "brand", "good", "warn", "bad", "note")
READ = [
    *((word, ground) for word in WORDS for ground in GROUNDS),
    *((word, f"{word}-wash") for word in ("good", "warn", "bad", "note")),
    *(("ink", f"{word}-wash") for word in ("good", "warn", "bad", "note")),
    *((name, "paper") for name in ("systolic", "diastolic", "mark")),
    ("brand", "wash"),
    ("on-brand", "brand"),
    ("soft", "gap"),
]
DRAWN = [
    *((name, "paper") for name in (
        "edge", "systolic", "diastolic", "goal-line", "threshold", "mark", "below", "sleep",
        "awake", "rem", "light", "deep", "asleep", "unscored",
    )),
    *((name, "goal-zone") for name in ("systolic", "diastolic", "goal-line", "threshold")),
]  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str, scheme: str) -> float:
    shades = [TOKENS[name][SCHEMES.index(scheme)] for name in (one, other)]
    low, high = sorted(map(luminance, shades))
    return (high + 0.05) / (low + 0.05)


def test_the_formula_knows_black_on_white_and_a_published_grey() -> None:
    assert (luminance("#ffffff") + 0.05) / (luminance("#000000") + 0.05) == pytest.approx(21)
    assert (luminance("#ffffff") + 0.05) / (luminance("#767676") + 0.05) == pytest.approx(
        4.54, abs=0.01
    )


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("word", "ground"), READ)
def test_words_are_readable(word: str, ground: str, scheme: str) -> None:
    assert contrast(word, ground, scheme) >= TEXT


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("shape", "ground"), DRAWN)
def test_shapes_stand_out(shape: str, ground: str, scheme: str) -> None:
    assert contrast(shape, ground, scheme) >= GRAPHIC


def test_every_colour_of_the_rules_is_a_token() -> None:
    rules = CSS.read_text(encoding="utf-8").split("/* frame */")[1]
    assert re.findall(r"#[0-9a-f]{3,8}\b", rules) == []
    asked = set(re.findall(r"var\(--([a-z-]+)", rules))
    known = set(TOKENS) | {"own", "shade", "round", "gap-s", "gap-m", "gap-l"}
    assert asked <= known
