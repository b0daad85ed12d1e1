"""The SVG painter: well-formed, themed by classes, unique ids, points that can be walked."""

import re
from xml.etree import ElementTree

import pytest

from reports.analysis.facts import Summary
from reports.charts import svg
from reports.charts.scene import Band, Dot, Frame, Line, Point, Role, Scene, Text
from reports.charts.words import Language

SVG = "{http://www.w3.org/2000/svg}"
FRAME = Frame(523, 222)


def parse(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> Language:
    return request.param


def test_every_chart_is_well_formed_and_named(month: Summary, gallery, language) -> None:
    for name, scene in gallery(month, FRAME, language).items():
        root = parse(svg.paint(scene, prefix=name))
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{name}-title {name}-desc"
        assert root.find(f"{SVG}title").text == scene.title
        assert root.find(f"{SVG}desc").text == scene.description


def test_ids_of_two_charts_on_a_page_never_collide(month: Summary, gallery) -> None:
    scenes = gallery(month, FRAME, "en")
    page = "".join(
        svg.paint(scene, prefix=f"{name}-{copy}") for name, scene in scenes.items() for copy in "ab"
    )
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) > 2 * len(scenes)
    assert len(ids) == len(set(ids))


def test_nothing_needs_an_exception_from_the_content_security_policy(month, gallery) -> None:
    for name, scene in gallery(month, FRAME, "en").items():
        text = svg.paint(scene, prefix=name)
        assert "style=" not in text
        assert "<script" not in text
        assert not re.search(r"\son\w+=", text)
        assert not re.search(r"#[0-9a-f]{3,6}\b", text), "colours belong to the page's CSS"


def test_points_take_focus_by_script_from_one_tab_stop() -> None:
    points = tuple(Point(f"value {n}", (Dot(n, n, 2, Role.SYSTOLIC),)) for n in range(3))
    root = parse(svg.paint(Scene(10, 10, "t", "d", points), prefix="p"))
    assert root.get("tabindex") == "0"
    groups = root.findall(f"{SVG}g")
    assert [g.get("data-label") for g in groups] == ["value 0", "value 1", "value 2"]
    assert [g.get("data-index") for g in groups] == ["0", "1", "2"]
    assert {g.get("tabindex") for g in groups} == {"-1"}


def test_a_chart_without_points_is_no_tab_stop() -> None:
    scene = Scene(10, 10, "t", "d", (Line(0, 0, 1, 1, Role.GRID),))
    assert parse(svg.paint(scene, prefix="p")).get("tabindex") is None


def test_hostile_words_stay_words() -> None:
    nasty = '"><script>alert(1)</script>&'
    point = Point(nasty, (Text(0, 0, nasty), Band(0, 0, 1, 1, Role.GOAL)))
    root = parse(svg.paint(Scene(10, 10, nasty, nasty, (point,)), prefix="p"))
    assert root.find(f"{SVG}g").get("data-label") == nasty
    assert root.find(f"{SVG}g/{SVG}text").text == nasty
    assert root.find(f".//{SVG}script") is None


@pytest.mark.parametrize(
    ("value", "printed"),
    [(0, "0"), (10, "10"), (1.5, "1.5"), (2.005, "2"), (1 / 3, "0.33"), (100.0, "100")],
)
def test_coordinates_are_short(value: float, printed: str) -> None:
    assert svg.number(value) == printed
