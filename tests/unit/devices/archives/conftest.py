"""Archives on disk, read without a database."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from devices.archives import formats
from devices.archives.found import Found

Read = Callable[..., list[Found]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """What an archive of that content holds; `.notes` of the last one in `read.notes`."""

    def reading(
        content: str | bytes,
        *,
        name: str = "export",
        zone: str = "Asia/Tokyo",
        format: str | None = None,
        notes: Counter[str] | None = None,
    ) -> list[Found]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        archive = formats.opened(path, format=format)
        counted: Counter[str] = Counter() if notes is None else notes
        return list(archive.readings(ZoneInfo(zone), counted))

    return reading
