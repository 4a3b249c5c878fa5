"""Virtual time: processes that yield how long they sleep, and lines to one server that can be cut and lose replies."""

import hashlib
import heapq
import zlib
from collections.abc import Generator
from random import Random
from typing import Final, cast

import msgspec
import redis

from tests.laws.engine import PREFIX, T0, ServerClock

Steps = Generator[int, None, None]  # yields for how many ms the process sleeps

CLOCK: Final = (f"{PREFIX}:clock", f"{PREFIX}:clock:ahead")
VIRTUAL: Final = "virtual"  # the key of the server's virtual time
TIME: Final = "call('TIME')"
VIRTUAL_TIME: Final = f"{{ 0, call('GET', '{VIRTUAL}') * 1000 }}"


class Faults(msgspec.Struct):
    """How often what goes wrong in one run; chosen anew for each seed, so that runs differ in kind."""

    lost_reply: float = 0.0
    request_lost: float = 0.0
    request_not_sent: float = 0.0
    odd_answer: float = 0.0
    whole_answer: float = 0.0
    usage: float = 0.0
    slow_answer: float = 0.0
    clock_step: float = 0.0

    @classmethod
    def drawn(cls, chance: Random) -> "Faults":
        """Returns the faults of a seed: each is absent, rare or frequent."""
        return cls(
            lost_reply=chance.choice((0.0, 0.01, 0.05)),
            request_lost=chance.choice((0.0, 0.03, 0.15)),
            request_not_sent=chance.choice((0.0, 0.02, 0.1)),
            odd_answer=chance.choice((0.0, 0.05, 0.2)),
            whole_answer=chance.choice((0.0, 0.02, 0.1)),
            usage=chance.choice((0.0, 0.0, 0.05)),
            slow_answer=chance.choice((0.0, 0.03, 0.1)),
            clock_step=chance.choice((0.0, 0.0, 0.6)),
        )


class Task:
    """One process: it takes no further step once it was killed."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.alive = True

    def kill(self) -> None:
        """Ends the process where it stands."""
        self.alive = False


class World:
    """The virtual clock, what runs on it, the one source of chance, and the server.

    `now` passes for processes; the server's clock may be set ahead and back, and the engine makes `engine_ms` of it.
    """

    def __init__(self, client: "redis.Redis", seed: int) -> None:
        self.client = client
        pool = client.connection_pool
        self.connection = pool.connection_class(**pool.connection_kwargs)
        self.chance = Random(seed)
        self.faults = Faults.drawn(self.chance)
        self.now = T0
        self.steps = 0
        self.outage_until = 0
        self.calm = False  # accidents are over
        self.set_by = 0  # by how much the server's clock is set ahead
        self.clock = ServerClock(T0)
        self.errors: list[str] = []  # of scripts
        self.digest = 0  # of every answer of the server: two runs of a seed have the same
        self._queue: list[tuple[int, int, Task]] = []
        self._number = 0
        self._shas: dict[str, str] = {}  # of scripts as they are, those with virtual time

    @property
    def server_ms(self) -> int:
        """The time by the server's clock."""
        return self.now + self.set_by

    @property
    def engine_ms(self) -> int:
        """The time as the next script would count it."""
        return self.clock.at(self.server_ms)

    def start(self, steps: Steps, after_ms: int = 0) -> Task:
        """Starts a process."""
        task = Task(steps)
        self._put(task, after_ms)
        return task

    def run_until(self, end_ms: int) -> None:
        """Lets processes take their steps, in the order of time, until `end_ms`."""
        while self._queue and self._queue[0][0] <= end_ms:
            self.now, _, task = heapq.heappop(self._queue)
            if not task.alive:
                continue
            self.steps += 1
            delay = next(task.steps, None)
            if delay is not None:
                self._put(task, delay)
            else:
                task.alive = False
        self.now = max(self.now, end_ms)

    def run_source(self, source: str, keys: int, *values: str | bytes | int) -> object:
        """Runs a script that the server did not know."""
        virtual = self.client.script_load(source.replace(TIME, VIRTUAL_TIME))
        sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()
        self._shas[sha] = virtual
        return self.run_script(sha, keys, *values)

    def run_script(self, sha: str, keys: int, *values: str | bytes | int) -> object:
        """Sets the server's clock and runs a script: a whole client call for each would take most of a run's time."""
        if sha not in self._shas:  # the server may know it as it is, with its own time
            raise redis.exceptions.NoScriptError
        words = (
            ("SET", VIRTUAL, self.server_ms),
            ("EVALSHA", self._shas[sha], keys, *values),
            ("MGET", *CLOCK),
        )
        self.connection.send_packed_command(self.connection.pack_commands(words))
        self.connection.read_response()
        try:
            return cast("object", self.connection.read_response())
        except redis.exceptions.NoScriptError:
            raise
        except redis.ResponseError as error:  # nothing that it wrote is taken back
            self.errors.append(str(error))
            raise
        finally:
            last, ahead = cast("list[bytes | None]", self.connection.read_response())
            self.clock.read(int(last or T0), (ahead or b"").decode())

    def happens(self, probability: float) -> bool:
        """Tells whether something of that probability happens now."""
        return probability > 0 and self.chance.random() < probability

    def _put(self, task: Task, after_ms: int) -> None:
        self._number += 1
        heapq.heappush(self._queue, (self.now + after_ms, self._number, task))


class Line:
    """One party's connection: scripts run at virtual time; it can be cut, and a reply can be lost on it.

    `happened` is what the server answered last, also when the reply was lost; None when the script did not run.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.cut_until = 0
        self.happened: object = None

    @property
    def client(self) -> "redis.Redis":
        """This line in the place of a client."""
        return cast("redis.Redis", self)

    def is_cut(self) -> bool:
        """Tells whether the server cannot be reached on this line now."""
        return self._world.now < max(self.cut_until, self._world.outage_until)

    def evalsha(self, sha: str, keys: int, *values: str | bytes | int) -> object:
        """Runs a script, with the server's clock at virtual time."""
        world = self._world
        self.happened = None
        if self.is_cut():
            raise redis.ConnectionError("cut")
        return self._replied(world.run_script(sha, keys, *values))

    def eval(self, source: str, keys: int, *values: str | bytes | int) -> object:
        """Runs a script that the server did not know."""
        return self._replied(self._world.run_source(source, keys, *values))

    def hget(self, key: str, field: str) -> object:
        """Reads a field."""
        return self.execute_command("HGET", key, field)

    def execute_command(self, *words: str | bytes | int) -> object:
        """Carries out a command, such as one that reads a key."""
        if self.is_cut():
            raise redis.ConnectionError("cut")
        return cast("object", self._world.client.execute_command(*words))  # type: ignore[no-untyped-call]  # redis-py's own

    def _replied(self, answer: object) -> object:
        world = self._world
        self.happened = answer
        world.digest = zlib.crc32(repr((world.now, answer)).encode(), world.digest)
        if world.happens(world.faults.lost_reply):
            raise redis.TimeoutError("the reply was lost")
        return answer
