"""The demo's input: every example of the reference client's document, and a campaign over five Pages."""

from collections import Counter
from collections.abc import Iterator
from importlib import resources
from typing import IO, Final

import msgspec

from producer import messages
from producer.commands import SendMessage

PAGES: Final = tuple(f"189538289069254{digit}" for digit in range(1, 6))
PEOPLE: Final = 4_000
TALKATIVE: Final = 400
FIRST_PSID: Final = 1_254_459_154_700_000


class Text(msgspec.Struct, frozen=True):
    """One text of the campaign: `number` counts the texts to this person from 1."""

    page: str
    psid: str
    number: int

    @property
    def command(self) -> SendMessage:
        """The command that sends it."""
        text = f"Message {self.number} to you: parcel {self.psid[-4:]}-{self.number} is on its way."
        return SendMessage(recipient=self.psid, message=messages.text(text))


def open_examples() -> IO[bytes]:
    """Returns the examples, as lines of `outbound enqueue`; the caller closes them."""
    return resources.files("worker.demo").joinpath("examples.jsonl").open("rb")


def texts(total: int) -> Iterator[Text]:
    """Returns the campaign's texts in the order in which they are queued, the same ones every time.

    Two thirds go round all people, a third to the few hundred who are written to most; everybody belongs to one Page.
    """
    numbers: Counter[int] = Counter()
    for index in range(total):
        third, place = divmod(index, 3)
        person = third % TALKATIVE if place == 2 else (2 * third + place) % PEOPLE  # noqa: PLR2004 (the last of three)
        numbers[person] += 1
        yield Text(PAGES[person % len(PAGES)], str(FIRST_PSID + person), numbers[person])
