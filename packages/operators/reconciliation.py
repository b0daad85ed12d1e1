"""Sets a charge file against its answers: every unit of money stands in exactly one bucket."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packages.operators.answers import AnswerLine, NextStep, next_step
from packages.operators.charges import ChargeKind, ChargeLine


@dataclass(frozen=True, slots=True)
class Bucket:
    """Charges that go the same way; `amount` in minor units, refunds negative."""

    count: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The file's money by what happens to it next."""

    buckets: Mapping[NextStep, Bucket]
    """All steps, also the empty ones; counts and amounts add up to the file's."""
    unanswered: tuple[str, ...]
    """Keys of charges the answer does not mention: they stand in `ask_again`."""
    unmatched: tuple[str, ...]
    """Keys that were answered but never sent: a person must look."""

    @property
    def amount(self) -> int:
        """Sum over the buckets."""
        return sum(bucket.amount for bucket in self.buckets.values())


def reconcile(lines: Iterable[ChargeLine], answers: Iterable[AnswerLine]) -> Reconciliation:
    """Put every charge in the bucket of its next step."""
    by_key = {answer.key: answer for answer in answers}
    buckets = dict.fromkeys(NextStep, Bucket())
    unanswered = []
    for line in lines:
        answer = by_key.pop(line.key, None)
        if answer is None:
            step = NextStep.ASK_AGAIN
            unanswered.append(line.key)
        else:
            step = next_step(answer.status, answer.reason, attempt=line.attempt)
        amount = -line.amount if line.kind is ChargeKind.REFUND else line.amount
        bucket = buckets[step]
        buckets[step] = Bucket(bucket.count + 1, bucket.amount + amount)
    return Reconciliation(buckets, tuple(unanswered), tuple(by_key))
