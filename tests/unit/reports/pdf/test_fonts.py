"""The two weights: cut once, shared safely, complete enough for names; a fallback that says so."""

import logging
import os
import threading
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
import uharfbuzz as harfbuzz
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from reports.pdf import fonts
from reports.pdf.fonts import GETA, Typeface, typeface


@pytest.fixture(scope="module")
def face() -> Typeface:
    return typeface()


def test_a_document_names_each_weight(face: Typeface) -> None:
    canvas = Canvas(BytesIO(), invariant=1)
    for bold in (False, True):
        canvas.addLiteral(f"BT {face.show('血圧 135', 8, bold=bold, canvas=canvas)} ET")
    canvas.showPage()
    opened = PdfReader(BytesIO(canvas.getpdfdata())).pages[0]["/Resources"]["/Font"]
    names = {str(font.get_object()["/BaseFont"]).partition("+")[2] for font in opened.values()}
    assert {"NotoSansJP-Regular", "NotoSansJP-Bold"} <= names


def test_the_cut_fonts_are_static_and_hold_every_character_of_the_source() -> None:
    source = Path(str(files("justmytype_intl_cjk").joinpath(fonts.SOURCE)))
    every = set(harfbuzz.Face(harfbuzz.Blob(source.read_bytes())).unicodes)
    for path in fonts.prepare().values():
        cut = harfbuzz.Face(harfbuzz.Blob(path.read_bytes()))
        assert not cut.has_var_data
        assert set(cut.unicodes) == every


def test_the_weights_differ_in_latin_and_agree_in_kanji(face: Typeface) -> None:
    assert face.width("130/80 mmHg", 10, bold=True) > face.width("130/80 mmHg", 10)
    assert face.width("血圧", 10) == pytest.approx(20)


def test_a_process_registers_once(face: Typeface) -> None:
    assert typeface() is face


def test_prepared_fonts_are_not_cut_again(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts.prepare()

    def never(*_: object) -> None:
        raise AssertionError("cut again")

    monkeypatch.setattr(fonts, "_cut", never)
    assert all(path.exists() for path in fonts.prepare().values())


def test_two_that_start_together_cut_each_weight_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuts: list[str] = []

    def cut(source: Path, style: str, path: Path) -> None:
        cuts.append(style)
        path.write_bytes(b"font")

    monkeypatch.setattr(fonts, "_cut", cut)
    both = [threading.Thread(target=fonts.prepare, args=(tmp_path,)) for _ in range(4)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(cuts) == ["Bold", "Regular"]


def test_a_cut_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        fonts.prepare(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_damaged_source_is_named(tmp_path: Path) -> None:
    damaged = tmp_path / "NotoSansJP.ttf"
    damaged.write_bytes(b"not a font")
    with pytest.raises(ValueError, match=r"NotoSansJP\.ttf cannot be cut"):
        fonts._cut(damaged, "Bold", tmp_path / "Bold.ttf")


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("plain", "plain"),
        ("髙﨑 𠮷田", "髙﨑 𠮷田"),
        ("か\u3099", "が"),
        ("葛\U000e0100城", "葛城"),
        ("Łukasz Nguyễn", "Lukasz Nguyễn"),
        ("①㌔", "①㌔"),
        ("😀", GETA),
    ],
)
def test_what_the_font_lacks_is_replaced_visibly(face: Typeface, given: str, printed: str) -> None:
    assert face.printable(given) == printed


def test_without_the_font_heisei_stands_in_and_the_log_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreadable(directory: Path) -> dict[str, Path]:
        raise OSError("font package is damaged")

    monkeypatch.setattr(fonts, "prepare", unreadable)
    with caplog.at_level(logging.WARNING):
        face = typeface(tmp_path)
    typeface.cache_clear()
    assert "font package is damaged" in caplog.text
    canvas = Canvas(BytesIO(), invariant=1)
    canvas.addLiteral(f"BT {face.show('血圧 135', 8, bold=False, canvas=canvas)} ET")
    canvas.showPage()
    canvas.save()
    assert face.width("血圧", 10) == pytest.approx(20)
