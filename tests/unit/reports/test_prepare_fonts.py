"""`prepare_fonts`: the fonts lie where reports look for them, or the answer says what is wrong."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django.fixtures import SettingsWrapper

from reports.pdf import fonts
from reports.pdf.fonts import DEFAULT_DIRECTORY


def test_it_prepares_the_directory_of_the_settings(settings: SettingsWrapper) -> None:
    settings.FONTS_DIR = DEFAULT_DIRECTORY
    out = io.StringIO()
    call_command("prepare_fonts", stdout=out)
    for path in fonts.prepare(settings.FONTS_DIR).values():
        assert path.stat().st_size > 1_000_000
        assert path.name in out.getvalue()
    assert f"ready in {DEFAULT_DIRECTORY} after " in out.getvalue()


def test_it_says_where_it_failed_and_what_to_look_at(tmp_path: Path, settings: SettingsWrapper) -> None:
    settings.FONTS_DIR = tmp_path / "file" / "fonts"
    settings.FONTS_DIR.parent.write_text("in the way")
    with pytest.raises(CommandError, match="No fonts in .*file/fonts.*room on the disk"):
        call_command("prepare_fonts", stdout=io.StringIO())
