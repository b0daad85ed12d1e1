"""The lines of a subscriber file, each of bounded length, to the csv module."""

import io
from collections.abc import Iterator

from healthcare.subscribers.loading.encodings import LONGEST_LINE


class Feed:
    """The lines of a file for the csv module, and none that would not end.

    A record may run over lines, so what is bounded is what the record at hand has taken.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._readline = text.readline
        self.left = LONGEST_LINE

    def __iter__(self) -> Iterator[str]:
        while line := self._readline(LONGEST_LINE):
            self.left -= len(line)
            if self.left <= 0:
                raise TooLong
            yield line

    def skip(self, lines: int) -> int:
        """Pass over lines that are no records; how many there were."""
        return sum(1 for _ in zip(range(lines), self, strict=False))


class TooLong(Exception):
    """A record has more characters than any row of a subscriber file."""
