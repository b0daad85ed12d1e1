"""Run the benchmarks and keep what they found in `var/bench/NAME.json`.

`python -m benchmarks` runs all, `python -m benchmarks ingest billing` these. A benchmark is a
module here with `main() -> dict`: figures and their ratio to a raw limit of the same run.
"""

import importlib
import json
import os
import pkgutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import django

import benchmarks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthcare.settings")


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(
        module.name
        for module in pkgutil.iter_modules(benchmarks.__path__)
        if not module.name.startswith("_")
    )


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks, all when none is named. Returns the exit status."""
    known = names()
    unknown = [name for name in chosen if name not in known]
    if unknown:
        sys.stderr.write(f"No benchmark {', '.join(unknown)}; there are {', '.join(known)}.\n")
        return 2
    django.setup()
    folder = Path(os.environ.get("MIMAMORI_VAR") or "var") / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    for name in chosen or known:
        figures = importlib.import_module(f"benchmarks.{name}").main()
        found = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), **figures}
        (folder / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
