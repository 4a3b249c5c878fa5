"""How the tests of the stub ask it: batch parts and batches as Meta documents them."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import httpx

TOKEN = "TOKEN-100"


def send_form(recipient: str, text: str, **fields: str) -> dict[str, str]:
    """Returns the form of one text, object values as JSON text."""
    return {
        "recipient": json.dumps({"id": recipient}),
        "message": json.dumps({"text": text}, ensure_ascii=False),
        **fields,
    }


def body_of(form: dict[str, str]) -> str:
    """Returns a part's body: a query string with every value percent-encoded."""
    return urlencode(form, quote_via=quote)


def text_part(recipient: str, text: str, **extra: object) -> dict[str, Any]:
    """Returns the part that sends one text; `extra` are the part's other members."""
    part = {"method": "POST", "relative_url": "me/messages", "body": body_of(send_form(recipient, text))}
    return {**part, **extra}


def post_batch(http: httpx.Client, parts: list[Any], **form: str) -> httpx.Response:
    """Posts parts as the form field `batch`, under a token unless the form has one."""
    return http.post("/v4.0/", data={"access_token": TOKEN, **form, "batch": json.dumps(parts)})


def post_text(http: httpx.Client, recipient: str, text: str, token: str = TOKEN) -> httpx.Response:
    """Posts one text as JSON."""
    payload = {"recipient": {"id": recipient}, "message": {"text": text}}
    return http.post("/v4.0/me/messages", params={"access_token": token}, json=payload)


def error_of(answer: httpx.Response) -> dict[str, Any]:
    """Returns the error of an answer without its trace, and with its HTTP status."""
    error = dict(answer.json()["error"])
    del error["fbtrace_id"]
    return {**error, "status": answer.status_code}


def codes_of(answer: httpx.Response) -> list[tuple[int, int | None]]:
    """Returns code and subcode of every part's error; a success is (0, None)."""
    codes: list[tuple[int, int | None]] = []
    for part in answer.json():
        error = json.loads(part["body"]).get("error", {"code": 0})
        codes.append((error["code"], error.get("error_subcode")))
    return codes
