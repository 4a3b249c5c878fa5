"""Forms that Meta refuses with code 100 are refused by the producer, with the path and what to do."""

import collections
import enum
import math
from collections.abc import Callable
from typing import Any

import pytest

from producer import InvalidCommandError, batch, messages
from producer.commands import decode, encode, tag_of
from producer.queue.accepting import Terms, admit

IMAGE = {"type": "image", "payload": {"url": "https://example.com/1.png"}}


def generic(**element: object) -> dict[str, object]:
    """Returns a message of one card."""
    payload = {"template_type": "generic", "elements": [element]}
    return {"attachment": {"type": "template", "payload": payload}}


CARD = "message.attachment.payload.elements[0]"
URL = "message.attachment.payload.url"
REFUSED: dict[str, tuple[Any, str]] = {
    "text beside an attachment": ({"text": "Hi", "attachment": IMAGE}, "message.text"),
    "text beside attachments": ({"text": "Hi", "attachments": [IMAGE]}, "message.text"),
    "a text of spaces": ({"text": "  \n"}, "message.text"),
    "a text of no width": ({"text": "\u200b\u2060"}, "message.text"),
    "no buttons": (generic(title="T", subtitle="s", buttons=[]), f"{CARD}.buttons"),
    "two addresses of a card": (
        generic(
            title="T",
            item_url="https://a.example",
            default_action={"type": "web_url", "url": "https://a.example"},
        ),
        f"{CARD}.item_url",
    ),
    "an address that is null": ({"attachment": {"type": "image", "payload": {"url": None}}}, URL),
    "a kind in capitals": ({"attachment": IMAGE | {"type": "Image"}}, "message.attachment.type"),
    "videos in attachments": ({"attachments": [IMAGE | {"type": "video"}]}, "message.attachments[0].type"),
    "half a character": ({"text": "cut \ud83d"}, "message.text"),
    "no number": (generic(title="T", subtitle="s", price=math.nan), f"{CARD}.price"),
    "an endless number": (generic(title="T", subtitle="s", price=math.inf), f"{CARD}.price"),
    "null in a list": (generic(title="T", subtitle="s", tags=["a", None]), f"{CARD}.tags[1]"),
}


@pytest.mark.parametrize(("message", "path"), REFUSED.values(), ids=REFUSED)
def test_a_form_that_meta_refuses_is_refused_here(message: dict[str, object], path: str) -> None:
    """The refusal names the member, and never the value."""
    with pytest.raises(InvalidCommandError) as told:
        encode(batch.send_message("7", message))
    assert told.value.path == path


def test_a_title_alone_is_refused_but_at_the_reference_documents_version() -> None:
    """A card of the reference document's examples has no more; Meta refuses it by now."""
    command = batch.send_message("7", generic(title="T"))
    admit(command, Terms(version=(4, 0)))
    with pytest.raises(InvalidCommandError) as told:
        admit(command, Terms())
    assert told.value.path == CARD


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("/srv/img/1.png", "is a path, and no address: pathlib.Path(…) sends the file"),
        ("C:\\img\\1.png", "is a path, and no address: pathlib.Path(…) sends the file"),
        ("1.png", "is a path, and no address: pathlib.Path(…) sends the file"),
        ("file:///tmp/1.png", "must begin with https://"),
        ("data:image/png;base64,AAAA", "must begin with https://"),
        ("https://example.com/my photo.png", "holds white space: encode it as %20"),
        ("https://example.com/1.png\n", "holds white space: encode it as %20"),
        ("None", "must begin with https:// or http://"),
        ("ftp://example.com/1.png", "must begin with https:// or http://"),
    ],
)
def test_an_address_that_meta_cannot_fetch_is_refused(url: str, problem: str) -> None:
    """Paths, data and other schemes are named for what they are."""
    with pytest.raises(InvalidCommandError) as told:
        batch.send_image("7", url)
    assert (told.value.path, told.value.problem.startswith(problem)) == (URL, True)


@pytest.mark.parametrize(
    ("send", "problem"),
    [
        (
            lambda: batch.send_text("7", "x", messaging_type="response"),
            "messaging_type: is no known value; did you mean RESPONSE?",
        ),
        (
            lambda: batch.send_text("7", "x", tag="human_agent"),
            "tag: is no known value; did you mean HUMAN_AGENT?",
        ),
        (lambda: batch.send_text("7", "x", messaging_type="MESSAGE_TAG"), "tag: is missing"),
    ],
    ids=["messaging_type", "tag", "no tag"],
)
def test_letter_case_is_asked_about(send: Callable[[], object], problem: str) -> None:
    """A word that differs from Meta's in its case only is no new word."""
    with pytest.raises(InvalidCommandError) as told:
        send()
    assert str(told.value).startswith(problem)


@pytest.mark.parametrize(
    "psid",
    [
        "12 34",
        " 1234",
        "1234\n",
        "12\u200b34",
        "\ufeff1234",
        '"1234"',
        "«1234»",
        "(1234)",
        "[1234]",
        "1234\x00",
        "12\u00a034",
    ],
    ids=ascii,
)
def test_what_copying_brings_along_is_no_part_of_a_psid(psid: str) -> None:
    """White space, marks of no width, quotes and brackets are named by their code."""
    both: tuple[Any, ...] = (psid, {"id": psid})
    for recipient in both:
        with pytest.raises(InvalidCommandError, match=r"holds U\+[0-9A-F]{4}, which is part of no PSID"):
            batch.send_text(recipient, "x")


@pytest.mark.parametrize("psid", ["2.34568E+15", "2,34568E+15", "2E15", "2345678901234570.0"])
def test_a_spreadsheets_number_is_no_psid(psid: str) -> None:
    """Its last digits are lost: the message would go to a stranger."""
    with pytest.raises(InvalidCommandError, match="is a spreadsheet's number"):
        batch.send_text(psid, "x")


class SafeText(str):
    """A template engine's text, whose `str()` is itself."""

    __slots__ = ()

    def __str__(self) -> str:
        return self


class Word(enum.StrEnum):
    """An enum of texts."""

    HELLO = "Hello"


class Number(enum.IntEnum):
    """An enum of numbers."""

    ONE = 1


def test_derived_values_are_taken_for_what_they_are() -> None:
    """Texts, numbers, objects and lists of other classes are stored by their value."""
    reply = collections.OrderedDict(content_type="text", title=SafeText("a"), payload=Word.HELLO)
    command = batch.send_text(SafeText("7"), SafeText("Hello"), quick_replies=[reply])
    plain = batch.send_text(
        "7", "Hello", quick_replies=[{"content_type": "text", "title": "a", "payload": "Hello"}]
    )
    assert decode(tag_of(command), encode(command)) == plain
    assert repr(command) == repr(plain)
    card = generic(title=SafeText("T"), subtitle=Word.HELLO, price=Number.ONE)
    assert messages.message(card) == generic(title="T", subtitle="Hello", price=1)
