"""Shapes hold plain JSON to what a struct declares, and tell a misspelling from something new."""

import pytest

from producer.commands.shapes import near_miss


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("titel", "title"),
        ("subtitel", "subtitle"),
        ("quick_replys", "quick_replies"),
        ("quick_reply", "quick_replies"),
        ("buttonss", "buttons"),
        ("payload2", "payload"),
        ("colour", None),
        ("translations", None),
        ("uri_scheme", None),
        ("", None),
    ],
)
def test_a_misspelling_is_told_from_something_new(word: str, meant: str | None) -> None:
    """Swapped, lost and added letters are seen; another word is another word."""
    known = ("title", "subtitle", "quick_replies", "buttons", "payload", "url")
    assert near_miss(word, known) == meant
