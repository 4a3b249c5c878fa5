"""A long text becomes messages that each fit, cut where a reader would cut it, and never inside a character."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producer import InvalidCommandError
from producer.commands import SendMessage
from producer.messages import split
from producer.testing import Outbox


def test_it_is_cut_at_paragraphs_sentences_and_words() -> None:
    """The largest of these whose end leaves more than half of what fits."""
    assert split("One two three. Four five six.", characters_max=20) == ["One two three.", "Four five six."]
    assert split("First part here\n\nsecond part", characters_max=24) == ["First part here", "second part"]
    assert split("aaaa bbbb cccc dddd eeee ffff", characters_max=20) == ["aaaa bbbb cccc dddd", "eeee ffff"]
    assert split("He paid 3.50 for it all", characters_max=20) == ["He paid 3.50 for it", "all"]
    assert split("x" * 45, characters_max=20) == ["x" * 20, "x" * 20, "x" * 5]
    assert (split(""), split(" \n "), split("short")) == ([], [], ["short"])


WHOLE = {
    "a letter with its accent": "e\u0301",
    "a family": "👨\u200d👩\u200d👧\u200d👦",
    "a thumb of a colour": "👍🏽",
    "a flag": "🇩🇪",
    "a heart with its look": "❤\ufe0f",
    "a key cap": "1\ufe0f\u20e3",
    "a syllable in parts": "\u1112\u1161\u11ab",
}


@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE)
def test_a_character_is_never_cut(whole: str) -> None:
    """However the cut falls, what a reader sees as one stays one."""
    for before in range(12, 21):
        pieces = split("x" * before + whole * 12, characters_max=21)
        assert "".join(pieces) == "x" * before + whole * 12
        assert all(len(piece.replace(whole, "").strip("x")) == 0 for piece in pieces)


def test_instagrams_bound_is_in_bytes() -> None:
    """A text of two or four bytes a character has fewer of them."""
    assert [len(each.encode()) for each in split("ä" * 1_200, bytes_max=1_000)] == [1_000, 1_000, 400]
    assert [len(each) for each in split("😀" * 300, bytes_max=1_000)] == [250, 50]


def test_a_bound_that_leaves_no_room_is_refused() -> None:
    """Less than 20 would cut words to pieces."""
    with pytest.raises(InvalidCommandError, match="characters_max: must be at least 20"):
        split("x", characters_max=3)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=400), bound=st.integers(20, 60))
def test_nothing_is_lost_but_white_space(text: str, bound: int) -> None:
    """Each piece fits, says something, and all together are the text."""
    pieces = split(text, characters_max=bound)
    assert all(0 < len(piece) <= bound for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert unicodedata.is_normalized("NFC", text) <= unicodedata.is_normalized("NFC", "".join(pieces) or text)


def test_a_long_text_is_sent_as_a_sequence() -> None:
    """In order, with the quick replies at the last."""
    box = Outbox("1")
    reply = {"content_type": "text", "title": "Yes", "payload": "Y"}
    box.send_long_text("7", "One. " * 500, quick_replies=[reply], tag="HUMAN_AGENT")
    commands = [each.command for each in box.commands if isinstance(each.command, SendMessage)]
    texts = [each.message for each in commands]
    assert [len(str(each["text"])) <= 2_000 for each in texts] == [True, True]
    assert ["quick_replies" in each for each in texts] == [False, True]
    assert {each.tag for each in commands} == {"HUMAN_AGENT"}


@pytest.mark.parametrize("text", ["", " \n", "x" * 100_001])
def test_a_text_of_nothing_or_too_much_is_refused(text: str) -> None:
    """Nothing is enqueued."""
    with pytest.raises(InvalidCommandError, match=r"^text: "):
        Outbox("1").send_long_text("7", text)
