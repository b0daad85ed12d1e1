import os
import socket
from collections.abc import Iterator

import pytest

from healthcare.runtime import ports


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening


def test_a_free_port_can_be_listened_on() -> None:
    ports.check("127.0.0.1", ports.free())


def test_a_port_in_the_way_is_named_with_its_holder_and_the_cure(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with pytest.raises(ports.PortTaken) as caught:
        ports.check("127.0.0.1", port)
    assert f"Port {port} is taken by process {os.getpid()}" in str(caught.value)
    assert "PORT=" in str(caught.value)


def test_a_port_shared_by_several_listeners_is_taken() -> None:
    with socket.socket() as first:
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        first.bind(("127.0.0.1", 0))
        first.listen()
        with pytest.raises(ports.PortTaken):
            ports.check("127.0.0.1", first.getsockname()[1])


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(ports.PortTaken, match=r"192\.0\.2\.1:8000"):
        ports.check("192.0.2.1", 8000)
