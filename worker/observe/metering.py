"""What a worker process tells of its work to whoever measures it; nobody does unless metrics are switched on."""

from collections.abc import Sequence
from typing import Literal, Protocol

from worker.engine.chunk import Settlement, Taken
from worker.judge import Verdict

Loop = Literal["consumer", "heartbeat", "timer"]
Step = Literal["begin", "heartbeat", "settle", "take", "timer"]


class Meter(Protocol):
    """Is told what a process does, from any of its threads; it returns at once and raises nothing."""

    def beat(self, loop: Loop) -> None:
        """Notes that a loop of the process went round."""
        ...

    def redis_failed(self, step: Step) -> None:
        """Notes that Redis did not answer."""
        ...

    def graph_away(self, reason: str | None) -> None:
        """Notes why the process takes Graph to be down; None while it answers."""
        ...

    def chunk_begun(self) -> None:
        """Notes that a chunk is with a thread from now on."""
        ...

    def chunk_ended(self) -> None:
        """Notes that it is not any more, however that came."""
        ...

    def called(self, commands: int, seconds: float) -> None:
        """Notes one call of Graph for so many commands, and how long its answer took."""
        ...

    def settled(
        self, taken: Sequence[Taken], settlements: Sequence[Settlement], verdicts: Sequence[Verdict]
    ) -> None:
        """Notes what became of the commands of a chunk: for each, in one order, its settlement and its verdict."""
        ...


class NoMeter:
    """Measures nothing."""

    def beat(self, loop: Loop) -> None:
        """Does nothing."""

    def redis_failed(self, step: Step) -> None:
        """Does nothing."""

    def graph_away(self, reason: str | None) -> None:
        """Does nothing."""

    def chunk_begun(self) -> None:
        """Does nothing."""

    def chunk_ended(self) -> None:
        """Does nothing."""

    def called(self, commands: int, seconds: float) -> None:
        """Does nothing."""

    def settled(
        self, taken: Sequence[Taken], settlements: Sequence[Settlement], verdicts: Sequence[Verdict]
    ) -> None:
        """Does nothing."""
