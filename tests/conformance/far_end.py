"""The far end of recorded cases: keeps what reached it in the form of the records, and answers what it is told."""

import base64
import io
import json
import re
import threading
from collections.abc import Iterator, Mapping
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

import httpx

from producer.vocabulary.lifting import Called, Make
from producer.vocabulary.methods import Vocabulary

Case = dict[str, Any]
FOLDER = Path(__file__).parent
NEW_NAMES = {
    "create_label": ('"json": {"name":', '"json": {"page_label_name":'),
    "get_associated_labels": ('["fields", "name"]', '["fields", "page_label_name"]'),
    "get_label_list": ('["fields", "name"]', '["fields", "page_label_name"]'),
}


def renamed(case: Case) -> Case:
    """Returns the case as Meta takes it: a label's `name` fails on all versions since 14 Dec 2021."""
    old, new = NEW_NAMES.get(case["call"]["method"], ("", ""))
    return case | {"requests": json.loads(json.dumps(case["requests"]).replace(old, new))} if old else case


CLIENT: list[Case] = [renamed(each) for each in json.loads((FOLDER / "client.json").read_text("utf-8"))]
FACTORIES: list[Case] = json.loads((FOLDER / "factories.json").read_text("utf-8"))
# The reference client's sub-replies stay text; here they are parsed.
SINGLE = [case for case in CLIENT if case["call"]["method"] != "send_batch"]


class Commands(Vocabulary, Called):
    """The executor that gives back the command."""

    def _run(self, make: Make, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> object:
        return make(*arguments, **options)


class FarEnd:
    """Answers with `replies` in turn, the last of them again and again; `requests` are what it was asked."""

    def __init__(self, *replies: object) -> None:
        self._lock = threading.Lock()
        self.requests: list[Case] = []
        self.raw: list[httpx.Request] = []
        self.answer(*replies)
        self.transport = httpx.MockTransport(self.handle)

    def answer(self, *replies: object) -> None:
        """Sets what comes next, JSON values or whole responses, and forgets what came before."""
        with self._lock:
            self._replies = list(replies) or [{}]
            self.requests = []
            self.raw = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Keeps a request, and returns its answer."""
        with self._lock:
            self.requests.append(recorded(request))
            self.raw.append(request)
            reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, httpx.Response):
            return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)
        return httpx.Response(200, json=reply)


def part_reply(body: object, code: int = 200) -> Case:
    """Returns a part's answer as Graph gives it."""
    return {"code": code, "headers": [{"name": "X", "value": "y"}], "body": json.dumps(body)}


def recorded(request: httpx.Request) -> Case:
    """Returns a request as the records have it: `query` sorted, `json` or `multipart` where there is a body."""
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    pairs = sorted(map(list, parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))))
    found: Case = {"method": request.method, "path": unquote(path), "query": pairs}
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/"):
        found["multipart"] = list(parts_of(kind, request.content))
    elif request.content:
        found["json"] = json.loads(request.content)
    return found


def parts_of(content_type: str, body: bytes) -> Iterator[Case]:
    """Yields the parts of a multipart body: texts as JSON values or text, files with their name, type and bytes."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    document = BytesParser(policy=HTTP).parsebytes(head + body)
    for part in cast("Iterator[Message]", document.iter_parts()):
        content = cast("bytes", part.get_payload(decode=True))
        shown = dict(re.findall(r'(\w+)="([^"]*)"', str(part["content-disposition"])))
        if "filename" in shown:
            yield {**shown, "content_type": part["content-type"], "content": content}
        else:
            text = content.decode()
            yield {**shown, "value": json.loads(text) if text[:1] in "{[" else text}


def given(value: Any) -> Any:  # noqa: ANN401 - any JSON, with its markers replaced
    """Returns a recorded argument with its markers replaced by bytes and open files."""
    if isinstance(value, dict) and "$bytes" in value:
        return base64.b64decode(value["$bytes"])
    if isinstance(value, dict) and "$file" in value:
        file = io.BytesIO(base64.b64decode(value["$file"]["base64"]))
        file.name = value["$file"]["filename"]
        return file
    if isinstance(value, dict):
        return {name: given(member) for name, member in value.items()}
    return [given(item) for item in value] if isinstance(value, list) else value


def called(case: Case, owner: object) -> Any:  # noqa: ANN401 - whatever the method gives
    """Calls the recorded method of `owner`."""
    call = case["call"]
    return getattr(owner, call["method"])(*given(call["args"]), **given(call["kwargs"]))


def wanted(case: Case) -> list[Case]:
    """Returns the recorded requests with their query in the order in which they are compared."""
    return [request | {"query": sorted(request["query"])} for request in case["requests"]]
