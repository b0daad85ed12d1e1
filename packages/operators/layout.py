"""How one operator orders the fields of its files and names what it answers.

A new operator is a new `Layout`; readers and writers stay as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from packages.operators.answers import FileStatus, LineStatus, Reason

HEADER: Final = ("version", "merchant", "file_seq", "cycle", "currency", "count")
LINE: Final = (
    "charge_key",
    "kind",
    "operator_subscriber_id",
    "msisdn",
    "package",
    "period_from",
    "period_to",
    "amount",
    "taxes",
    "text",
    "product_code",
    "original_key",
    "attempt",
)
TRAILER: Final = ("count", "total", "taxes", "sha256")
ANSWER_HEADER: Final = ("version", "merchant", "file_seq", "status", "reason")
ANSWER_LINE: Final = ("charge_key", "status", "reason", "operator_ref", "bill_month")
ANSWER_TRAILER: Final = ("count", "sha256")


def _own_names(words: type[LineStatus] | type[FileStatus] | type[Reason]) -> Mapping[str, str]:
    return MappingProxyType({str(word): str(word) for word in words})


@dataclass(frozen=True, slots=True)
class Layout:
    """Order of fields in each record, and the operator's words for statuses and reasons."""

    name: str
    header: Sequence[str] = HEADER
    line: Sequence[str] = LINE
    trailer: Sequence[str] = TRAILER
    answer_header: Sequence[str] = ANSWER_HEADER
    answer_line: Sequence[str] = ANSWER_LINE
    answer_trailer: Sequence[str] = ANSWER_TRAILER
    file_statuses: Mapping[str, str] = field(default_factory=lambda: _own_names(FileStatus))
    line_statuses: Mapping[str, str] = field(default_factory=lambda: _own_names(LineStatus))
    reasons: Mapping[str, str] = field(default_factory=lambda: _own_names(Reason))
    """The operator's word to ours; several of theirs may mean one of ours."""

    def __post_init__(self) -> None:
        orders = (
            ("header", self.header, HEADER),
            ("line", self.line, LINE),
            ("trailer", self.trailer, TRAILER),
            ("answer_header", self.answer_header, ANSWER_HEADER),
            ("answer_line", self.answer_line, ANSWER_LINE),
            ("answer_trailer", self.answer_trailer, ANSWER_TRAILER),
        )
        for name, given, needed in orders:
            if sorted(given) != sorted(needed):
                raise ValueError(
                    f"layout {self.name}: {name} must name each of {', '.join(needed)} once"
                )


STANDARD: Final = Layout("standard")
