"""Reference cases of others: guidelines, YASA, pyActigraphy (each case names its source)."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports.analysis.blood_pressure import is_sufficient
from reports.analysis.clock_times import circular_mean, minute_of_day
from reports.analysis.hypnogram import latency, night_statistics, runs
from reports.analysis.measured import Pressure, Stage
from reports.analysis.patterns import phenotype
from reports.analysis.regularity import sleep_regularity_index
from reports.analysis.schemes import classify, named
from reports.analysis.warning_signs import is_crisis, is_severe_by_aha

Case = dict[str, Any]

CASES: list[Case] = json.loads(
    (Path(__file__).parents[3] / "goldens" / "clinical.json").read_text()
)["cases"]

SCHEME_OF = {
    "JSH2019_home": "jsh2019-home",
    "ESC2024_home": "esc2024-home",
    "ACC_AHA": "accaha-home",
    "ESH2023_office": "esh2023-office",
}
STAGE_OF_CODE = {
    -2: Stage.UNKNOWN,
    -1: Stage.UNKNOWN,
    0: Stage.AWAKE,
    1: Stage.N1,
    2: Stage.N2,
    3: Stage.N3,
    4: Stage.REM,
}


def cases(prefix: str) -> list[Any]:
    found = [pytest.param(case, id=case["id"]) for case in CASES if case["id"].startswith(prefix)]
    assert found
    return found


@pytest.mark.parametrize("case", cases("bpcls-"))
def test_classification(case: Case) -> None:
    inputs, expected = case["inputs"], case["expected"]
    scheme = SCHEME_OF[inputs["scheme"]]
    found = classify(inputs["sbp_mean"], inputs["dbp_mean"], scheme)
    assert found.category == expected["category"].replace("grade", "grade_").replace(
        "stage", "stage_"
    )
    for key in ("isolated_systolic", "ISH"):
        if key in expected:
            assert ("isolated_systolic" in found.flags) is expected[key]
    if "IDH" in expected:
        assert ("isolated_diastolic" in found.flags) is expected["IDH"]
    if "hypertension" in expected:
        line = named(scheme).threshold
        assert line.reached_by(inputs["sbp_mean"], inputs["dbp_mean"]) is expected["hypertension"]


@pytest.mark.parametrize("case", cases("bpcrisis-"))
def test_crisis(case: Case) -> None:
    values = case["inputs"]["sbp"], case["inputs"]["dbp"]
    assert is_severe_by_aha(*values) is case["expected"]["aha_strict_gt"]
    assert is_crisis(*values) is case["expected"]["safety_ge"]


@pytest.mark.parametrize("case", cases("bpphen-"))
def test_phenotype(case: Case) -> None:
    home, office = Pressure(*case["inputs"]["home"]), Pressure(*case["inputs"]["office"])
    assert phenotype(home, office) == case["expected"]["phenotype"]


@pytest.mark.parametrize("case", cases("bpvalid-"))
def test_sufficiency(case: Case) -> None:
    inputs = case["inputs"]
    found = is_sufficient(
        days=inputs["days_with_data"], readings=inputs["readings"], in_last_week=True
    )
    assert found is (case["expected"]["status"] == "valid")


@pytest.mark.parametrize("case", cases("sleepstat-"))
def test_sleep_statistics(case: Case) -> None:
    epoch = case["inputs"]["epoch_seconds"] / 60
    stages = [(STAGE_OF_CODE[code], n * epoch) for code, n in case["inputs"]["hypnogram_rle"]]
    night, staged = night_statistics(stages), runs(stages)
    found = {
        "TIB": night.tib,
        "SPT": night.spt,
        "WASO": night.waso_spt,
        "TST": night.tst,
        "N1": night.n1,
        "N2": night.n2,
        "N3": night.n3,
        "REM": night.rem,
        "NREM": (night.n1 or 0) + (night.n2 or 0) + (night.n3 or 0),
        "SOL": night.sol,
        "Lat_N1": latency(staged, Stage.N1),
        "Lat_N2": latency(staged, Stage.N2),
        "Lat_N3": latency(staged, Stage.N3),
        "Lat_REM": latency(staged, Stage.REM),
        "%N1": night.percent(Stage.N1),
        "%N2": night.percent(Stage.N2),
        "%N3": night.percent(Stage.N3),
        "%REM": night.percent(Stage.REM),
        "SE": night.se,
        "SME": night.sme,
        "awakenings_in_SPT": night.awakenings,
        "terminal_wake": night.terminal_wake,
        "WASO_to_lights_on": night.waso_to_lights_on,
        "REM_latency_AASM": night.rem_latency,
    }
    shares = [night.percent(stage) for stage in (Stage.N1, Stage.N2, Stage.N3)]
    found["%NREM"] = None if None in shares else sum(share or 0 for share in shares)
    assert set(case["expected"]) <= set(found)
    for figure, expected in case["expected"].items():
        if expected is None:
            assert found[figure] is None, figure
        else:
            assert found[figure] == pytest.approx(expected, abs=case["tolerance"]), figure


@pytest.mark.parametrize("case", cases("sri-"))
def test_regularity(case: Case) -> None:
    inputs = case["inputs"]
    start = datetime.fromisoformat(inputs["window_start"])
    epoch = timedelta(seconds=inputs["epoch_seconds"])
    per_day = timedelta(days=1) // epoch
    states = np.zeros(inputs["n_days"] * per_day)
    for since, until in inputs["sleep_intervals_local"]:
        first = (datetime.fromisoformat(since) - start) // epoch
        states[first : (datetime.fromisoformat(until) - start) // epoch] = 1
    found = sleep_regularity_index(states, epochs_per_day=per_day)
    assert found == pytest.approx(case["expected"]["SRI"], abs=case["tolerance"])

    asleep = [minute_of_day(start + int(index) * epoch) for index in np.flatnonzero(states)]
    midpoint = case["expected"]["sleep_midpoint_min_since_midnight"]
    assert circular_mean(asleep) == pytest.approx(midpoint, abs=case["tolerance"])
