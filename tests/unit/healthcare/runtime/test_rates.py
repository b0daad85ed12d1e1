"""A bad rate names itself and the cure."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from devices.api.streams import MAX_LINES
from devices.wire.batch import MAX_ITEMS
from healthcare.runtime.rates import DEFAULTS, LEAST, reading_rates


def test_unset_is_the_default_and_allows_a_full_body() -> None:
    assert reading_rates({}) == reading_rates({"DEVICE_POSTS": " "}) == DEFAULTS
    assert LEAST["items"] == MAX_LINES > MAX_ITEMS
    assert min(DEFAULTS[who, "items"][0] for who, what in DEFAULTS if what == "items") >= MAX_LINES


def test_each_is_set_by_its_name() -> None:
    for sender, counted in DEFAULTS:
        name = f"{sender}_{counted}".upper()
        found = reading_rates({name: " 200000+7 "})
        assert found == {**DEFAULTS, (sender, counted): (200_000, 7)}


@pytest.mark.parametrize(
    "value", ["120", "120+0", "-1+60", "120+60/s", "1e3+60", "+", "a+b", "١٢+٦٠", "1" * 10 + "+1"]
)
def test_a_bad_value_names_itself_and_the_cure(value: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        reading_rates({"DEVICE_POSTS": value})
    assert str(refused.value).startswith(f"DEVICE_POSTS={value!r}: set it to")
    assert str(refused.value).endswith("like 10000+600.")


@pytest.mark.parametrize(
    ("name", "value", "least"),
    [("GATEWAY_ITEMS", "199999+60", "200000"), ("MEMBER_POSTS", "0+60", "1")],
)
def test_too_little_at_once(name: str, value: str, least: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{name}='.*': allow at least {least} at once"):
        reading_rates({name: value})
