"""Both painters show the same geometry, and words of a chart neither leave it nor collide."""

from itertools import combinations
from xml.etree import ElementTree

import pytest

from reports.analysis.facts import Summary
from reports.charts import palette, pdf_painter, svg
from reports.charts.ink import Extent, Ink
from reports.charts.scene import Band, Bar, Box, Dot, Frame, Line, Role, Scene, Text
from reports.pdf.fonts import typeface
from tests.synthetic import Person, crowd, facts_of, person

SVG = "{http://www.w3.org/2000/svg}"
HEIGHT = 841.89
WIDE, NARROW = Frame(523, 222), Frame(232, 235)


class Recorder(Ink):
    """An ink that also remembers where shapes landed, in page coordinates."""

    def __init__(self) -> None:
        super().__init__(canvas=_NoCanvas(), height=HEIGHT, typeface=_Plain())
        self.marks: list[tuple[float, ...]] = []

    def rectangle(self, x, y, width, height, **style) -> None:
        self.marks.append((x, y, width, height))

    def outline(self, x, y, width, height, **style) -> None:
        self.marks.append((x, y, width, height))

    def line(self, points, **style) -> None:
        self.marks += [tuple(point) for point in points]

    def area(self, points, **style) -> None:
        self.marks += [tuple(point) for point in points]

    def dot(self, x, y, r, **style) -> None:
        self.marks.append((x, y, r))

    def text(self, x, y, text, **style) -> float:
        self.marks.append((x, y))
        return 0.0


class _NoCanvas:
    pass


class _Plain:
    pass


def drawn_by_svg(scene: Scene) -> list[tuple[float, ...]]:
    """Every number triple, pair or box of the SVG in painting order."""
    root = ElementTree.fromstring(svg.paint(scene, prefix="p"))
    found: list[tuple[float, ...]] = []
    for node in root.iter():
        get = lambda *names: tuple(float(node.get(n)) for n in names)  # noqa: B023, E731
        match node.tag.removeprefix(SVG):
            case "line":
                found += [get("x1", "y1"), get("x2", "y2")]
            case "polyline":
                found += [tuple(map(float, p.split(","))) for p in node.get("points").split()]
            case "rect":
                found.append(get("x", "y", "width", "height"))
                if "box" in node.get("class").split():
                    found.append(get("x", "y", "width", "height"))
            case "circle":
                found.append(get("cx", "cy", "r"))
            case "text":
                found.append(get("x", "y"))
            case "path":
                steps = node.get("d").replace("M", "L").rstrip("Z").split("L")[1:]
                found += [tuple(map(float, step.split())) for step in steps]
    return found


@pytest.mark.parametrize("frame", [WIDE, NARROW])
def test_svg_and_pdf_agree_on_every_coordinate(month: Summary, gallery, frame) -> None:
    shift = (36.0, 100.0)
    for name, scene in gallery(month, frame, "en").items():
        ink = Recorder()
        pdf_painter.paint(scene, ink, x=shift[0], y=shift[1])
        by_svg = drawn_by_svg(scene)
        assert len(ink.marks) == len(by_svg), name
        for on_page, in_svg in zip(ink.marks, by_svg, strict=True):
            place = (on_page[0] - shift[0], on_page[1] - shift[1], *on_page[2:])
            assert place == pytest.approx(in_svg, abs=0.006), name


def shapes_of(scene: Scene) -> list[tuple[float, float, float, float]]:
    boxes = []
    for shape in scene.shapes():
        match shape:
            case Line():
                boxes.append((shape.x1, shape.y1, shape.x2, shape.y2))
            case Band() | Bar() | Box():
                right, bottom = shape.x + shape.width, shape.y + shape.height
                boxes.append((shape.x, shape.y, right, bottom))
            case Dot():
                r = shape.r
                boxes.append((shape.x - r, shape.y - r, shape.x + r, shape.y + r))
    return boxes


PEOPLE = {
    "month": (person(), 30),
    "nobody": (Person(), 30),
    "one reading": (Person(person().readings[:1]), 30),
    "one night": (Person((), person().nights[:1]), 30),
    "5,000 in a month": (crowd(5000), 30),
    "5,000 in three years": (crowd(5000, days=1095), 1095),
    "one day": (person(days=1, missed=()), 1),
    "quarter": (person(days=91), 91),
}


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_shape_leaves_its_chart(name: str, frame: Frame, gallery) -> None:
    someone, days = PEOPLE[name]
    for chart, scene in gallery(facts_of(someone, days=days), frame, "en").items():
        for left, top, right, bottom in shapes_of(scene):
            assert min(left, right) >= -0.01, chart
            assert min(top, bottom) >= -0.01, chart
            assert max(left, right) <= scene.width + 0.01, chart
            assert max(top, bottom) <= scene.height + 0.01, chart


def words_of(scene: Scene) -> list[Extent]:
    face = typeface()
    extents = []
    for shape in scene.shapes():
        if isinstance(shape, Text):
            width = face.width(shape.text, shape.size, bold=shape.bold)
            left = shape.x - {"start": 0, "middle": width / 2, "end": width}[shape.anchor]
            top, bottom = shape.y - 0.76 * shape.size, shape.y + 0.14 * shape.size
            extents.append(Extent(1, shape.text, left, top, left + width, bottom))
    return extents


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=["wide", "narrow"])
def test_words_stay_inside_and_apart(name: str, language, frame: Frame, gallery) -> None:
    someone, days = PEOPLE[name]
    for chart, scene in gallery(facts_of(someone, days=days), frame, language).items():
        words = words_of(scene)
        for word in words:
            assert word.left >= -1, (chart, word)
            assert word.right <= scene.width + 1, (chart, word)
            assert word.top >= -0.5, (chart, word)
            assert word.bottom <= scene.height + 0.5, (chart, word)
        for one, other in combinations(words, 2):
            apart = (
                one.right <= other.left
                or other.right <= one.left
                or one.bottom <= other.top
                or other.bottom <= one.top
            )
            assert apart, (chart, one, other)


def test_every_role_has_a_style_on_paper() -> None:
    assert set(palette.PRINT) == set(Role)


def luminance(colour: str) -> float:
    parts = [part / 255 for part in bytes.fromhex(colour[1:])]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


DATA = set(Role) - {Role.GRID, Role.NO_DATA, Role.GOAL, Role.AXIS, Role.THRESHOLD, Role.REFERENCE}


@pytest.mark.parametrize("role", sorted(DATA))
def test_data_stands_out_from_white_paper(role: Role) -> None:
    assert contrast(palette.PRINT[role].fill, palette.PAPER) >= 3


@pytest.mark.parametrize("role", sorted(Role))
def test_words_are_legible_on_paper_and_on_the_goal_zone(role: Role) -> None:
    words = palette.PRINT[role].text
    assert contrast(words, palette.PAPER) >= 4.5 or role.startswith("stage") or role is Role.BELOW


@pytest.mark.parametrize("status", [palette.GOOD, palette.BAD, palette.WARN, palette.SOFT])
def test_status_words_are_legible_on_cards(status: str) -> None:
    assert contrast(status, "#f5f7f8") >= 4.5
