"""The loads: iterators of commands as a service makes them."""

from collections.abc import Iterator
from typing import Final, cast

from producer import batch
from producer.commands import Command

PEOPLE_FIRST: Final = 10**16
IMAGE: Final = "https://example.com/picture.jpg"


def texts(count: int, *, start: int = 0) -> Iterator[Command]:
    """Yields texts to as many different people."""
    for number in range(start, start + count):
        yield text_to(str(PEOPLE_FIRST + number), number)


def conversations(people: int, length: int) -> Iterator[Command]:
    """Yields `length` texts to each of `people`, the first to all of them, then the second, and so on."""
    for turn in range(length):
        for number in range(people):
            yield text_to(str(PEOPLE_FIRST + number), turn)


def mixed_with_media(count: int, *, every: int) -> Iterator[Command]:
    """Yields texts of which each `every`-th is an image by URL."""
    for number in range(count):
        recipient = str(PEOPLE_FIRST + number)
        if number % every == 0:
            yield cast("Command", batch.send_image(recipient, IMAGE))
        else:
            yield text_to(recipient, number)


def text_to(recipient: str, number: int) -> Command:
    """Returns one text."""
    return cast("Command", batch.send_text(recipient, f"Hello {number}, your order has been shipped"))
