"""DATABASE_URL to Django's DATABASES. Unset means the embedded PostgreSQL under `var/`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

ENGINE = "healthcare.runtime.backend"
EXAMPLE = "postgres://user:password@host:5432/name"
SOCKET_EXAMPLE = "postgres:///name?host=/run/postgresql"
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")

DatabaseSettings = dict[str, Any]


def databases(environ: Mapping[str, str], var: Path) -> dict[str, DatabaseSettings]:
    """Return Django's DATABASES.

    `var` is the clone's folder for what is made at run time; the embedded server lives in its
    `postgres/` and is started by the first connection, not by reading settings.
    TEST_DATABASE names the tests' database, for two runs of the suite on one server.
    """
    url = environ.get("DATABASE_URL", "").strip()
    server = parse(url) if url else _embedded(var)
    default = {
        "ENGINE": ENGINE,
        # Kept between requests, and asked whether they still live: a restarted server costs a
        # reconnect, not an error page.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": environ.get("TEST_DATABASE") or None},
        **server,
    }
    return {"default": default}


def _embedded(var: Path) -> DatabaseSettings:
    return {
        "NAME": "mimamori",
        "USER": "mimamori",
        "PASSWORD": "",  # nosec B105 # empty: none was given
        "HOST": "",
        "PORT": "",
        "OPTIONS": {},
        "EMBEDDED_IN": str(var.absolute() / "postgres"),
    }


def parse(url: str) -> DatabaseSettings:
    """Read a connection URL as libpq does: sockets, several hosts, TLS and escapes included.

    Raises ImproperlyConfigured with a message that names DATABASE_URL and the cure, and never
    repeats the URL, because that holds a password.
    """
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in {"postgres", "postgresql"}:
        raise _wrong(f"it must begin with postgres:// or postgresql://, like {EXAMPLE}")
    _check_parameters(url)
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except psycopg.ProgrammingError as error:
        raise _wrong(f"{_first_line(error)}; write it like {EXAMPLE}") from None
    name = parts.pop("dbname", "")
    if not name:
        raise _wrong(f"it names no database; write it like {EXAMPLE}")
    host, port = parts.pop("host", ""), parts.pop("port", "")
    _check_ports(port)
    _check_ssl(parts.get("sslmode"))
    return {
        "NAME": name,
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": parts,
    }


def _check_parameters(url: str) -> None:
    query = url.partition("?")[2]
    if "@" in query:
        raise _wrong("a ? in the password is written %3F")
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} | {"ssl"}
    for name, _ in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            raise _wrong(f"PostgreSQL knows no parameter {name!r}")


def _check_ports(ports: str) -> None:
    for port in filter(None, ports.split(",")):
        if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
            raise _wrong(f"port {port!r} is not a number from 1 to 65535")


def _check_ssl(mode: str | None) -> None:
    if mode is not None and mode not in SSL_MODES:
        raise _wrong(f"sslmode={mode} is none of {', '.join(SSL_MODES)}")


def _first_line(error: Exception) -> str:
    # libpq quotes the place it stumbled over after a colon, and that may be the password.
    return str(error).strip().splitlines()[0].split(":")[0].split('"')[0].strip()


def _wrong(why: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"DATABASE_URL: {why}. For a socket: {SOCKET_EXAMPLE}. "
        "Unset it to use the embedded PostgreSQL."
    )
