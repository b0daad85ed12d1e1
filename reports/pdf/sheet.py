"""One sheet of A4 and the few things drawn on it again and again: headings, cards, tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.charts import palette, pdf_painter
from reports.charts.ink import Ink
from reports.charts.scene import Anchor, Scene
from reports.charts.words import Language
from reports.pdf import texts

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
LEFT, RIGHT = 36.0, 559.28
WIDTH = RIGHT - LEFT
BOTTOM = 793.0
TITLE = "#0b3b3c"
CARD = "#f5f7f8"
SMALLEST = 5.0
LABEL_SHARE = 0.62  # of the space between a label and the figure it leads to
RULE_BELOW = 0.24  # of a table's step, from a baseline down to the hair line
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement as symbol, words and colour together; never colour alone."""

    symbol: str
    words: str
    colour: str

    @property
    def text(self) -> str:
        """What is printed."""
        return f"{self.symbol} {self.words}"


@dataclass(frozen=True, slots=True)
class Card:
    """A figure with its name, unit, judgement and one line of detail."""

    label: str
    value: str
    unit: str = ""
    verdict: Verdict | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A table column: its heading, the place of its text and which end of the text sits there."""

    heading: str
    x: float
    anchor: Anchor = "start"


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell; a strong one is bold and carries its own symbol in the text."""

    text: str
    strong: bool = False


class Sheet:
    """Draws in points from the top left of the page, in the document's language."""

    def __init__(self, ink: Ink, language: Language) -> None:
        self.ink = ink
        self.language = language

    def say(self, key: str, **values: object) -> str:
        """Words of the report's catalogue."""
        return texts.say(self.language, key, **values)

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 7.5,
        colour: str = palette.INK,
        bold: bool = False,
        anchor: Anchor = "start",
        room: float | None = None,
    ) -> float:
        """Writes a line and returns its width; within `room` it shrinks, then ends in dots."""
        if room is not None:
            text, size = self.fit(text, room, size, bold=bold)
        return self.ink.text(x, y, text, size=size, colour=colour, bold=bold, anchor=anchor)

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """The width of a text as it would be printed."""
        face = self.ink.typeface
        return face.width(face.printable(text), size, bold=bold)

    def fit(self, text: str, room: float, size: float, *, bold: bool) -> tuple[str, float]:
        """The text and the size at which it fits into `room` points."""
        width = self.width(text, size, bold=bold)
        if width <= room:
            return text, size
        smaller = max(size * room / width * 0.995, min(SMALLEST, size))
        while text and self.width(text, smaller, bold=bold) > room:
            text = text.removesuffix(ELLIPSIS)[:-1] + ELLIPSIS
            if text == ELLIPSIS:
                break
        return text, smaller

    def heading(self, y: float, text: str, note: str = "", *, x: float = LEFT) -> None:
        """A section's name, with a quiet remark at the right margin."""
        width = self.write(x, y, text, size=10, bold=True, colour=TITLE, room=WIDTH)
        if note:
            room = RIGHT - x - width - 12
            self.write(RIGHT, y, note, size=7, colour=palette.SOFT, anchor="end", room=room)

    def card(self, x: float, y: float, width: float, height: float, card: Card) -> None:
        """A card; its left edge repeats the colour of the verdict."""
        edge = card.verdict.colour if card.verdict else palette.RULE
        self.ink.rectangle(x, y, width, height, colour=CARD)
        self.ink.rectangle(x, y, 2.4, height, colour=edge)
        left, room = x + 9, width - 15
        self.write(left, y + 11, card.label, size=7.4, colour=palette.SOFT, room=room)
        unit = self.width(card.unit, 7.5) + 5 if card.unit else 0
        value, size = self.fit(card.value, room - unit, 18, bold=True)
        end = left + self.write(left, y + 30, value, size=size, bold=True)
        if card.unit:
            self.write(end + 4, y + 30, card.unit, size=7.5, colour=palette.SOFT)
        line = y + 42
        if card.verdict:
            colour = card.verdict.colour
            self.write(left, line, card.verdict.text, size=7.8, bold=True, colour=colour, room=room)
            line += 10
        self.write(left, line, card.detail, size=7, colour=palette.SOFT, room=room)

    def table(
        self,
        y: float,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Cell]],
        *,
        left: float,
        right: float,
        step: float,
        size: float = 7.4,
    ) -> float:
        """A table with hair lines, its first baseline at y; returns the last line's bottom."""
        for column, room in zip(columns, _rooms(columns, left, right), strict=True):
            self.write(
                column.x,
                y,
                column.heading,
                size=size - 0.5,
                colour=palette.SOFT,
                anchor=column.anchor,
                room=room,
            )
        rule = y + step * RULE_BELOW
        self._rule(left, right, rule, palette.RULE)
        for number, row in enumerate(rows, start=1):
            baseline = y + number * step
            for column, cell, room in zip(columns, row, _rooms(columns, left, right), strict=True):
                self.write(
                    column.x,
                    baseline,
                    cell.text,
                    size=size,
                    bold=cell.strong,
                    anchor=column.anchor,
                    room=room,
                )
            self._rule(left, right, baseline + step * RULE_BELOW, "#e7ebee")
        return y + len(rows) * step + step * RULE_BELOW

    def chart(self, x: float, y: float, scene: Scene) -> None:
        """A chart with its top left corner at (x, y)."""
        pdf_painter.paint(scene, self.ink, x=x, y=y)

    def lines(self, text: str, room: float, size: float) -> Iterator[str]:
        """A text broken into lines: between words, or anywhere in a run too long for a line."""
        for paragraph in text.splitlines():
            line = ""
            for piece in _pieces(paragraph):
                if line and self.width(line + piece, size) > room:
                    yield line.rstrip()
                    line = piece.lstrip()
                else:
                    line += piece
            yield line

    def _rule(self, left: float, right: float, y: float, colour: str) -> None:
        self.ink.line(((left, y), (right, y)), colour=colour, width=0.5)


def _rooms(columns: Sequence[Column], left: float, right: float) -> Iterator[float]:
    """The width each column's text may use before it meets its neighbour's."""
    for number, column in enumerate(columns):
        before = columns[number - 1] if number else None
        after = columns[number + 1] if number + 1 < len(columns) else None
        if column.anchor == "start":
            limit = right if after is None else after.x
            if after is not None and after.anchor == "end":
                limit = column.x + LABEL_SHARE * (after.x - column.x)
            yield limit - column.x - 3
        else:
            limit = left if before is None else before.x
            if before is not None and before.anchor == "start":
                limit = before.x + LABEL_SHARE * (column.x - before.x)
            yield column.x - limit - 3


def _pieces(paragraph: str) -> Iterator[str]:
    """Latin words with the space after them; wide characters one by one."""
    word = ""
    for character in paragraph:
        if character == " ":
            yield word + " "
            word = ""
        elif ord(character) > 0x2E80:
            if word:
                yield word
                word = ""
            yield character
        else:
            word += character
    if word:
        yield word
