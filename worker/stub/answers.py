"""What the server writes back: an answer, late or never if a fault says so."""

from typing import Literal

import msgspec

from worker.stub.faults import Fault

JSON = "application/json; charset=UTF-8"
TEXT = "text/plain"
HTML = "text/html; charset=utf-8"

_OK = 200
_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Payload Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}
_PAGE = (
    b"<!DOCTYPE html><html><head><title>Error</title></head>"
    b"<body><h1>Sorry, something went wrong.</h1></body></html>"
)


class Answer(msgspec.Struct, gc=False):
    """One HTTP answer.

    `ending` says whether it is written (`answer`), or the connection closed without it, in order (`close`)
    or with a reset (`reset`). `delay_ms` comes first; a negative one never ends.
    """

    status: int
    body: bytes
    content_type: str = JSON
    headers: list[tuple[str, str]] = []
    delay_ms: float = 0.0
    ending: Literal["answer", "close", "reset"] = "answer"

    def head(self, *, keep_alive: bool) -> bytes:
        """Returns status line and headers."""
        lines = [
            f"HTTP/1.1 {self.status} {_REASONS.get(self.status, 'Status')}",
            f"content-type: {self.content_type}",
            f"content-length: {len(self.body)}",
        ]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if not keep_alive:
            lines.append("connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def spoiled(fault: Fault, answer: Answer | None) -> Answer:
    """Returns what a request-wide fault makes of an answer, which is None when nothing was delivered."""
    ending: Literal["reset", "close"] = "reset" if fault.reset else "close"
    answers = {
        "drop_before": Answer(_OK, b"", ending=ending),
        "drop_after": Answer(_OK, b"", ending=ending),
        "hang": Answer(_OK, b"", ending=ending, delay_ms=fault.latency_ms or -1.0),
        "html": Answer(fault.status or 503, _PAGE, HTML),
        "bare_429": Answer(429, b"", TEXT),
        "empty": Answer(_OK, b""),
        "unavailable": Answer(_OK, b"Service Unavailable", TEXT),
    }
    return answers.get(fault.action) or answer or Answer(_OK, b"[]")
