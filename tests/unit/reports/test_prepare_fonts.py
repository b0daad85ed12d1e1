"""`prepare_fonts`: the fonts lie where reports look for them, or the answer says what is wrong."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings

from reports.pdf import fonts
from reports.pdf.fonts import DEFAULT_DIRECTORY


def test_it_prepares_the_directory_of_the_settings() -> None:
    out = io.StringIO()
    with override_settings(FONTS_DIR=DEFAULT_DIRECTORY):
        call_command("prepare_fonts", stdout=out)
    for path in fonts.prepare(DEFAULT_DIRECTORY).values():
        assert path.stat().st_size > 1_000_000
        assert path.name in out.getvalue()
    assert f"ready in {DEFAULT_DIRECTORY} after " in out.getvalue()


def test_it_says_where_it_failed_and_what_to_look_at(tmp_path: Path) -> None:
    blocked = tmp_path / "file" / "fonts"
    blocked.parent.write_text("in the way")
    with (
        override_settings(FONTS_DIR=blocked),
        pytest.raises(CommandError, match=r"No fonts in .*file/fonts.*room on the disk"),
    ):
        call_command("prepare_fonts", stdout=io.StringIO())
