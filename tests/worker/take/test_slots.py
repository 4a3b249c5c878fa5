"""As many threads are used as there is processor time for."""

import msgspec
import pytest

from worker.take.slots import FIRST, LEAST, LOOK_S, Slots


class Times(msgspec.Struct):
    """A clock, and the processor time that was used."""

    now: float = 0.0
    used: float = 0.0


def looked(slots: Slots, times: Times, share: float, *, full: bool) -> int:
    """Lets time pass with all usable threads under way, or one, and the processor busy for a share."""
    messages = slots.limit if full else 1
    for number in range(messages):
        slots.occupy(str(number), number)
    times.now += LOOK_S
    times.used += share * LOOK_S
    slots.wait_free(0)
    for number in range(messages):
        slots.release(str(number))
    return slots.limit


@pytest.fixture
def times() -> Times:
    """Time that stands still."""
    return Times()


@pytest.fixture
def slots(times: Times) -> Slots:
    """Sixteen free threads."""
    made = Slots(clock=lambda: times.now, processor=lambda: times.used)
    made.open(16)
    return made


def test_threads_that_wait_for_graph_are_all_used(slots: Slots, times: Times) -> None:
    """While the answers come slowly, every thread is used within a second, though none of them comes back meanwhile."""
    assert [looked(slots, times, 0.1, full=True) for _ in range(3)] == [8, 16, 16]


def test_a_busy_processor_uses_few_threads(slots: Slots, times: Times) -> None:
    """Threads that only stand in each other's way are left out, a few after the other."""
    for _ in range(2):
        looked(slots, times, 0.1, full=True)
    assert [looked(slots, times, 0.95, full=True) for _ in range(6)] == [12, 9, 6, 4, LEAST, LEAST]


def test_a_processor_with_some_room_gets_one_thread_more(slots: Slots, times: Times) -> None:
    """Between busy and idle the number rises by one at a time, and only while all that may be are in use."""
    assert looked(slots, times, 0.6, full=True) == FIRST + 1
    assert looked(slots, times, 0.6, full=False) == FIRST + 1
    assert looked(slots, times, 0.8, full=True) == FIRST + 1


def test_no_more_chunks_are_out_than_threads_are_used(slots: Slots) -> None:
    """A chunk is taken only when a thread will send it now; a thread that comes back twice counts once."""
    for number in range(FIRST):
        assert slots.wait_free(0)
        slots.occupy(str(number), number)
    assert not slots.wait_free(0)
    slots.release("0")
    slots.release("0")
    assert slots.wait_free(0)
    slots.occupy("4", 4)
    assert not slots.wait_free(0)
    assert slots.oldest_s() == 0.0
