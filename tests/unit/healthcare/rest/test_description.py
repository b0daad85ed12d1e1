"""The API describes itself, in the format that the reader asks for."""

import json
import re

import pytest
from django.test import Client


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/*"])
def test_the_description_is_json_unless_yaml_is_asked_for(
    db: None, client: Client, accept: str | None
) -> None:
    answer = client.get("/api/schema/", headers={} if accept is None else {"accept": accept})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/json")
    assert json.loads(answer.content)["openapi"].startswith("3.1")


def test_the_description_as_yaml(db: None, client: Client) -> None:
    answer = client.get("/api/schema/", headers={"accept": "application/yaml"})
    assert answer.content.startswith(b"openapi: 3.1")


def test_the_readable_pages_come_from_here_and_need_nothing_inline(
    db: None, client: Client
) -> None:
    page = client.get("/api/docs/").content.decode()
    assert "<style" not in page
    assert re.findall(r"<script(?! src=)", page) == []
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert links
    assert all(link.startswith("/") and not link.startswith("//") for link in links)
