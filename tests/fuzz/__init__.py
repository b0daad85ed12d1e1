"""Every decoder against any bytes: what it may raise, and what must hold of what it returns.

`tests/unit/devices/wire/test_any_bytes.py` runs these by Hypothesis with every suite;
`python -m tests.fuzz DECODER --seconds N` runs them by Atheris, which follows the code's branches.
"""
