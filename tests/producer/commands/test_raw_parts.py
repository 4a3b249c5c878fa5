"""A raw part is the caller's own, and still one request below Graph's version: refused where it is built and sent."""

from typing import Any

import pytest

from producer import batch
from producer.commands import RawPart
from producer.errors import InvalidCommandError
from worker.call.endpoints import call_for

V: Any = batch  # the parts below are wrong on purpose
POST: dict[str, object] = {"method": "POST", "relative_url": "me/messages"}
BELOW = "must be an address below Graph's version, such as me/messages"
OUT = "must not lead out of Graph's version: no . and .. in its path"
UNFIT = "holds a control character or #: percent-encode it"

REFUSED: dict[str, tuple[dict[str, object], str, str]] = {
    "no method": ({"relative_url": "me"}, "method", "must be one of GET, POST, DELETE, PUT"),
    "a method of two lines": (
        POST | {"method": "GET /x HTTP/1.1\r\n"},
        "method",
        "must be one of GET, POST, DELETE, PUT",
    ),
    "a number that JSON has not": (
        POST | {"body": {"a": [float("nan")]}},
        "body.a[0]",
        "must be a finite number",
    ),
    "a list for a method": (POST | {"method": ["GET"]}, "method", "must be one of GET, POST, DELETE, PUT"),
    "no address": ({"method": "GET"}, "relative_url", "must be text"),
    "an empty address": (POST | {"relative_url": ""}, "relative_url", "must have 1 to 8000 characters"),
    "a long address": (
        POST | {"relative_url": "m" * 8_001},
        "relative_url",
        "must have 1 to 8000 characters",
    ),
    "an address of two lines": (POST | {"relative_url": "me\r\nHost: evil"}, "relative_url", UNFIT),
    "a NUL in the query": (POST | {"relative_url": "me?a=\0"}, "relative_url", UNFIT),
    "half of a pair": (POST | {"relative_url": "me?a=\ud800"}, "relative_url", UNFIT),
    "a fragment": (POST | {"relative_url": "me#a"}, "relative_url", UNFIT),
    "a blank in the path": (POST | {"relative_url": "me HTTP/1.1"}, "relative_url", BELOW),
    "another host": (POST | {"relative_url": "https://evil.example/me"}, "relative_url", BELOW),
    "another host without a scheme": (POST | {"relative_url": "//evil.example/me"}, "relative_url", BELOW),
    "a backslash": (POST | {"relative_url": "\\\\evil.example\\me"}, "relative_url", BELOW),
    "letters that are not encoded": (POST | {"relative_url": "ü/me"}, "relative_url", BELOW),
    "a way out": (POST | {"relative_url": "me/../../oauth"}, "relative_url", OUT),
    "an encoded way out": (POST | {"relative_url": "me/%2e%2E/oauth"}, "relative_url", OUT),
    "a list for a body": (POST | {"body": []}, "body", "must be an object or a query string"),
    "a body of two lines": (
        POST | {"body": "a=1\r\n"},
        "body",
        "holds a control character: percent-encode it",
    ),
    "a number for a name": (POST | {"name": 5}, "name", "must be text"),
    "a list to depend on": (POST | {"depends_on": ["a"]}, "depends_on", "must be text"),
    "text for a switch": (
        POST | {"omit_response_on_success": "no"},
        "omit_response_on_success",
        "must be true or false",
    ),
    "a number for a way to the value": (
        POST | {"responseAccessPath": 0},
        "responseAccessPath",
        "must be text, such as data[0].thread_owner",
    ),
}


@pytest.mark.parametrize(("part", "path", "problem"), REFUSED.values(), ids=REFUSED)
def test_a_raw_part_that_is_no_part_is_refused_at_both_edges(
    part: dict[str, object], path: str, problem: str
) -> None:
    """The producer names the place in the batch; a worker that finds it on the queue makes no call of it."""
    with pytest.raises(InvalidCommandError) as built:
        V.send_batch([V.mark_seen("1"), part])
    with pytest.raises(InvalidCommandError) as sent:
        call_for(RawPart(part=part))
    assert (built.value.path, built.value.problem) == (f"parts[1].{path}", problem)
    assert (sent.value.path, sent.value.problem) == (path, problem)


@pytest.mark.parametrize(
    "url",
    [
        "me",
        "/me/messages",
        "v27.0/me",
        "?ids={result=list:$.data.*.id}",
        "{result=first:$.data[0].id}/comments?x={result=first:$.a b}",
        "t_100:200/label?user=7&q=ä ö",
        "100%2F200",
    ],
)
def test_what_graph_takes_passes(url: str) -> None:
    """Ids of any form, versions, references to other parts, and a query of any letters."""
    part: dict[str, object] = {"method": "GET", "relative_url": url, "body": None, "name": None}
    assert V.send_batch([part]).parts == [RawPart(part=part)]
    assert call_for(RawPart(part=part)).relative_url == url
