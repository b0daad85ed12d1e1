"""The set-up of `.venv`, on folders and requirements of the tests' own."""

import sys
from pathlib import Path

import pytest

from healthcare.runtime import bootstrap
from healthcare.runtime.bootstrap import SetupError


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose environment is there already: this process's own Python."""
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return tmp_path


def test_it_installs_only_what_has_changed(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.setattr(bootstrap, "_install", lambda python, file: installed.append(file.name))
    bootstrap.main(clone / "requirements.txt", folder=clone)
    bootstrap.main(clone / "requirements.txt", folder=clone)
    assert installed == ["requirements.txt"]
    (clone / "requirements.txt").write_text("# nothing else\n")
    bootstrap.main(clone / "requirements.txt", folder=clone)
    assert installed == ["requirements.txt"] * 2


def test_a_requirement_that_cannot_be_had_is_an_error_in_words(clone: Path) -> None:
    (clone / "requirements.txt").write_text("nothing-without-a-hash==1.0\n")
    for _ in range(2):  # and is tried again the next time
        with pytest.raises(SetupError, match=r"requirements\.txt could not be installed"):
            bootstrap.main(clone / "requirements.txt", folder=clone)


def test_debians_missing_venv_is_named_with_its_cure(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clone / ".venv" / "bin" / "python").unlink()
    monkeypatch.setattr(bootstrap, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match=r"apt install python3\.\d+-venv"):
        bootstrap.main(clone / "requirements.txt", folder=clone)
