"""A letter is found in a message, or the message is refused with the cure; tokens are cut out."""

import json

import pytest

from devices.mqtt.messages import HEAD, MAX_PAYLOAD, Refused, letter, message, without_tokens

TOKEN = "mmd_" + "a-_9" * 10 + "xyz"


def test_beside_the_payload() -> None:
    found = letter(
        message(
            "t",
            b"{}",
            content_type="Application/JSON; charset=utf-8",
            authorization=f"bearer {TOKEN}",
        )
    )
    assert (found.token, found.media_type, found.body()) == (TOKEN, "application/json", b"{}")


@pytest.mark.parametrize(
    ("body", "same"),
    [
        (b'{"kind": "x",  "id":1e5}', b'{"kind": "x",  "id":1e5}'),
        (b'"{\\"a\\": 1}\\n{}"', b'{"a": 1}\n{}'),
        (b"[1]", b"[1]"),
    ],
)
def test_in_an_envelope_the_body_is_as_it_was_sent(body: bytes, same: bytes) -> None:
    found = letter(message("t", b'{"more": 1, "body": ' + body + b', "token": "k"}'))
    assert (found.token, found.media_type, found.body()) == ("k", "application/json", same)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"token": 1, "body": {}}',
        b'{"token": "t"}',
        b'{"token": "t", "body": "\\ud800"}',
        b'{"token": "t", "body": ' + b'{"a":' * 100_000,
    ],
)
def test_what_is_no_letter(payload: bytes) -> None:
    with pytest.raises(Refused, match="envelope") as refused:
        letter(message("t", payload))
    assert refused.value.status == 400


def test_another_scheme_is_no_token() -> None:
    assert letter(message("t", b"", authorization="Basic abc")).token == ""


def test_what_is_too_large_is_cut_at_once() -> None:
    whole = message("t", b"x" * MAX_PAYLOAD)
    assert not whole.is_cut
    cut = message("t", b"x" * (MAX_PAYLOAD + 1))
    assert (cut.is_cut, len(cut.payload), cut.size) == (True, HEAD, MAX_PAYLOAD + 1)
    with pytest.raises(Refused, match="in parts"):
        letter(cut)


def test_one_senders_messages_are_recognised_wherever_the_token_is() -> None:
    enveloped = [json.dumps({"token": TOKEN, "body": {"n": n}}).encode() for n in range(2)]
    turned = json.dumps({"body": {}, "token": TOKEN}).encode()
    assert len({message("t", payload).whose() for payload in [*enveloped, turned]}) == 1
    assert message("a", b"").whose() != message("b", b"").whose()


def test_tokens_are_cut_out() -> None:
    text = json.dumps({"token": TOKEN, "body": {"id": "mmd_short"}}).encode()
    assert without_tokens(text) == b'{"token": "[token]", "body": {"id": "mmd_short"}}'
