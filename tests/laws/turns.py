"""Who had its turn: lanes of one Page that share a rate, and what is interactive before bulk, also when it is short."""

from collections.abc import Callable

from tests.laws.store import Store
from worker.engine.chunk import Chunk


def lane_of(name: str) -> tuple[str, str]:
    """Returns whose rate a lane spends, and its priority."""
    page, rate_class, priority, *_ = name.split("/")
    return f"{page}/{rate_class}", priority


class Turns:
    """Watches broadcasts, whose people are all of one kind: each may leave whenever its lane may."""

    def __init__(self) -> None:
        self._step = 0
        self._waits_since: dict[str, int] = {}
        self._had: dict[str, int] = {}
        self._gathering: dict[str, int] = {}

    def see(self, store: Store, is_held: Callable[[str], bool]) -> None:
        """Takes in what waits, after a step."""
        self._step += 1
        waiting = {
            lane
            for lane, entries in store.listed("lane").items()
            if lane.count("/") > 2 and all(each.startswith("@") for each in entries) and not is_held(lane)
        }
        since = {lane: self._waits_since.get(lane, self._step) for lane in waiting}
        self._waits_since = since
        self._gathering = store.numbers("gathering")

    def take(self, chunk: Chunk, now: int) -> None:
        """Checks that nobody had two turns while another that shares its rate waited, nor bulk what is gathered.

        Raises:
            AssertionError: somebody was passed over.
        """
        taken = {
            f"{each.page}/{each.rate_class}/{each.priority}"
            + (f"/{each.broadcast}" if each.broadcast else "")
            for each in chunk.commands
        }
        for lane in taken:
            budget, priority = lane_of(lane)
            gathered = self._gathering.get(budget, 0) if priority == "b" else 0
            assert gathered <= now, f"{lane} spent at {now} what {budget} gathers until {gathered}"
            before = self._had.get(lane, -1)
            for other, since in self._waits_since.items():
                shares = other not in taken and lane_of(other) == (budget, priority)
                assert not (shares and since < before and self._had.get(other, -1) < before), (
                    f"{lane} had two turns while {other} waited"
                )
        self._had |= dict.fromkeys(taken, self._step)
