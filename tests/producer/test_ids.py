"""Ids of commands."""

import re

from producer.ids import new_id


def test_ids_are_21_digits_and_letters_and_differ() -> None:
    """An id names one command for ever, and can be copied with a double click."""
    ids = [new_id() for _ in range(10_000)]
    assert len(set(ids)) == len(ids)
    assert [each for each in ids if not re.fullmatch(r"[0-9a-v]{21}", each)] == []


def test_ids_sort_by_time() -> None:
    """Two ids made one after the other, a millisecond apart, sort in that order."""
    first = new_id()
    while (second := new_id())[:9] == first[:9]:
        pass
    assert sorted([second, first]) == [first, second]
