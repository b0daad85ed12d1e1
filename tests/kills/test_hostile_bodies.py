"""Bodies made to hurt: a reason for the sender, bounded memory, and others are answered."""

import gzip
import json
import socket
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest

from devices.models import BloodPressureReading
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.rest.parsers import MAX_BODY
from tests.kills import people
from tests.kills.site import Cluster, Web, web
from tests.kills.speaking import connect, head, listen, memory, peak, say, seconds
from tests.unit.devices.conftest import item

MIB = 1024 * 1024
# One body at its worst: as it came, inflated, and as a tree.
MAY_GROW = 160 * MIB
# What stays in the free lists of a worker that has met them all, and again.
MAY_STAY, MAY_CREEP = 192 * MIB, 32 * MIB
BOMB = 300 * 1000 * 1000
DEEP = 50_000
DIGITS = "9" * 900
STALLED = 24


class Hostile(NamedTuple):
    """What is sent, and which statuses are right."""

    content: bytes
    statuses: frozenset[int]
    media_type: str = "application/json"
    encoding: str = ""


def bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(BOMB // 1_000_000))
    return packed + packer.flush()


def written(**fields: Any) -> bytes:
    return json.dumps(item(**fields)).encode()


def of(*statuses: int) -> frozenset[int]:
    return frozenset(statuses)


def with_number(text: str) -> bytes:
    return written(systolic="NUMBER").replace(b'"NUMBER"', text.encode())


def filled(part: bytes) -> bytes:
    """A list of the largest size."""
    whole = part * (MAX_BODY // len(part) - 10)
    return b'{"readings":[' + whole[:-1] + b"]}"


NDJSON = "application/x-ndjson"
BOMBED = bomb()
CASES = {
    "deep list": Hostile(b"[" * DEEP + b"]" * DEEP, of(400)),
    "deep objects": Hostile(b'{"a":' * DEEP + b"1" + b"}" * DEEP, of(400)),
    "deep, never closed": Hostile(b"[" * DEEP, of(400)),
    "deep inside": Hostile(b'{"readings":[' + b"[" * DEEP + b"]" * DEEP + b"]}", of(400)),
    "deep value": Hostile(with_number("[" * DEEP + "]" * DEEP), of(400, 422)),
    "900 digits": Hostile(with_number(DIGITS), of(400, 422)),
    "900 digits behind the point": Hostile(with_number(f"{DIGITS}.{DIGITS}"), of(400, 422)),
    "900 digits in the exponent": Hostile(with_number(f"1e{DIGITS}"), of(400, 422)),
    "NaN": Hostile(with_number("NaN"), of(400, 422)),
    "Infinity": Hostile(with_number("-Infinity"), of(400, 422)),
    "NUL bytes": Hostile(b"\0" * 1000, of(400)),
    "NUL in an id": Hostile(written(id="a\0b"), of(422)),
    "NUL in a serial": Hostile(written(device="a\0b"), of(422, 202)),
    "lone surrogate": Hostile(written(id="\ud800"), of(400, 422)),
    "lone surrogate in a key": Hostile(written(**{"\udfff": 1}), of(400, 422)),
    "no UTF-8": Hostile(b'{"kind":"\xff\xfe"}', of(400)),
    "UTF-16": Hostile(json.dumps(item()).encode("utf-16"), of(400)),
    "half a gzip": Hostile(gzip.compress(written())[:-12], of(400), encoding="gzip"),
    "no gzip": Hostile(written(), of(400), encoding="gzip"),
    "gzip and more": Hostile(gzip.compress(written()) + b"more", of(400), encoding="gzip"),
    "gzip bomb": Hostile(BOMBED, of(413), encoding="gzip"),
    "many gzip members": Hostile(gzip.compress(b" " * MIB) * 300, of(413), encoding="gzip"),
    "empty gzip members": Hostile(gzip.compress(b"") * 100_000, of(400), encoding="gzip"),
    "brotli": Hostile(written(), of(415), encoding="br"),
    "empty": Hostile(b"", of(400)),
    "a form": Hostile(b"a=1", of(415), "application/x-www-form-urlencoded"),
    "a file": Hostile(b"--x\r\n\r\n--x--", of(415), "multipart/form-data; boundary=x"),
    "text": Hostile(written(), of(415), "text/plain"),
    "no type": Hostile(written(), of(415), ""),
    "a long type": Hostile(written(), of(415), "x/" + "y" * 5000),
    "a million small items": Hostile(b'{"readings":[' + b"1," * 1_000_000 + b"1]}", of(413)),
    "a million keys": Hostile(
        b"{" + b",".join(b'"%d":1' % n for n in range(1_000_000)) + b"}", of(400, 422)
    ),
    "one key a million times": Hostile(b"{" + b'"a":1,' * 1_000_000 + b'"a":1}', of(400, 422)),
    "one text of the largest size": Hostile(
        b'{"kind":"' + b"x" * (MAX_BODY - 100) + b'"}', of(400, 422)
    ),
    "larger than that": Hostile(b" " * (MAX_BODY + 1), of(413)),
    "millions of empty objects": Hostile(filled(b"{},"), of(413)),
    "millions of small objects": Hostile(filled(b'{"a":1},'), of(413)),
    "millions of empty lists": Hostile(filled(b"[],"), of(413)),
    "millions of numbers": Hostile(
        b'{"kind":"blood_pressure","columns":{"systolic":[' + filled(b"999,")[13:-2] + b"]}}",
        of(413),
    ),
    "millions of objects, packed": Hostile(gzip.compress(filled(b"{},")), of(413), encoding="gzip"),
    "millions of objects in a line": Hostile(filled(b"{},"), of(413), NDJSON),
    "millions of lines": Hostile(b"1\n" * (MAX_BODY // 2), of(413), NDJSON),
    "lines of brackets": Hostile((b"[" * DEEP + b"\n") * 20, of(200), NDJSON),
    "empty lines": Hostile(b"\n" * MAX_BODY, of(400), NDJSON),
}


HEAVY = ("gzip bomb", "a million keys", "one text of the largest size", "millions of lines")


@pytest.fixture(scope="module")
def served(cluster: Cluster) -> Iterator[Web]:
    with web(cluster, workers=1) as site:
        yield site


@pytest.fixture(scope="module")
def token(served: Web, django_db_blocker: Any) -> str:
    with django_db_blocker.unblock():
        return people.cuffs("hostile", 1)[0].token


@pytest.fixture(scope="module")
def at_first(served: Web, token: str) -> int:
    """The worker's memory once it has answered one large honest body."""
    items = [item(device="somebody-else") for _ in range(10_000)]
    content = json.dumps({"readings": items}).encode()
    assert say(served.port, head(token, len(content)) + content).status == 200
    return memory(served.workers()[0])


def whole(token: str, case: Hostile) -> bytes:
    more = {"Content_Encoding": case.encoding} if case.encoding else {}
    return head(token, len(case.content), media_type=case.media_type, **more) + case.content


@pytest.mark.parametrize("name", CASES)
@pytest.mark.usefixtures("at_first")
def test_a_reason_and_bounded_memory(served: Web, token: str, name: str) -> None:
    (worker,) = served.workers()
    case = CASES[name]
    with peak(worker) as grown:
        answer = say(served.port, whole(token, case))
    assert answer.status in case.statuses, answer
    if answer.status >= 400:
        assert "application/problem+json" in answer.headers
        assert 10 < len(answer.body["detail"]) < 1000
    elif answer.status == 200:
        assert answer.body["rejected"] == len(answer.body["results"])
    assert served.workers() == [worker], "the worker died of it"
    assert grown[0] < MAY_GROW
    assert_others_are_answered(served, token)


def assert_others_are_answered(served: Web, token: str) -> None:
    content = written()
    took, answer = seconds(served.port, head(token, len(content)) + content)
    assert answer.status in (200, 201), answer
    assert took < 10


def test_the_bomb_is_one() -> None:
    assert len(BOMBED) < 300_000
    assert len(zlib.decompress(BOMBED, wbits=31)) == BOMB


def test_many_bombs_at_once(served: Web, token: str) -> None:
    (worker,) = served.workers()
    with ExitStack() as open_, peak(worker) as grown:
        lines = [open_.enter_context(connect(served.port)) for _ in range(16)]
        for line in lines:
            line.sendall(whole(token, CASES["gzip bomb"]))
        assert_others_are_answered(served, token)
        assert [listen(line).status for line in lines] == [413] * len(lines)
    assert served.workers() == [worker]
    assert grown[0] < MAY_GROW


def test_nothing_of_it_stays(served: Web, token: str, at_first: int) -> None:
    (worker,) = served.workers()
    held = []
    for _ in range(4):
        for name in HEAVY:
            assert say(served.port, whole(token, CASES[name])).status in CASES[name].statuses
        held.append(memory(worker))
    assert max(held) - at_first < MAY_STAY
    assert held[-1] - held[1] < MAY_CREEP


@pytest.mark.parametrize("length", ["100", "99999999999", "-1", "abc", "1e3"])
def test_a_length_that_is_not_the_bodys(served: Web, token: str, length: str) -> None:
    """Less comes than was said, and then nothing more ever."""
    answer = say(served.port, head(token, length) + b'{"kind":', hang_up=True)
    assert answer.status == 0 or 400 <= answer.status < 500, answer
    assert_others_are_answered(served, token)


def test_clients_that_stall_hold_nobody_up(served: Web, token: str) -> None:
    content = written()
    request = head(token, len(content)) + content
    with ExitStack() as open_:
        lines = [open_.enter_context(connect(served.port)) for _ in range(STALLED)]
        for line in lines:
            line.sendall(request[: -len(content) // 2])
        assert_others_are_answered(served, token)
        # They were only slow: what they send is taken.
        lines[0].sendall(request[-len(content) // 2 :])
        assert listen(lines[0]).status in (200, 201)
    assert_others_are_answered(served, token)


def test_clients_that_hang_up_in_the_middle(served: Web, token: str) -> None:
    content = written()
    request = head(token, len(content)) + content
    for _ in range(STALLED):
        with connect(served.port) as line:
            line.sendall(request[:-5])
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert_others_are_answered(served, token)


def test_nothing_hostile_was_stored(served: Web, token: str, django_db_blocker: Any) -> None:
    assert_others_are_answered(served, token)
    with django_db_blocker.unblock(), acting_in(Scope.system("tests.kills")):
        rows = BloodPressureReading.objects.filter(device__serial="hostile-0")
        assert set(rows.values_list("systolic", flat=True)) == {128}
