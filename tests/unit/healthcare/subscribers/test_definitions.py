"""A mapping as JSON: what it can say, and everything that is wrong with it at once."""

from datetime import date
from typing import Any

import pytest

from healthcare.subscribers.loading.cells import BadCell, Setting
from healthcare.subscribers.loading.columns import Column
from healthcare.subscribers.loading.definitions import MappingRefused, layout_of

SETTING = Setting("JP", date(2026, 11, 23))
LEAST: dict[str, Any] = {
    "operator_subscriber_id": {"from": "ID"},
    "activated_on": {"from": "Since"},
    "msisdn": {"from": "Tel"},
}


def column(name: str, **said: Any) -> Column:
    layout = layout_of({"columns": {**LEAST, name: said}}, name="crm", setting=SETTING)
    return next(each for each in layout.columns if each.name == name)


def read(name: str, cell: str, **said: Any) -> str:
    return column(name, **{"from": "X", **said}).read(cell, SETTING)


def faults(definition: object) -> dict[str, str]:
    with pytest.raises(MappingRefused) as refused:
        layout_of(definition, name="crm", setting=SETTING)
    return {fault.place: fault.text for fault in refused.value.faults}


@pytest.mark.parametrize(
    ("name", "cell", "said", "value"),
    [
        ("activated_on", "Ｒ６．１．２", {"dates": ["era"], "full_width": True}, None),
        ("activated_on", "R６．１．２", {"dates": ["era"], "full_width": True}, "2024-01-02"),
        ("activated_on", "20240102", {"dates": ["era", "compact"]}, "2024-01-02"),
        ("msisdn", "０９０ー１１１１ー０００１", {"full_width": True}, "+819011110001"),
        ("msisdn", "０９０-１１１１-０００１", {}, None),
        ("family_name", "髙橋　太郎", {"part": 1}, "髙橋"),
        ("given_name", "髙橋　太郎", {"part": 2}, "太郎"),
        ("given_name", "髙橋太郎", {"part": 2}, None),
        ("family_name_kana", "たかはし", {"katakana": True}, "タカハシ"),
        ("family_name_kana", "ﾀｶﾊｼ", {}, "タカハシ"),
        ("sex", "男", {"words": {"男": "male"}}, "male"),
        ("sex", "Ｍ", {"words": {"m": "male"}}, "male"),
        ("sex", "x", {"words": {"m": "male"}}, None),
        ("sex", "", {"words": {"m": "male"}}, ""),
        ("operator_subscriber_id", "0012", {}, "0012"),
        ("postcode", "0010001", {}, "001-0001"),
    ],
)
def test_how_a_cell_is_read(name: str, cell: str, said: dict[str, Any], value: str | None) -> None:
    if value is None:
        with pytest.raises(BadCell):
            read(name, cell, **said)
    else:
        assert read(name, cell, **said) == value


def test_an_escaped_cell_is_read_as_the_operator_wrote_it() -> None:
    assert read("sex", "'=1", words={"=1": "male"}) == "male"


def test_a_formula_stays_refused_in_full_width() -> None:
    with pytest.raises(BadCell):
        read("msisdn", "＝０９０１１１１０００１", full_width=True)


def test_a_constant_stands_for_every_row() -> None:
    assert column("language", constant="ja").read("whatever", SETTING) == "ja"


@pytest.mark.parametrize(
    ("definition", "place", "said"),
    [
        ([], "", "object"),
        ({}, "columns", "object"),
        ({"columns": {}}, "columns.msisdn", "Is required"),
        ({"columns": LEAST, "colums": {}}, "colums", "not known"),
        ({"columns": {**LEAST, "name": {"from": "N"}}}, "columns.name", "not known"),
        ({"columns": {**LEAST, "sex": {}}}, "columns.sex", "either `from` or `constant`"),
        (
            {"columns": {**LEAST, "sex": {"from": "S", "dates": ["iso"]}}},
            "columns.sex.dates",
            "fit",
        ),
        ({"columns": {**LEAST, "sex": {"constant": "x"}}}, "columns.sex.constant", "female"),
        (
            {"columns": {**LEAST, "msisdn": {"constant": "09011110001"}}},
            "columns.msisdn",
            "cannot be a constant",
        ),
        (
            {"columns": {**LEAST, "sex": {"from": "S", "words": {"Ｍ": "male", "m": "male"}}}},
            "columns.sex.words.m",
            "twice",
        ),
        (
            {
                "columns": {
                    **LEAST,
                    "birth_date": {"from": "B", "dates": ["day-month-year", "month-day-year"]},
                }
            },
            "columns.birth_date.dates",
            "only one",
        ),
        ({"columns": LEAST, "delimiter": "x"}, "delimiter", "comma"),
        ({"columns": LEAST, "encoding": "utf-16"}, "encoding", "cp932"),
        ({"columns": LEAST, "header_lines": True}, "header_lines", "whole number"),
        ({"columns": LEAST, "header_lines": 0}, "names", "exactly when"),
        ({"columns": LEAST, "ignored": ["tel"]}, "columns.msisdn.from", "ignored too"),
        (
            {"columns": LEAST, "header_lines": 0, "names": ["id", "since", "tel", "memo"]},
            "names.3",
            "neither read nor ignored",
        ),
        (
            {"columns": {**LEAST, "tariff": {"from": "𠮷"}}, "encoding": "cp932"},
            "columns.tariff.from",
            "cannot be written in cp932",
        ),
        ({"columns": LEAST, "trailer": {"mark": ""}}, "trailer.mark", "text of 1"),
        ({"columns": {**LEAST, "tariff": {"from": "line"}}}, "columns.tariff.from", "rejects"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(definition: object, place: str, said: str) -> None:
    assert said.lower() in faults(definition)[place].lower()


def test_all_faults_are_said_at_once() -> None:
    assert len(faults({"columns": {"sex": {}}, "delimiter": "", "encoding": 3})) == 6
