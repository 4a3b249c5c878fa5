"""Ids of commands."""

import re
import time

from producer.store.ids import made_at_ms, new_id


def test_ids_are_20_digits_and_letters_and_differ() -> None:
    """An id names one command for ever, and can be copied with a double click."""
    ids = [new_id() for _ in range(10_000)]
    assert len(set(ids)) == len(ids)
    assert [each for each in ids if not re.fullmatch(r"[0-9a-v]{20}", each)] == []


def test_ids_sort_by_time() -> None:
    """Two ids made one after the other, a millisecond apart, sort in that order."""
    first = new_id()
    while (second := new_id())[:9] == first[:9]:
        pass
    assert sorted([second, first]) == [first, second]


def test_an_id_tells_when_it_was_made() -> None:
    """Operators see how long a command waits; an id that a caller chose tells nothing."""
    before = time.time_ns() // 1_000_000
    made = made_at_ms(new_id())
    assert made is not None
    assert before <= made <= time.time_ns() // 1_000_000
    assert made_at_ms("order-4711") is None
