"""Noto Sans JP in the two weights a PDF can embed.

reportlab embeds TrueType outlines of one weight; the font comes as one variable file. HarfBuzz
cuts regular and bold out of it once per machine (about a second) into a cache directory; every
process then reads the two files and registers them once. A cached file appears by rename, under
a lock, so processes that start together neither see half a file nor do the work twice.
"""

import fcntl
import hashlib
import logging
import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

import uharfbuzz as harfbuzz
from reportlab.lib.rl_accel import escapePDF
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

logger = logging.getLogger(__name__)

DEFAULT_DIRECTORY = Path(__file__).resolve().parents[2] / "var" / "fonts"
SOURCE = "fonts/ofl/notosansjp/NotoSansJP[wght].ttf"
RECIPE = "2"  # raise it when the cut changes, so that old cached files are not used
WEIGHTS = {"Regular": 400, "Bold": 700}
# Layout tables and vertical metrics: reportlab never reads them.
UNUSED_TABLES = (b"GSUB", b"GPOS", b"GDEF", b"BASE", b"vhea", b"vmtx", b"gasp", b"STAT")
FALLBACK = "HeiseiKakuGo-W5"
GETA = "〓"  # the printer's mark for a character the font does not have

_registering = Lock()


@dataclass(frozen=True)
class Typeface:
    """Two weights registered with reportlab and the characters they hold (None: unknown)."""

    regular: TTFont | UnicodeCIDFont
    bold: TTFont | UnicodeCIDFont
    covered: frozenset[int] | None

    def printable(self, text: str) -> str:
        """The text composed, without invisible selectors, missing characters as a geta mark."""
        if text.isascii() or self.covered is None:
            return text
        return _printable(text, self.covered)

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """The width in points."""
        return size * _width_of_one(self.bold if bold else self.regular, text)

    def show(self, text: str, size: float, *, bold: bool, canvas: Canvas) -> str:
        """PDF operators inside BT and ET, by the protocol `reportlab.pdfbase.ttfonts` describes."""
        font = self.bold if bold else self.regular
        opened: Any = canvas  # the stubs do not know the document that subsets belong to
        document = opened._doc
        if isinstance(font, UnicodeCIDFont):
            name = document.getInternalFontName(font.fontName)
            return f"{name} {size:.2f} Tf ({escapePDF(font.formatForPdf(text))}) Tj"
        return " ".join(
            f"{font.getSubsetInternalName(subset, document)} {size:.2f} Tf ({escapePDF(part)}) Tj"
            for subset, part in font.splitString(text, document)
        )


@lru_cache(maxsize=16384)
def _width_of_one(font: TTFont | UnicodeCIDFont, text: str) -> float:
    return float(font.stringWidth(text, 1))


@lru_cache(maxsize=4096)
def _printable(text: str, covered: frozenset[int]) -> str:
    kept = []
    for character in unicodedata.normalize("NFC", text):
        if ord(character) in covered:
            kept.append(character)
        elif unicodedata.category(character) not in ("Mn", "Cf", "Cc"):
            kept.append(_nearest(character, covered))
    return "".join(kept)


def _nearest(character: str, covered: frozenset[int]) -> str:
    """Its compatible form, else its letter without the stroke or accent, else a geta mark."""
    base, _, accent = unicodedata.name(character, "").partition(" WITH ")
    candidates = [unicodedata.normalize("NFKC", character)]
    if accent:
        candidates.append(unicodedata.lookup(base))
    return next((c for c in candidates if all(ord(part) in covered for part in c)), GETA)


@lru_cache(maxsize=8)
def typeface(directory: Path = DEFAULT_DIRECTORY) -> Typeface:
    """The report's fonts, cut and registered when this is the first time; else at once.

    When the variable font cannot be had or cut, the built-in Heisei font of PDF viewers stands
    in, and the log says why.
    """
    with _registering:
        try:
            paths = prepare(directory)
            return _register(paths)
        except (OSError, TTFError, ValueError, ModuleNotFoundError) as error:
            logger.warning("Noto Sans JP is not available (%s); using %s", error, FALLBACK)
            heisei = UnicodeCIDFont(FALLBACK)
            pdfmetrics.registerFont(heisei)
            return Typeface(heisei, heisei, covered=None)


def prepare(directory: Path = DEFAULT_DIRECTORY) -> dict[str, Path]:
    """Paths of both weights by style, cut out of the variable font where they are missing."""
    source = Path(str(files("justmytype_intl_cjk").joinpath(SOURCE)))
    digest = hashlib.sha256(source.read_bytes() + RECIPE.encode()).hexdigest()[:12]
    directory.mkdir(parents=True, exist_ok=True)
    paths = {style: directory / f"NotoSansJP-{style}-{digest}.ttf" for style in WEIGHTS}
    if not all(path.exists() for path in paths.values()):
        with _only_one(directory):
            for style, path in paths.items():
                if not path.exists():
                    _cut(source, style, path)
    return paths


@contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _cut(source: Path, style: str, path: Path) -> None:
    """One weight with all glyphs of the source, written whole or not at all."""
    font = harfbuzz.Face(harfbuzz.Blob(source.read_bytes()))
    order = harfbuzz.SubsetInput()
    order.keep_everything()
    order.drop_table_tag_set.update(int.from_bytes(tag, "big") for tag in UNUSED_TABLES)
    order.pin_axis_location(font, "wght", WEIGHTS[style])
    try:
        cut = harfbuzz.subset(font, order)
    except RuntimeError as error:
        raise ValueError(f"{source.name} cannot be cut: {error}") from error
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        with unfinished.open("wb") as file:
            file.write(cut.blob.data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _register(paths: dict[str, Path]) -> Typeface:
    fonts = {style: TTFont(f"NotoSansJP-{style}", str(path)) for style, path in paths.items()}
    for font in fonts.values():
        # Cuts keep the name of their source, by which reportlab would take one for the other.
        font.face.name = font.fontName.encode()
        pdfmetrics.registerFont(font)
    covered = frozenset.intersection(*(frozenset(f.face.charToGlyph) for f in fonts.values()))
    return Typeface(fonts["Regular"], fonts["Bold"], covered)
