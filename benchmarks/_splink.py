"""The same two lists linked by Splink 4 on DuckDB, to compare with: `docs/adr/0021-*.md`.

    python -m benchmarks.matching --write /tmp/routes
    python -m venv /tmp/splink && /tmp/splink/bin/pip install 'splink>=4,<5' duckdb
    /tmp/splink/bin/python benchmarks/_splink.py /tmp/routes [--plain]

Splink is no dependency of ours: run it in an environment of its own. It gets our normalised forms
(`forms.csv` beside the lists), our keys as blocking rules, and estimates its own m and u by
expectation-maximisation. `--plain` gives it the names as they stand in the lists.
"""

import csv
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

COLUMNS = ("family_name", "given_name", "family_name_kana", "given_name_kana")
THRESHOLDS = (0.5, 0.9, 0.99, 0.999, 0.9999)


def read(folder: Path, name: str, *, plain: bool) -> Any:
    """A list as a frame; empty cells are None."""
    frame = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
    if not plain:
        forms = pd.read_csv(folder / f"{name}_forms.csv", dtype=str, keep_default_na=False)
        frame[list(COLUMNS)] = forms[list(COLUMNS)]
    frame["area"] = frame["postcode"].str[:3]
    frame["given_first"] = frame["given_name"].str[:1]
    frame["given_kana_first"] = frame["given_name_kana"].str[:1]
    return frame.replace("", None)


def main(arguments: Sequence[str]) -> None:
    """Print precision and recall at several thresholds."""
    folder, plain = Path(arguments[0]), "--plain" in arguments
    lists = [read(folder, name, plain=plain) for name in ("first", "second")]
    people = [dict(zip(frame["unique_id"], frame["person"], strict=True)) for frame in lists]
    there = len(set(people[0].values()) & set(people[1].values()))
    began = time.perf_counter()
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("family_name", [0.9]),
            cl.JaroWinklerAtThresholds("family_name_kana", [0.9]),
            cl.JaroWinklerAtThresholds("given_name", [0.9]).configure(
                term_frequency_adjustments=True
            ),
            cl.JaroWinklerAtThresholds("given_name_kana", [0.9]),
            cl.DamerauLevenshteinAtThresholds("birth_date", [1, 2]),
            cl.ExactMatch("sex"),
            cl.LevenshteinAtThresholds("postcode", [1]),
            cl.ExactMatch("numbers"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("birth_date", "given_kana_first"),
            block_on("birth_date", "given_first"),
            block_on("birth_date", "area"),
            block_on("family_name_kana", "given_name_kana", "area"),
            block_on("family_name", "given_name", "area"),
        ],
    )
    linker = Linker(lists, settings, db_api=DuckDBAPI(), input_table_aliases=["first", "second"])
    linker.training.estimate_probability_two_random_records_match(
        [block_on("birth_date", "given_name_kana")], recall=0.85
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2_000_000, seed=1)
    for rule in (block_on("birth_date"), block_on("family_name", "given_name")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    said = linker.inference.predict(threshold_match_probability=0.01).as_pandas_dataframe()
    seconds = time.perf_counter() - began
    out = csv.writer(sys.stdout)
    out.writerow(["threshold", "pairs", "right", "precision", "recall"])
    for threshold in THRESHOLDS:
        chosen = said[said["match_probability"] >= threshold]
        pairs = zip(chosen["unique_id_l"], chosen["unique_id_r"], strict=True)
        right = sum(people[0][a] == people[1][b] for a, b in pairs)
        precision = right / len(chosen) if len(chosen) else 0.0
        out.writerow([threshold, len(chosen), right, f"{precision:.4f}", f"{right / there:.4f}"])
    sys.stdout.write(f"{seconds:.1f} s\n")


if __name__ == "__main__":
    main(sys.argv[1:])
