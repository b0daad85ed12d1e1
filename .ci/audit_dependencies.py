"""Known holes in what requirements.txt pins: `pip-audit --strict`, and what its answer means.

    python .ci/audit_dependencies.py

0: everything was looked up and nothing is known. 1: a hole, or something not looked up
although the rest was. 0 with a line that says so: the source was out of reach, nothing was audited.
Without that distinction a machine behind a wall would report a clean bill that nobody wrote.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
SKIPPED = "pip-audit: skipped: source not reachable; nothing was audited"
UNREACHABLE = re.compile(
    r"ConnectionError|Max retries exceeded|Could not connect|Failed to (?:connect|establish)"
    r"|NameResolutionError|ProxyError|timed out|SSLError|5\d\d Server Error"
)


def verdict(pinned: int, listed: str, said: str) -> tuple[int, str]:
    """What to exit with and what to say.

    Args:
        pinned: how many requirements there are to audit.
        listed: the standard output of `pip-audit --format json`.
        said: its standard error.
    """
    try:
        answer = json.loads(listed)["dependencies"]
    except (ValueError, KeyError, TypeError):
        if UNREACHABLE.search(said):
            return 0, SKIPPED
        return 1, f"pip-audit failed:\n{said.strip()}"
    audited = [entry for entry in answer if "skip_reason" not in entry]
    if not audited:
        return 0, SKIPPED
    holes = [
        f"{entry['name']} {entry['version']}: {hole['id']}"
        f" (mended in {', '.join(hole['fix_versions']) or 'no release yet'})"
        for entry in audited
        for hole in entry["vulns"]
    ]
    if holes:
        return 1, "\n".join(["pip-audit: known holes", *holes])
    left = sorted(entry["name"] for entry in answer if "skip_reason" in entry)
    if left or len(audited) < pinned:
        missing = ", ".join(left) or f"{pinned - len(audited)} of {pinned}"
        return 1, f"pip-audit: not looked up: {missing}"
    return 0, f"pip-audit: {len(audited)} packages, no known hole"


def run(*options: str) -> "subprocess.CompletedProcess[str]":
    """One run over the requirements as they are pinned; nothing is installed."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(REQUIREMENTS)]
    return subprocess.run(
        [*command, "--require-hashes", "--disable-pip", "--progress-spinner", "off", *options],
        capture_output=True,
        text=True,
        check=False,
    )


def main() -> int:
    """Strictly first. What strict refuses is asked again, to learn whether anything was found."""
    done = run("--strict", "--format", "json")
    if done.returncode != 0 and not done.stdout.strip():
        done = run("--format", "json")
    lines = REQUIREMENTS.read_text().splitlines()
    # Requirements of another platform are pinned too, and not looked up on this one.
    pinned = sum("==" in line and ";" not in line for line in lines if line[:1].isalnum())
    status, words = verdict(pinned, done.stdout, done.stderr)
    print(words)
    return status


if __name__ == "__main__":
    sys.exit(main())
