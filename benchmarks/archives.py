"""A large Apple Health export: how fast it is read beside bare expat, and in how much memory."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from xml.parsers import expat  # nosec B407 # reads what stands here
from zoneinfo import ZoneInfo

from devices.archives import formats

SIZE, ROUNDS = 300 * 2**20, 5
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<HealthData locale="ja_JP">\n'
SIDE = "HKQuantityTypeIdentifierBloodPressure"


def main() -> dict[str, Any]:
    """Seconds for an export of 300 MB, their ratio to expat's own, and what memory it took."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xml"
        expected = _write(path)
        grown = _grown(path, expected)
        with_us, bare = [], []
        for _ in range(ROUNDS):
            with_us.append(_timed(lambda: _read(path)))
            bare.append(_timed(lambda: _parse(path)))
    ours, raw = statistics.median(with_us), statistics.median(bare)
    figures = {
        "bytes": SIZE,
        "readings": expected,
        "seconds": round(ours, 2),
        "expat_seconds": round(raw, 2),
        "ratio": round(raw / ours, 2),
        "memory_grew_mb": round(grown, 1),
    }
    print(
        f"archives: {SIZE / 1e6:,.0f} MB of Apple Health, {expected:,} readings, in {ours:.1f} s,"
        f" {raw / ours:.2f} of bare expat, memory grew by {grown:.1f} MB"
    )
    return figures


def _write(path: Path) -> int:
    """Mostly heart rates, as in life; a night of twenty intervals and two pressures a day."""
    day, written = 0, 0
    with path.open("w", encoding="utf-8") as out:
        out.write(HEAD)
        while written < SIZE:
            day += 1
            text = _day(f"{2000 + day // 360:04}-{1 + day // 30 % 12:02}-{1 + day % 28:02}")
            out.write(text)
            written += len(text)
        out.write("</HealthData>\n")
    return _read(path)


def _day(date: str) -> str:
    records = [
        f' <Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Watch" unit="count/min"'
        f' startDate="{date} {n // 60 % 24:02}:{n % 60:02}:00 +0900"'
        f' endDate="{date} {n // 60 % 24:02}:{n % 60:02}:00 +0900" value="{50 + n % 70}"/>\n'
        for n in range(0, 1440, 4)
    ]
    for hour in ("07", "21"):
        said = f'sourceName="OMRON connect" startDate="{date} {hour}:00:00 +0900"'
        pair = "".join(
            f'  <Record type="{SIDE}{side}" {said} unit="mmHg" value="{value}"/>\n'
            for side, value in (("Systolic", 131), ("Diastolic", 84))
        )
        kind = "HKCorrelationTypeIdentifierBloodPressure"
        records.append(f'{pair} <Correlation type="{kind}" {said}>\n{pair} </Correlation>\n')
    stages = ("AsleepCore", "AsleepDeep", "AsleepREM")
    records += [
        f' <Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="Watch"'
        f' startDate="{date} {n // 3:02}:{n % 3 * 20:02}:00 +0900"'
        f' endDate="{date} {(n + 1) // 3:02}:{(n + 1) % 3 * 20:02}:00 +0900"'
        f' value="HKCategoryValueSleepAnalysis{stages[n % 3]}"/>\n'
        for n in range(20)
    ]
    return "".join(records)


def _read(path: Path) -> int:
    readings = formats.opened(path).readings(ZoneInfo("Asia/Tokyo"), Counter())
    return sum(1 for _ in readings)


def _parse(path: Path) -> None:
    with path.open("rb") as file:
        expat.ParserCreate().ParseFile(file)


def _timed(run: Any) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _grown(path: Path, expected: int) -> float:
    """By how many MB the largest this process ever was grew, in a process of its own."""
    code = f"from benchmarks.archives import peak; peak({str(path)!r}, {expected})"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(said.stdout)


def peak(path: str, expected: int) -> None:
    """Print by how many MB reading this file made the process larger than it was before."""
    before = _status("VmRSS")
    assert _read(Path(path)) == expected
    print(_status("VmHWM") - before)


def _status(name: str) -> float:
    # Not getrusage: its largest counts what the parent had before this process was its own.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))
