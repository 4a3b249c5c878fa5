"""Learning from what was heard, in one round trip."""

from typing import Final, cast

import msgspec
import redis

from producer.listening.webhook import Heard
from producer.store.keys import Keys
from producer.store.policy import of_the_workers
from producer.store.queue import unavailable
from producer.store.scripting import Script
from producer.store.steps import Run, Steps

NOTHING: Final = 0


class Learned(msgspec.Struct, frozen=True):
    """What a webhook's body changed.

    `echoes` are the commands that it settled as sent, `people` those of whom it says that they wrote, pressed a button
    or opted in, and `ignored` the events that say neither.
    """

    echoes: int
    people: int
    ignored: int


def learning(heard: Heard, keys: Keys) -> Steps[Learned]:
    """Settles what the echoes prove; of who wrote it forgets that they could not be reached, and opens their window."""
    settled = NOTHING
    if heard.echoes or heard.wrote:
        arguments: list[str | bytes | int] = [of_the_workers(), "", len(heard.echoes)]
        for command_id, reply in heard.echoes:
            arguments += (command_id, msgspec.json.encode({"reply": reply}))
        for each in heard.wrote:
            arguments += (each.page, each.person, each.at_ms)
        try:
            settled = cast("int", (yield Run(Script("confirm"), keys.prefix, tuple(arguments))))
        except redis.RedisError as error:
            raise unavailable(error) from error
    return Learned(settled, len({(each.page, each.person) for each in heard.wrote}), heard.ignored)
