"""Network ports: is one free, and if not, who has it."""

import errno
import os
import socket
from pathlib import Path

LISTENING = "0A"


class PortTaken(Exception):
    """The port cannot be listened on; the message says who has it and what helps."""


def free(host: str = "127.0.0.1") -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def check(host: str, port: int) -> None:
    """Raise PortTaken unless `port` can be listened on."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # As the web server does: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(_explain(host, port, error)) from error


def _explain(host: str, port: int, error: OSError) -> str:
    another = "choose another, for example PORT=8001 or --port 8001"
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for root: {another}."
    if error.errno != errno.EADDRINUSE:
        return f"{host}:{port} cannot be listened on ({error.strerror}): {another}."
    holder = _holder(port)
    by = f" by process {holder[0]} ({holder[1]})" if holder else ""
    return f"Port {port} is taken{by}: stop that, or {another}."


def _holder(port: int) -> tuple[int, str] | None:
    """Who listens on the port: number and command. None where the system does not tell."""
    inodes = _listening(port)
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            for handle in (entry / "fd").iterdir():
                if os.readlink(handle) in inodes:
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    return int(entry.name), command.strip()[:120]
        except OSError:
            continue  # another user's process, or one that has just ended
    return None


def _listening(port: int) -> set[str]:
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(f"socket:[{fields[9]}]")
    return found
