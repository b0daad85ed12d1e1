"""`python -m tests.fuzz DECODER --seconds N`: coverage-guided fuzzing (pip install atheris).

The corpus grows in `var/fuzz/DECODER/` and is used again; an input that breaks a decoder is
written beside it as `crash-...`, and `python -m tests.fuzz DECODER --again FILE` runs it alone.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import atheris
from hypothesis import given, settings

ROOT = Path(__file__).resolve().parents[2] / "var" / "fuzz"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthcare.settings")
with atheris.instrument_imports(include=["devices"]):
    from tests.fuzz.bending import bent_trees
    from tests.fuzz.decoders import DECODERS, Check
    from tests.fuzz.seeds import SEEDS, TREES, words


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("decoder", choices=DECODERS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument(
        "--bent", action="store_true", help=f"good bodies bent: of {', '.join(TREES)}"
    )
    parser.add_argument("--again", type=Path, help="a file that broke it")
    said = parser.parse_args()
    check = DECODERS[said.decoder]
    if said.bent:
        if said.decoder not in TREES:
            parser.error(f"--bent is for {', '.join(TREES)}")
        check = _bent(said.decoder, check)
    if said.again is not None:
        check(said.again.read_bytes())
        return
    corpus = ROOT / (f"{said.decoder}-bent" if said.bent else said.decoder)
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate([] if said.bent else SEEDS[said.decoder]):
        (corpus / f"seed-{number}").write_bytes(seed)
    dictionary = ROOT / f"{said.decoder}.dict"
    dictionary.write_text("".join(f'"{_escaped(word)}"\n' for word in words(said.decoder)))
    atheris.Setup(
        [
            sys.argv[0],
            str(corpus),
            f"-dict={dictionary}",
            f"-artifact_prefix={ROOT}/{said.decoder}-",
            f"-max_total_time={said.seconds}",
            "-timeout=20",
            "-rss_limit_mb=1024",
            "-print_final_stats=1",
            *(["-len_control=0", "-max_len=2000"] if said.bent else []),
        ],
        check,
    )
    atheris.Fuzz()


def _bent(name: str, check: Check) -> Check:
    """The bytes choose how a good body is bent; the body that broke is printed."""

    @settings(database=None, deadline=None)
    @given(bent_trees(name))
    def bend(tree: Any) -> None:
        data = json.dumps(tree).encode()
        try:
            check(data)
        except BaseException:
            print(data.decode(), file=sys.stderr)
            raise

    return bend.hypothesis.fuzz_one_input  # type: ignore[attr-defined, no-any-return]


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


main()
