"""Dead letters as the page lists them: by their marks, a screen at a time, without content until it is asked for."""

from collections.abc import Mapping
from typing import Final

import msgspec
import redis

from producer.errors import InvalidCommandError
from producer.store.keys import Keys
from worker.config.durations import duration_ms
from worker.dashboard.acting import ACT_MAX
from worker.operations import dead_letters
from worker.operations.dead_letters import Place, Shown
from worker.operations.letters import Letter, Which

LIMIT: Final = 25
CHOSEN_LOOKED_MAX: Final = 50_000
MARK_CHARS_MAX: Final = 200
CODE_DIGITS_MAX: Final = 9


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A screen of dead letters; `next` is where the older ones begin."""

    letters: list[Letter]
    next: str | None
    kept: int
    dropped: int


class Chosen(msgspec.Struct, frozen=True):
    """The ids of the oldest letters with some marks, at most 10,000; `more` when others were not looked at."""

    ids: list[str]
    more: bool


def which_of(query: Mapping[str, str]) -> Which:
    """Returns the marks that a query names; empty ones are none.

    Raises:
        InvalidCommandError: says which is out of its bounds.
    """
    given = {name: value.strip() for name, value in query.items() if value.strip()}
    for name, value in given.items():
        if len(value) > MARK_CHARS_MAX:
            raise InvalidCommandError(name, f"must have at most {MARK_CHARS_MAX} characters")
    code = given.get("code")
    if code is not None and not (code.removeprefix("-").isdecimal() and len(code) <= CODE_DIGITS_MAX):
        raise InvalidCommandError("code", "must be a whole number")
    return Which(
        page=given.get("page"),
        kind=given.get("class"),
        code=int(code) if code is not None else None,
        broadcast=given.get("broadcast"),
        older_than_s=_age_s("older", given),
        younger_than_s=_age_s("newer", given),
    )


def listed(client: "redis.Redis", keys: Keys, query: Mapping[str, str]) -> Listed:
    """Returns a screen of dead letters, the newest first, from `after` on.

    Raises:
        InvalidCommandError: a mark is out of its bounds.
        redis.RedisError: the server was not reached.
    """
    after = _place_of(query.get("after", ""))
    found = dead_letters.find(client, keys, which_of(query), limit=LIMIT + 1, after=after)
    letters, stopped = found.letters[:LIMIT], found.next
    if len(found.letters) > LIMIT:
        stopped = Place(round(letters[-1].at.timestamp() * 1000), letters[-1].id)
    totals = dead_letters.totals(client, keys)
    return Listed(
        letters=letters,
        next=f"{stopped.at_ms}~{stopped.id}" if stopped is not None else None,
        kept=totals.kept,
        dropped=totals.dropped,
    )


def chosen(client: "redis.Redis", keys: Keys, query: Mapping[str, str]) -> Chosen:
    """Returns the ids of all dead letters with these marks, the oldest first, so that it can be said how many.

    Raises:
        InvalidCommandError: a mark is out of its bounds.
        redis.RedisError: the server was not reached.
    """
    found = dead_letters.find(
        client, keys, which_of(query), limit=ACT_MAX, oldest_first=True, looked_max=CHOSEN_LOOKED_MAX
    )
    return Chosen([letter.id for letter in found.letters], more=found.next is not None)


def shown(client: "redis.Redis", keys: Keys, command_id: str, *, with_content: bool) -> Shown:
    """Returns one dead letter with its attempts.

    Raises:
        InvalidCommandError: there is none of this id.
        redis.RedisError: the server was not reached.
    """
    found = dead_letters.show(client, keys, command_id, with_content=with_content)
    if found is None:
        raise InvalidCommandError("", "there is no such dead letter any more: it was replayed or dropped")
    return found


def _age_s(name: str, given: Mapping[str, str]) -> float | None:
    if name not in given:
        return None
    try:
        return duration_ms(given[name]) / 1000
    except ValueError as error:
        raise InvalidCommandError(name, str(error)) from None


def _place_of(text: str) -> Place | None:
    at_ms, _, command_id = text.partition("~")
    if not text:
        return None
    if not at_ms.isdecimal() or not command_id:
        raise InvalidCommandError("after", "must be what an earlier answer gave as next")
    return Place(int(at_ms), command_id)
