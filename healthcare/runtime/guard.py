"""Ends what a supervisor started when the supervisor itself is killed. Standard library only.

    python -I -S guard.py [NUMBER ...] < PIPE

The numbers are processes that run already. The supervisor writes `+NUMBER` for each process it
starts and `-NUMBER` for each that it saw end. It alone holds the other end of the pipe, so the pipe
ends when the supervisor does. Each process leads a session of its own, which is how what it started
is found.
"""

import contextlib
import os
import signal
import sys
import time

GRACE = 10.0


def main() -> None:
    left = _read_until_the_end(set(map(int, sys.argv[1:])))
    for number in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGTERM)
    until = time.monotonic() + GRACE
    while left and time.monotonic() < until:
        for number in {number for number in left if not _lives(number)}:
            _kill_session(number)
            left.discard(number)
        time.sleep(0.05)
    for number in left:
        _kill_session(number)


def _read_until_the_end(left: set[int]) -> set[int]:
    for line in sys.stdin:
        number = int(line[1:])
        if line[0] == "+":
            left.add(number)
        else:
            left.discard(number)
    return left


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except OSError:
        return False
    return True


def _kill_session(number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(number, signal.SIGKILL)


if __name__ == "__main__":
    main()
