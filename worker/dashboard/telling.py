"""Where one command is, in the words of `outbound explain`, and without what was written to or by anybody."""

from typing import Final

import msgspec
import redis

from producer.errors import InvalidCommandError
from producer.store.keys import Keys
from worker.operations.attempts import codes_of
from worker.operations.explaining import COMMAND_ID, Explanation, explain

PARTS_MAX: Final = 50


def explained(client: "redis.Redis", keys: Keys, command_id: str, *, timeout_ms: int) -> Explanation:
    """Returns what is known of a command, without Graph's reply, which can hold what belongs to a person.

    Raises:
        InvalidCommandError: this is no id.
        redis.RedisError: the server was not reached.
    """
    if COMMAND_ID.fullmatch(command_id) is None:
        raise InvalidCommandError(
            "", "this is no id: give the one of a ticket, of a batch, or broadcast:number"
        )
    return _without_content(explain(client, keys, command_id, timeout_ms=timeout_ms))


def _without_content(told: Explanation) -> Explanation:
    outcome = told.outcome
    if outcome is not None:
        outcome = msgspec.structs.replace(
            outcome, reply=None, headers=None, answer=codes_of(outcome.answer) or None
        )
    parts = [_without_content(part) for part in told.parts[:PARTS_MAX]]
    return msgspec.structs.replace(told, outcome=outcome, parts=parts)
