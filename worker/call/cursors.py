"""A list that comes page by page is read to its end: one call after the other, until there is no next cursor."""

from collections.abc import Callable
from typing import Final

import msgspec

from producer.commands import Command, GetAllPersonas
from worker.call.graph.answers import Answer, Answered
from worker.call.replies import next_cursor

PAGES_MAX: Final = 1_000
_OK: Final = 200


def followed(command: Command, first: Answer, ask: Callable[[Command], Answer]) -> Answer:
    """Returns the answer to `command` with the pages after the first in it; any other command's comes back as it is.

    A page that is not a success stands for all. The reading stops at a cursor that comes again, and after
    `PAGES_MAX` pages.

    Args:
        command: any command.
        first: the answer to it.
        ask: makes the call of the next page's command.
    """
    if not isinstance(command, GetAllPersonas):
        return first
    found: list[object] = []
    seen: list[str] = []
    answer = first
    for _ in range(PAGES_MAX):
        body = _body_of(answer)
        page = body.get("data") if isinstance(body, dict) else None
        if not isinstance(page, list):
            return answer
        found += page
        cursor = next_cursor(command, body, seen)
        if cursor is None:
            break
        seen.append(cursor)
        answer = ask(msgspec.structs.replace(command, cursor=cursor))
    return Answered(_OK, msgspec.json.encode({"data": found})) if seen else first


def _body_of(answer: Answer) -> object:
    if not isinstance(answer, Answered) or answer.whole or answer.status != _OK:
        return None
    try:
        found: object = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found
