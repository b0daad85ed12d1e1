"""Files that are broken, hostile or not what they say: refused with the place, or rejected line by
line; nothing but `Refused` ever leaves a reader, and memory stays flat."""

import tracemalloc
import zipfile
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from devices.archives import formats, lines
from devices.archives.found import Refused
from tests.unit.devices.archives import samples
from tests.unit.devices.archives.conftest import Read

TOKYO = ZoneInfo("Asia/Tokyo")
AT = "2026-10-02 07:05:31 +0900"


def test_a_quote_that_is_never_closed(read: Read) -> None:
    text = samples.OMRON_JA.replace('"131"', '"131')
    with pytest.raises(Refused, match=r"export, line 2: .* quot.*Nothing of it was taken in"):
        read(text)


def test_bytes_of_no_encoding(read: Read) -> None:
    content = samples.OMRON_JA.encode() + b'"2026/10/01 07:00","\xff\xff"\n'
    with pytest.raises(Refused, match="export, line 5 is neither UTF-8 nor CP932"):
        read(content)


def test_utf_16(read: Read) -> None:
    with pytest.raises(Refused, match="no format that is known"):
        read(samples.OMRON_JA.encode("utf-16"))
    with pytest.raises(Refused, match="is UTF-16: save it as CSV UTF-8"):
        read(samples.OMRON_JA.encode("utf-16"), format="omron")


def test_broken_lines_are_rejected_one_by_one(read: Read) -> None:
    text = samples.OMRON_JA + (
        '"2026/09/31 07:05","Asia/Tokyo","131","84","66","","","","","","","",""\n'
        '"2026/09/30 07:05","Asia/Tokyo","abc","84","66","","","","","","","",""\n'
        '"2026/09/30 07:05","Asia/Nowhere","131","84","66","","","","","","","",""\n'
        '"2026/09/30 07:05","Asia/Tokyo","131","8\x004","66","","","","","","","",""\n'
        '"2026/09/30 07:05"\n'
    )
    problems = [found.problem for found in read(text)]
    assert problems[:3] == ["", "", ""]
    for problem, word in zip(
        problems[3:],
        ("calendar", "'abc' is no number", "no time zone", "NUL", "missing"),
        strict=True,
    ):
        assert word in problem


def test_a_rejected_line_can_be_corrected_and_read_again(read: Read) -> None:
    text = samples.OMRON_JA.replace('"131"', '"1e1"')
    rejected = read(text)[0]
    line = lines.rejected(rejected, rejected.problem)
    (again,) = read(line.replace('"1e1"', "131"))
    assert again.problem == ""
    assert (again.source, again.model) == ("omron-connect", "HEM-6232T")
    assert again.item["measured_at"] == "2026-10-02T07:05:00+09:00"


def test_a_zip_that_inflates_beyond_all_measure(read: Read) -> None:
    bomb = samples.zipped({"export.xml": samples.apple(samples.heart_rate(AT, 66) * 400_000)})
    assert len(bomb) < 400_000
    with pytest.raises(Refused, match=r"export\.xml inflates to more than"):
        read(bomb)


def test_a_zip_that_lies_about_its_size(read: Read) -> None:
    content = bytearray(samples.zipped({"bp.csv": samples.BP_CSV * 2_000}))
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")
    with pytest.raises(Refused):
        read(bytes(content))


def test_a_damaged_zip(read: Read) -> None:
    content = samples.zipped({"bp.csv": samples.BP_CSV})
    with pytest.raises(Refused, match="is a damaged zip"):
        read(content[:-30])
    # Its own check sum does not fit any more.
    broken = content.replace(b"PK\x03\x04", b"PK\x03\x04", 1)
    place = broken.index(b"bp.csv") + 6
    with pytest.raises(Refused, match="damaged"):
        read(broken[:place] + bytes([broken[place] ^ 0x55]) + broken[place + 1 :])


def test_a_zip_with_a_password(read: Read) -> None:
    content = bytearray(samples.zipped({"bp.csv": samples.BP_CSV}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + flags] |= 1
    with pytest.raises(Refused, match=r"bp\.csv cannot be taken out of the zip"):
        read(bytes(content))


ENTITIES = """<?xml version="1.0"?>
<!DOCTYPE HealthData [
 <!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">
 <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
 <!ENTITY c SYSTEM "file:///etc/passwd">
]>
<HealthData><Record type="x" value="&b;">&c;</Record></HealthData>"""


def test_entities_are_refused_where_they_are_declared(read: Read) -> None:
    with pytest.raises(Refused, match="line 3: an entity is declared"):
        read(ENTITIES)


def test_entities_that_nobody_declared(read: Read) -> None:
    with pytest.raises(Refused, match="undefined entity"):
        read(samples.apple(' <Record type="x" value="&b;"/>'))


def test_a_document_type_after_the_root(read: Read) -> None:
    with pytest.raises(Refused, match="the XML is damaged"):
        read("<HealthData/>" + ENTITIES)


def test_an_export_that_ends_too_soon(read: Read) -> None:
    text = samples.apple(samples.pair(AT, 131, 84))
    with pytest.raises(Refused, match="line 23: the XML is damaged"):
        read(text.replace("</HealthData>", ""))


def test_an_element_without_an_end(read: Read) -> None:
    with pytest.raises(Refused, match="an element is longer than"):
        read(samples.apple(f' <Record type="x" value="{"a" * 6_000_000}"/>'))


def test_elements_in_elements(read: Read) -> None:
    with pytest.raises(Refused, match="nested too deeply"):
        read(samples.apple("<a>" * 100_000))


def test_a_line_without_an_end(read: Read) -> None:
    with pytest.raises(Refused, match="line 2 is longer than"):
        read('{"kind": "sleep"}\n{"a": "' + "b" * 2_000_000)


def test_an_apple_export_is_read_in_flat_memory(tmp_path: Path) -> None:
    """A small one in CI; `python -m benchmarks.archives` reads 300 MB."""
    path = tmp_path / "export.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("export.xml", "w") as out,
    ):
        out.write((samples.DTD + samples.HEAD).encode())
        for n in range(60_000):
            out.write(samples.heart_rate(AT, 50 + n % 90).encode())
        for n in range(2_000):
            out.write(
                samples.pair(
                    f"2026-{1 + n % 9:02}-{1 + n % 28:02} 07:00:00 +0900", 131, 84
                ).encode()
            )
        out.write(b"</HealthData>")
    tracemalloc.start()
    readings = formats.opened(path).readings(TOKYO, Counter())
    count = sum(1 for _ in readings)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 2_000
    assert peak < 8_000_000


def damaged() -> st.SearchStrategy[bytes]:
    """Good archives with a few bytes put in, taken out or changed; and any bytes at all."""
    good = st.sampled_from(
        [
            samples.OMRON_JA.encode(),
            samples.OMRON_JA.replace("°", "").encode("cp932"),
            samples.OMRON_US.encode(),
            samples.BP_CSV.encode(),
            samples.SLEEP_CSV.encode(),
            samples.apple(
                samples.pair(AT, 131, 84), samples.slept(AT, "2026-10-02 09:00:00 +0900", "Asleep")
            ).encode(),
            samples.zipped({"bp.csv": samples.BP_CSV, "x.xml": samples.apple()}),
            b'{"kind": "blood_pressure", "measured_at": "2026-10-02 07:05", "systolic": 131}\n' * 3,
        ]
    )
    cuts = st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 12), st.binary(max_size=12)), max_size=4
    )

    def cut(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
        for where, length, instead in changes:
            place = int(where * len(content))
            content = content[:place] + instead + content[place + length :]
        return content

    return st.one_of(st.builds(cut, good, cuts), st.binary(max_size=300))


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=damaged(), format=st.sampled_from([None, *formats.FORMATS]))
@example(content=b'{"kind":' + b"[" * 100_000, format="native")
@example(content=b'{"kind": "blood_pressure", "systolic": NaN}', format="native")
@example(content=b'{"kind": "sleep", "id": "\\ud800"}', format="native")
@example(content=b'{"kind": "sleep", "id": ' + b"9" * 900 + b"}", format="native")
@example(content=b"\xff\xfe", format="withings")
def test_no_bytes_make_a_reader_fail(tmp_path: Path, content: bytes, format: str | None) -> None:
    path = tmp_path / "archive"
    path.write_bytes(content)
    try:
        found = list(formats.opened(path, format=format).readings(TOKYO, Counter()))
    except Refused:
        return
    for reading in found:
        # What is rejected can be written out and read back.
        line = lines.rejected(reading, reading.problem)
        assert lines.claims(line.encode("utf-8", "surrogatepass"))
