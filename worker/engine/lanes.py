"""The worker's side of the lanes: takes chunks of commands from Redis, and settles them there.

Each method runs one script. Nothing here decides what an answer means.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

import msgspec
import redis

from producer.store.keys import Keys
from producer.store.policy import Policy
from producer.store.scripting import Script
from producer.store.wire import Wire
from worker.engine.broadcast_messages import Templates
from worker.engine.chunk import Chunk, Hold, Settlement, Taken, Ticked, Took, taken_of
from worker.engine.knowledge import Profile
from worker.engine.waiter import Waiter

CHUNK_MAX: Final = 50
ALWAYS_MS: Final = 9_000_000_000_000_000
UNREADABLE: Final = b'{"reason":"its record in Redis cannot be read"}'


class Lanes:
    """Runs the worker's scripts on one Redis, for one installation."""

    def __init__(
        self, client: "redis.Redis", *, prefix: str = "outbound", policy: Policy | None = None
    ) -> None:
        self.client = client
        self._wire = Wire(client, insists=False)
        self.prefix = prefix
        self.policy = policy or Policy()
        self._policy = self.policy.encoded()
        self._templates = Templates(client, prefix)
        names = (
            "take",
            "begin",
            "charge",
            "settle",
            "give_back",
            "hello",
            "heartbeat",
            "goodbye",
            "tick",
            "signal",
        )
        self._scripts = {name: Script(name, "worker.engine.scripts") for name in names}

    def _run(self, name: str, *arguments: str | bytes | int) -> object:
        return self._scripts[name].run(self._wire, self.prefix, arguments)

    def close(self) -> None:
        """Closes the connections of the scripts; a later one opens new ones."""
        self._wire.close()

    def take(
        self,
        worker: str,
        token: int,
        profile: Profile,
        *,
        limit: int = CHUNK_MAX,
        bulk_first: bool = False,
        now_ms: int | str = "",
    ) -> Took:
        """Takes up to `limit` commands that may leave now, and spends the budget for them.

        With `bulk_first` bulk goes before what is interactive, of Pages that have nothing interactive ready.

        Raises:
            redis.RedisError: the reply may be lost; give the token back before the next take.
        """
        answer = self._run(
            "take", worker, token, profile.digest, self._policy, limit, now_ms, "b" if bulk_first else ""
        )
        taken, again, elsewhere, next_in_ms, *pairs = cast("list[int | bytes]", answer)
        found = cast("list[bytes]", pairs)
        unreadable: list[bytes] = []
        try:
            commands = tuple(self._whole(taken_of(found[i], found[i + 1])) for i in range(0, len(found), 2))
        except ValueError:
            commands, unreadable = self._sifted(found)
            put_aside = [part for each in unreadable for part in (each, "unreadable", "", "", UNREADABLE)]
            self._run("settle", worker, token, self._policy, now_ms, 0, *put_aside)
        return Took(
            Chunk(worker, token, commands) if commands else None,
            taken == -1,
            bool(again) or bool(unreadable),
            bool(elsewhere),
            int(next_in_ms) / 1000,
        )

    def _sifted(self, found: Sequence[bytes]) -> tuple[tuple[Taken, ...], list[bytes]]:
        """Returns the commands that can be read, and the ids of the others."""
        commands: list[Taken] = []
        unreadable: list[bytes] = []
        for command_id, record in zip(found[::2], found[1::2], strict=True):
            try:
                commands.append(self._whole(taken_of(command_id, record)))
            except ValueError:
                unreadable.append(command_id)
        return tuple(commands), unreadable

    def _whole(self, taken: Taken) -> Taken:
        """Gives a person of a broadcast its message."""
        if not taken.broadcast or taken.body:
            return taken
        return msgspec.structs.replace(
            taken,
            body=self._templates.body_for(taken.broadcast, taken.enqueued_ms, taken.person),
            trace=self._templates.trace_of(taken.broadcast, taken.enqueued_ms),
        )

    def bytes_of(self, command_id: str) -> bytes | None:
        """Returns the bytes that travel beside a command, or None when they are gone."""
        return cast("bytes | None", self.client.get(Keys(self.prefix).blob(command_id)))

    def begin(self, chunk: Chunk, *, now_ms: int | str = "") -> bool:
        """Marks that the chunk's request begins; False when it is not this worker's any more, or was taken long ago."""
        return self._run("begin", chunk.worker, chunk.token, now_ms) == 1

    def charge(self, worker: str, taken: Taken, calls: int = 1, *, now_ms: int | str = "") -> bool:
        """Spends budget of the command's lane for further calls of it, as a debt; False when the worker was reaped."""
        return self._run("charge", worker, taken.page, taken.rate_class, calls, now_ms) == 1

    def settle(
        self,
        chunk: Chunk,
        settlements: Iterable[Settlement],
        holds: Sequence[Hold] = (),
        *,
        now_ms: int | str = "",
    ) -> tuple[int, int]:
        """Ends or returns every command of a chunk, and makes holds, in one step; safe to repeat.

        Returns:
            How many commands were settled, and how many a late success turned into `sent`.
        """
        arguments: list[str | bytes | int] = [chunk.worker, chunk.token, self._policy, now_ms, len(holds)]
        for hold in holds:
            arguments += (
                hold.scope,
                "" if hold.for_ms is None else hold.for_ms,
                "1" if hold.grows else "0",
                f"{'token' if hold.fingerprint else hold.kind}#{hold.fingerprint}",
                hold.reason,
            )
        for each in settlements:
            arguments += (each.id, each.action, each.flags, each.recipient_fact or each.delay_ms, each.detail)
            for part in each.parts:
                own = part.taken
                arguments += (own.id, f"part:{part.action}", own.type, part.recipient_fact, part.detail)
                arguments += (own.id, "record", own.person, part.line, part.body)
        settled, evidence = cast("list[int]", self._run("settle", *arguments))
        return settled, evidence

    def give_back(self, worker: str, token: int, *, refund: bool = False, now_ms: int | str = "") -> int:
        """Returns a chunk of which no request began; 0 when there is none of that token.

        `refund` gives its budget back, too: only for one who knows that no call of it was made, whatever Redis says.
        """
        refunds = "1" if refund else ""
        return cast("int", self._run("give_back", worker, token, self._policy, now_ms, refunds))

    def tokens_of(self, worker: str) -> list[int]:
        """Returns the tokens of the chunks that Redis holds for a worker."""
        return [
            int(token) for token in cast("list[bytes]", self.client.hkeys(f"{self.prefix}:taken:{worker}"))
        ]

    def hello(self, worker: str, profile: Profile, info: bytes, *, now_ms: int | str = "") -> None:
        """Makes the worker and what it knows known to all others."""
        keep_ms = 10 * self.policy.timeout_ms
        fields: Sequence[str] = profile.fields()
        while self._run("hello", worker, profile.digest, info, keep_ms, now_ms, self._policy, *fields) == 1:
            pass

    def heartbeat(self, worker: str, profile: Profile, *, info: bytes = b"", now_ms: int | str = "") -> int:
        """Says that the worker is alive, and what it says of itself when that has changed.

        Returns the server's time in ms; 0 when the worker was reaped and must say hello under a new name.
        """
        keep_ms = 10 * self.policy.timeout_ms
        return cast("int", self._run("heartbeat", worker, profile.digest, keep_ms, now_ms, info))

    def goodbye(self, worker: str, *, now_ms: int | str = "") -> int:
        """Returns all that the worker still holds, and forgets it."""
        total = 0
        while True:
            done, returned = cast("list[int]", self._run("goodbye", worker, self._policy, now_ms))
            total += returned
            if done:
                return total

    def tick(self, worker: str, *, lease_ms: int, may_reap: bool | int, now_ms: int | str = "") -> Ticked:
        """Moves what is due, as the timer's one keeper; `may_reap` can be the time (server's ms) until which it may."""
        reap_by_ms = ALWAYS_MS if may_reap is True else int(may_reap)
        answer = self._run("tick", worker, self._policy, lease_ms, reap_by_ms, now_ms)
        kept, sleep_ms, many, old, unreadable, steps, *pairs = cast("list[Any]", answer)
        return Ticked(
            bool(kept),
            sleep_ms / 1000,
            tuple((pairs[i].decode(), pairs[i + 1]) for i in range(0, len(pairs), 2)),
            many,
            old,
            tuple(each.decode(errors="replace") for each in unreadable),
            tuple(int(step) for step in steps.split(b",") if step),
        )

    def wait_for(self, signal: str, timeout_s: float) -> bool:
        """Waits, without polling, until a signal of the key space is given; False after `timeout_s` seconds."""
        return self.wait_for_any((signal,), timeout_s)

    def waiter(self, *signals: str) -> Waiter:
        """Returns what waits for these signals, and is on time."""
        return Waiter(self.client, [f"{self.prefix}:{signal}" for signal in signals])

    def wait_for_any(self, signals: Sequence[str], timeout_s: float) -> bool:
        """Waits, without polling, until one of the signals is given; False after `timeout_s` seconds."""
        keys = [f"{self.prefix}:{signal}" for signal in signals]
        return self.client.blpop(keys, timeout=max(0.001, round(timeout_s, 3))) is not None

    def signal(self, name: str) -> None:
        """Gives a signal to one who waits for it, now or soon."""
        self._run("signal", name)
