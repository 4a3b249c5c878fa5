"""Broadcasts are listed as each tells of itself, the latest first, in a word for its state."""

import redis

from producer import Producer, messages
from producer.broadcasts.broadcast import Progress
from producer.store.keys import Keys
from worker.operations.attempts import instant
from worker.operations.broadcasts import list_broadcasts, state_of

KEYS = Keys("outbound")


def test_a_list_says_what_each_says(server: "redis.Redis") -> None:
    """The list has each broadcast's own progress, is bounded, and counts all; what has vanished is left out."""
    producer = Producer.on(server, page="1")
    made = [producer.broadcast_to(["1", "2"], messages.text("x"), broadcast_id=name) for name in "abc"]
    for score, each in enumerate(made, start=1):
        server.zadd("outbound:broadcasts", {each.id: score})
    made[1].pause()
    made[2].cancel()
    listed = list_broadcasts(server, KEYS)
    assert [(each.id, state_of(each)) for each in listed.broadcasts] == [
        ("c", "cancelled"),
        ("b", "paused"),
        ("a", "on its way"),
    ]
    now = instant(0)
    assert [(each.added, each.waiting, each.paused, each.ended) for each in listed.broadcasts] == [
        (each.added, each.waiting, each.paused, each.ended) for each in (m.progress() for m in reversed(made))
    ]
    assert min(each.created_at for each in listed.broadcasts) > now
    server.delete("outbound:broadcast:b")
    assert [each.id for each in list_broadcasts(server, KEYS, limit=2).broadcasts] == ["c"]
    assert list_broadcasts(server, KEYS, limit=2).total == 3


def test_states_are_words() -> None:
    """Nobody is left: done. Held: paused. People are still added: open."""

    def state(state: str, *, waiting: int = 1, paused: bool = False) -> str:
        return state_of(
            Progress(
                id="x",
                page="1",
                state=state,
                paused=paused,
                added=2,
                waiting=waiting,
                ended={},
                created_at=instant(0),
                rate_per_s=None,
                eta_s=None,
            )
        )

    assert [
        state("complete"),
        state("complete", waiting=0),
        state("complete", waiting=0, paused=True),
        state("complete", paused=True),
        state("open", waiting=0),
        state("open", paused=True),
        state("cancelled", paused=True),
    ] == ["on its way", "done", "done", "paused", "open", "paused", "cancelled"]
