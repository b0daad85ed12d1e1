from contextlib import suppress
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given, settings
from hypothesis import strategies as st

from healthcare.runtime.database_url import databases, parse


def test_unset_means_the_embedded_server(tmp_path: Path) -> None:
    for environ in ({}, {"DATABASE_URL": ""}, {"DATABASE_URL": "  "}):
        default = databases(environ, tmp_path)["default"]
        assert default["EMBEDDED_IN"] == str(tmp_path / "postgres")
        assert default["NAME"] == "mimamori"
    assert list(tmp_path.iterdir()) == [], "reading settings starts and makes nothing"


def test_a_server_of_your_own(tmp_path: Path) -> None:
    url = "postgres://me:p%40ss%2Fword@db.example:6432/health?sslmode=verify-full"
    default = databases({"DATABASE_URL": url, "TEST_DATABASE": "other"}, tmp_path)["default"]
    assert default["ENGINE"] == "healthcare.runtime.backend"
    assert (default["HOST"], default["PORT"]) == ("db.example", "6432")
    assert (default["USER"], default["PASSWORD"]) == ("me", "p@ss/word")
    assert default["NAME"] == "health"
    assert default["OPTIONS"] == {"sslmode": "verify-full"}
    assert default["TEST"] == {"NAME": "other"}
    assert "EMBEDDED_IN" not in default


@pytest.mark.parametrize(
    "url",
    ["postgresql:///health?host=/run/postgresql", "postgres://%2Frun%2Fpostgresql/health"],
)
def test_a_socket(url: str) -> None:
    found = parse(url)
    assert found["HOST"] == "/run/postgresql"
    assert found["NAME"] == "health"
    assert found["PORT"] == ""


def test_several_hosts() -> None:
    found = parse("postgres://a:5432,b:5433/health?target_session_attrs=read-write")
    assert (found["HOST"], found["PORT"]) == ("a,b", "5432,5433")
    assert found["OPTIONS"] == {"target_session_attrs": "read-write"}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://me:secret@db/health", "must begin with postgres://"),
        ("db.example", "must begin with postgres://"),
        ("host=db dbname=health", "must begin with postgres://"),
        ("postgres://me:secret@db", "names no database"),
        ("postgres://me:secret@db/health?colour=red", "colour"),
        ("postgres://me:top?secret@db/health", "a ? in the password is written %3F"),
        ("postgres://me:secret@db/health?sslmode=perhaps", "sslmode=perhaps is none of disable"),
        ("postgres://me:secret@db:99999/health", "port '99999'"),
        ("postgres://me:secret@db:x/health", "port 'x'"),
        ("postgres://me:secret%zz@db/health", "write it like"),
        ("postgres://me:secret@[::1/health", "write it like"),
    ],
)
def test_a_bad_url_names_the_variable_and_the_cure_and_no_password(url: str, why: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        parse(url)
    message = str(caught.value)
    assert message.startswith("DATABASE_URL: ")
    assert why in message
    assert "secret" not in message
    assert "Unset it" in message


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with suppress(ImproperlyConfigured):
        assert parse(f"postgres://{text}")["NAME"]
