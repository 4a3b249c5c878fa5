"""`LaneBroker`: Dramatiq's processes, threads and signals over our own lanes; a worker thread gets a whole chunk."""

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import dramatiq
import redis
import structlog
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.middleware import Middleware

from worker.engine.chunk import Chunk
from worker.engine.lanes import CHUNK_MAX, Lanes
from worker.observe.metering import Meter, NoMeter
from worker.take.circuit import Circuit
from worker.take.presence import Presence
from worker.take.slots import Slots
from worker.take.timekeeper import Timekeeper

QUEUE: Final = "outbound"
ACTOR: Final = "deliver"
IDLE_S: Final = 5.0
ELSEWHERE_S: Final = 0.05
STOPPED_S: Final = 0.05
CIRCUIT_S: Final = 0.05
RETRY_S: Final = 0.25
KNOWN_S: Final = 60.0

log = structlog.get_logger("outbound.broker")


class _Lifecycle(Middleware):
    """Starts and stops the broker's threads with Dramatiq's worker; `forks` run beside plain Dramatiq's processes."""

    def __init__(self, forks: Sequence[Callable[[], int]]) -> None:
        self._forks = list(forks)

    @property
    def forks(self) -> list[Callable[[], int]]:
        return self._forks

    def before_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        if isinstance(broker, LaneBroker):
            broker.start(worker.worker_threads)

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002 (Dramatiq's signature)
        if isinstance(broker, LaneBroker):
            broker.stop_taking()

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002 (Dramatiq's signature)
        if isinstance(broker, LaneBroker):
            broker.say_goodbye()


class LaneBroker(dramatiq.Broker):
    """A broker with one queue, whose messages are chunks of commands taken from the lanes.

    Nothing is enqueued through it: services use `producer.Producer`. A message is never serialised, and neither ack nor
    nack touches Redis: `deliver` settles its chunk itself.
    """

    def __init__(
        self,
        lanes: Lanes,
        presence: Presence,
        slots: Slots,
        circuit: Circuit,
        *,
        meter: Meter | None = None,
        forks: Sequence[Callable[[], int]] = (),
        bulk_share: float = 0.1,
    ) -> None:
        super().__init__(middleware=[])
        self._bulk_every = round(1 / bulk_share) if bulk_share else 0
        self.queues = {QUEUE: None}
        self.lanes = lanes
        self.presence = presence
        self.slots = slots
        self.circuit = circuit
        self.meter = meter or NoMeter()
        self.timekeeper = Timekeeper(lanes, presence, self.meter)
        self.stopping = threading.Event()
        # a token is never used twice under one name; a take whose reply was lost is given back before the next
        self.tokens = itertools.count(1)
        self.takes_in_doubt: list[tuple[str, int]] = []
        self._at_start: Callable[[], None] | None = None
        self._closers: tuple[Callable[[], None], ...] = ()
        self.add_middleware(_Lifecycle(forks))

    def is_bulks_turn(self, token: int) -> bool:
        """Tells whether a take is for bulk first: a share of them, so that what is interactive never stops all bulk."""
        return self._bulk_every > 0 and token % self._bulk_every == 0

    def on_close(self, *closers: Callable[[], None]) -> None:
        """Closes more with the broker: the Graph client, the Redis client."""
        self._closers = closers

    def at_start(self, look: Callable[[], None]) -> None:
        """Calls `look` once Redis knows this worker, in a thread of its own: nothing waits for it."""
        self._at_start = look

    def close(self) -> None:
        """Closes what the broker was given to close."""
        for closer in self._closers:
            closer()

    def start(self, threads: int) -> None:
        """Starts heartbeat and timer; `threads` chunks may be with worker threads at a time."""
        self.stopping.clear()
        self.slots.open(threads)
        self.presence.start()
        self.timekeeper.start()
        if self._at_start is not None:
            threading.Thread(target=self._look, name="outbound-start", daemon=True).start()

    def _look(self) -> None:
        if self._at_start is not None and self.presence.wait_until_known(KNOWN_S):
            self._at_start()

    def stop_taking(self) -> None:
        """Ends taking at once; calls in flight go on, and the heartbeat with them."""
        self.stopping.set()
        try:
            self.lanes.signal(f"wake:{self.presence.name}")
        except redis.RedisError:
            log.debug("wake.failed")

    def say_goodbye(self) -> None:
        """Returns what is left, and makes this worker unknown, after the last chunk was settled."""
        self.stopping.set()
        self.timekeeper.stop()
        self.presence.stop()
        try:
            returned = self.lanes.goodbye(self.presence.name)
        except redis.RedisError as error:
            log.warning("goodbye.failed", error=type(error).__name__)
            return
        if returned:
            log.warning("goodbye.returned", commands=returned)

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 30_000) -> "LaneConsumer":  # noqa: ARG002 (Dramatiq's signature)
        """Returns the consumer of the one queue."""
        return LaneConsumer(self)

    def declare_queue(self, queue_name: str) -> None:
        """Does nothing but tell Dramatiq that the one queue is there.

        Raises:
            ValueError: the queue has another name.
        """
        if queue_name != QUEUE:
            raise ValueError(
                f"the lane broker has one queue, {QUEUE!r}: use Dramatiq's own brokers for other actors"
            )
        self.emit_before("declare_queue", queue_name)
        self.emit_after("declare_queue", queue_name)

    def enqueue(
        self,
        message: "dramatiq.Message[object]",  # noqa: ARG002 (Dramatiq's signature)
        *,
        delay: int | None = None,  # noqa: ARG002 (Dramatiq's signature)
    ) -> "dramatiq.Message[object]":
        """Refuses: commands come from producers.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError("commands are enqueued by producer.Producer, not by actor.send()")


class LaneConsumer(Consumer):
    """Takes a chunk for each free thread, and waits without polling while there is nothing to take."""

    def __init__(self, broker: LaneBroker) -> None:
        self._broker = broker

    def __next__(self) -> MessageProxy | None:
        """Returns a chunk as a message, or None when none came within a few seconds."""
        broker = self._broker
        broker.meter.beat("consumer")
        if broker.stopping.is_set():
            time.sleep(STOPPED_S)
            return None
        if not broker.slots.wait_free(RETRY_S):
            return None
        name = broker.presence.name
        if not broker.presence.wait_until_known(RETRY_S) or not broker.presence.may_begin(name):
            time.sleep(0.01)
            return None
        try:
            return self._take(name)
        except redis.RedisError as error:
            broker.presence.lost_connection()
            broker.meter.redis_failed("take")
            log.debug("take.failed", error=type(error).__name__)
            time.sleep(RETRY_S)
            return None

    def _take(self, name: str) -> MessageProxy | None:
        broker = self._broker
        while broker.takes_in_doubt:
            broker.lanes.give_back(*broker.takes_in_doubt[-1], refund=True)
            broker.takes_in_doubt.pop()
        if broker.presence.outage_passed.is_set():
            self._return_unknown(name)
        token = next(broker.tokens)
        room = broker.circuit.room(CHUNK_MAX, token=token)
        if not room:  # Graph is down, and its probe is out or not yet due
            time.sleep(CIRCUIT_S)
            return None
        broker.takes_in_doubt.append((name, token))
        try:
            took = broker.lanes.take(
                name, token, broker.presence.profile, limit=room, bulk_first=broker.is_bulks_turn(token)
            )
        except BaseException:
            broker.circuit.give_probe_back(token)
            raise
        broker.takes_in_doubt.pop()
        if took.chunk is not None:
            return self._message(took.chunk)
        broker.circuit.give_probe_back(token)
        if took.reaped:
            broker.presence.was_reaped(name)
        elif took.elsewhere:
            time.sleep(ELSEWHERE_S)
        elif not took.again:
            broker.lanes.wait_for_any((f"wake:{name}", "wake"), IDLE_S)
        return None

    def _return_unknown(self, name: str) -> None:
        """Returns the chunks that Redis holds for this worker and no thread has.

        A server that lost its last writes (a power cut, a failover) may know a chunk that was settled since.
        """
        broker = self._broker
        broker.presence.outage_passed.clear()
        try:
            held = broker.slots.tokens()
            for token in broker.lanes.tokens_of(name):
                if token not in held:
                    returned = broker.lanes.give_back(name, token)
                    log.warning("chunk.returned", chunk=f"{name}#{token}", commands=returned)
        except redis.RedisError:
            broker.presence.outage_passed.set()
            raise

    def _message(self, chunk: Chunk) -> MessageProxy:
        message: dramatiq.Message[object] = dramatiq.Message(
            queue_name=QUEUE, actor_name=ACTOR, args=(chunk,), kwargs={}, options={}
        )
        self._broker.slots.occupy(message.message_id, chunk.token)
        return MessageProxy(message)

    def ack(self, message: MessageProxy) -> None:
        """Makes the thread free."""
        self._broker.slots.release(message.message_id)

    def nack(self, message: MessageProxy) -> None:
        """Makes the thread free."""
        self._broker.slots.release(message.message_id)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Returns chunks that no thread has begun to the head of their lanes."""
        for message in messages:
            chunk = message.args[0]
            if isinstance(chunk, Chunk):
                self._broker.circuit.give_probe_back(chunk.token)
                self._broker.lanes.give_back(chunk.worker, chunk.token, refund=True)
            self._broker.slots.release(message.message_id)
