"""Learning from what was heard, in one round trip."""

import msgspec

from producer.listening.webhook import Heard
from producer.store.keys import Keys
from producer.store.steps import Steps
from producer.tickets.echoes import proving


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
    settled = 0
    if heard.echoes or heard.wrote:
        people = ((each.page, each.person, each.at_ms) for each in heard.wrote)
        settled = yield from proving(heard.echoes, people, keys)
    return learned(settled, heard)


def learned(settled: int, heard: Heard) -> Learned:
    """Returns what a body changed, of which `settled` commands were proven to be sent."""
    return Learned(settled, len({(each.page, each.person) for each in heard.wrote}), heard.ignored)
