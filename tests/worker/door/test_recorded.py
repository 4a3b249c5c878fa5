"""Each recorded request of the reference client, sent to the door: a worker sends it on, and the reply comes back."""

import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from tests.conformance.far_end import SINGLE, Case, FarEnd, wanted
from tests.worker.door.doors import APP, KEY

SIGNS = {"access_token", "appsecret_proof"}


def page_of(case: Case) -> str:
    """Returns the Page whose configuration is that of the recorded client."""
    return "proving" if "app_secret" in case["client"] else "plain"


def sent(client: httpx.Client, case: Case) -> httpx.Response:
    """Sends the recorded request; its Page's token is a key of the door, which knows for which Page it is."""
    request = _told(case["requests"][0], {"PAGE_TOKEN": f"{KEY}@{page_of(case)}", **APP})
    arguments: dict[str, Any] = {"json": request["json"]} if "json" in request else {}
    if "multipart" in request:
        parts: Sequence[Any] = request["multipart"]
        arguments["data"] = {
            each["name"]: each["value"] if isinstance(each["value"], str) else json.dumps(each["value"])
            for each in parts
            if "filename" not in each
        }
        arguments["files"] = [
            (each["name"], (each["filename"], each["content"], each["content_type"]))
            for each in parts
            if "filename" in each
        ]
    query = [tuple(pair) for pair in request["query"]]
    return client.request(request["method"], request["path"], params=query, **arguments)


def _told(request: Case, instead: dict[str, str]) -> Case:
    """Returns a request with other texts in the place of tokens."""
    told = request | {"query": [[name, instead.get(value, value)] for name, value in request["query"]]}
    if "json" in request:
        told["json"] = {
            name: instead.get(value, value) if isinstance(value, str) else value
            for name, value in request["json"].items()
        }
    return told


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: case["id"])
def test_a_recorded_request_goes_through(case: Case, client: httpx.Client, far: FarEnd) -> None:
    """Graph gets what the client sent to the door, and the client gets what Graph answered."""
    far.answer(case["reply"]["body"])
    answer = sent(client, case)
    assert (answer.status_code, answer.json()) == (200, case["reply"]["body"])
    assert [_shown(each) for each in far.requests] == [_shown(_told(each, APP)) for each in wanted(case)[:1]]


def _shown(request: Case) -> Case:
    """Returns a request without what signs it, wherever that stands."""
    shown = request | {"query": [pair for pair in request["query"] if pair[0] not in SIGNS]}
    if "json" in request:
        shown["json"] = {name: value for name, value in request["json"].items() if name not in SIGNS}
    return shown
