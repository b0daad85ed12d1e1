"""Make `.venv` and install what a requirements file names. Standard library only.

    python3 healthcare/runtime/bootstrap.py requirements.txt

Run by the Makefile with the system's Python. Does nothing when the environment already holds
these requirements; a lock lets several `make` run at once.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


class SetupError(Exception):
    """The environment cannot be made; the message says why and what helps."""


def main(requirements: Path, *, folder: Path = PROJECT) -> None:
    """Bring `folder/.venv` to what `requirements` names, with every hash checked."""
    venv = folder / ".venv"
    python = venv / "bin" / "python"
    with _alone(folder / "var" / "setup.lock"):
        if not _works(python):
            _make(venv)
        stamp = venv / f".installed-{requirements.name}"
        wanted = _fingerprint(python, requirements)
        if stamp.exists() and stamp.read_text("ascii") == wanted:
            return
        _say(f"Installing {requirements.name} into {venv.name} ...")
        _install(python, requirements)
        stamp.write_text(wanted, "ascii")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another make prepares .venv; waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _works(python: Path) -> bool:
    """Whether the environment's Python runs, is new enough, and has pip."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        done = subprocess.run([python, "-c", check], capture_output=True)  # nosec B603 # own words
        return done.returncode == 0
    except OSError:
        return False


def _make(venv: Path) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if find_spec("ensurepip") is None:
        raise SetupError(
            f"Python {version} is here, but without its module venv, which Debian and Ubuntu "
            f"ship apart.\n  sudo apt install python{version}-venv\nand run make again."
        )
    _say(f"Making {venv.name} with Python {version} ...")
    command = [sys.executable, "-m", "venv", "--clear", str(venv)]
    made = subprocess.run(command, check=False)  # nosec B603 # own words
    if made.returncode != 0:
        raise SetupError(f"{venv} could not be made: the lines above say why.")


def _fingerprint(python: Path, requirements: Path) -> str:
    """What is installed depends on the file's content and on the Python it is installed for."""
    version = subprocess.run(  # nosec B603 # own words
        [python, "-c", "import sys; print(sys.version)"], capture_output=True, check=True
    ).stdout
    return hashlib.sha256(version + requirements.read_bytes()).hexdigest()


def _install(python: Path, requirements: Path) -> None:
    command = [
        *(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--only-binary", ":all:", "-r", str(requirements)),
        "--no-compile",  # half the time; Python compiles what it really imports, once
    ]
    environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    done = subprocess.run(command, env=environment, check=False)  # nosec B603 # own words
    if done.returncode != 0:
        raise SetupError(
            f"{requirements.name} could not be installed: the lines above say why. It needs a "
            "package index it can reach (pip's own settings name another one), and Python 3.11 "
            "to 3.14 on Linux or macOS, for which every package comes ready built."
        )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main(PROJECT / sys.argv[1])
    except SetupError as error:
        sys.exit(f"{error}")
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")
