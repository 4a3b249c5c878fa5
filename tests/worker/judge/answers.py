"""An answer of Graph for every row of the verdict table."""

import json

from worker.call.graph.answers import Answer, Answered, Lost, NotSent
from worker.judge import Row

HTML = b"<html><body>Sorry, something went wrong.</body></html>"


def error(**fields: object) -> bytes:
    """Returns a body with an error of these fields."""
    return json.dumps({"error": fields}).encode()


# Rows that no code leads to.
WITHOUT_CODE: dict[str, Answer] = {
    "lost": Lost("read time-out"),
    "not-sent": NotSent("connection refused"),
    "answer-unreadable": Answered(200, b""),
    "success-without-id": Answered(200, b'{"success":true}'),
    "transient-error": Answered(400, error(code=424242, is_transient=True)),
    "unknown-error": Answered(400, error(code=424242)),
    "token-dead-without-code": Answered(400, error(type="OAuthException", message="x")),
    "proof-wrong": Answered(
        400, error(code=100, message="Invalid appsecret_proof provided in the API argument")
    ),
    "too-many-requests": Answered(429, HTML),
    "server-failed": Answered(502, HTML),
    "server-timed-out": Answered(408, HTML),
    "stopped-before-graph": Answered(403, HTML),
    "business-quota-used-up": Answered(400, error(code=80013)),
    "permission-missing": Answered(403, error(code=299)),
    "permission-not-granted-for-call": Answered(403, error(code=299)),
}


def answers_for(row: Row) -> list[Answer]:
    """Returns every answer that is this row's by its codes, or its one answer without a code."""
    if row.name in WITHOUT_CODE:
        return [WITHOUT_CODE[row.name]]
    pairs = [pair for pair in row.code_pairs() if pair[0] is not None]
    return [Answered(400, error(code=c, error_subcode=s, is_transient=row.transient)) for c, s in pairs]
