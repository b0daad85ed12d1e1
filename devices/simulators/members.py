"""Who is simulated: a device, its token, and whose body it is worn on."""

import json
from dataclasses import dataclass
from pathlib import Path

from devices.kinds.known import KINDS


class MembersUnreadable(ValueError):
    """A line of the file cannot be used; the message names it and the cure."""


@dataclass(frozen=True, slots=True)
class Member:
    """One device. Two devices with the same `person` share one physiology."""

    serial: str
    token: str
    kind: str
    person: str
    timezone: str = "Asia/Tokyo"
    user_slot: int | None = None


def read(path: Path) -> list[Member]:
    """Read one JSON object a line: `serial`, `token`, `kind`, and optionally `member` (who wears
    it), `timezone`, `user_slot`. Raises MembersUnreadable."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MembersUnreadable(f"{path} cannot be read: {error}.") from error
    return [_member(path, n, line) for n, line in enumerate(lines, start=1) if line.strip()]


def _member(path: Path, number: int, line: str) -> Member:
    where = f"{path}, line {number}"
    try:
        said = json.loads(line)
        serial, token, kind = said["serial"], said["token"], said["kind"]
    except (ValueError, TypeError, KeyError) as error:
        raise MembersUnreadable(
            f'{where}: write {{"serial": ..., "token": ..., "kind": ...}} ({error}).'
        ) from error
    if kind not in KINDS:
        raise MembersUnreadable(f"{where}: kind {kind!r} is none of {', '.join(KINDS)}.")
    return Member(
        serial=str(serial),
        token=str(token),
        kind=kind,
        person=str(said.get("member") or serial),
        timezone=said.get("timezone") or "Asia/Tokyo",
        user_slot=said.get("user_slot"),
    )
