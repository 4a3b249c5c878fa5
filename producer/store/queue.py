"""The queue's writing side: accepts commands in Redis, all of a call or none, once each."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from typing import Final, cast

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from producer.errors import IdempotencyError, QueueFullError, QueueUnavailableError, SettingsError
from producer.store.keys import PREFIX_DEFAULT, Keys
from producer.store.refusals import refusal_of
from producer.store.scripting import Running, Script
from producer.store.wire import Wire
from producer.tracing.traces import Enqueuing, enqueuing

CONNECT_TIMEOUT_S: Final = 5.0
ANSWER_TIMEOUT_S: Final = 10.0
TRIES_AGAIN: Final = 3
PAGE_QUEUE_MAX: Final = 5_000_000
# The bytes of a command lie alone for this long until the command is put.
BYTES_ALONE_MS: Final = 15 * 60 * 1000
# What the scripts answer instead of a count.
PAGE_FULL, REPEATED, DIFFERENT, BYTES_GONE = -1, -2, -3, -4
URL_INVALID: Final = (
    "the Redis URL is not valid: its form is redis://user:password@host:6379/0, "
    "with / as %2F, # as %23 and ? as %3F in a password"
)
FULL: Final = (
    "Redis is at its maxmemory and takes no more commands: nothing was accepted; "
    "let the workers drain the queue, or give the server more memory"
)

Arguments = Sequence[str | bytes]


def connect(redis_url: str) -> "redis.Redis":
    """Returns a client of a Redis or Valkey server, with time-outs on everything; connects when it is first used.

    Raises:
        SettingsError: the URL is none of Redis.
    """
    if not redis_url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError("the Redis URL must begin with redis://, rediss:// or unix://")
    try:
        client = redis.Redis.from_url(
            redis_url,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=ANSWER_TIMEOUT_S,
            retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), TRIES_AGAIN),
        )
        client.connection_pool.connection_class(**client.connection_pool.connection_kwargs)
    except (ValueError, TypeError):  # whose text may show a part of the password
        raise SettingsError(URL_INVALID) from None
    return client


class Queue:
    """One installation's queue on one server; safe to share between threads, and after a fork."""

    def __init__(
        self, client: "redis.Redis", *, prefix: str = PREFIX_DEFAULT, page_queue_max: int = PAGE_QUEUE_MAX
    ) -> None:
        self.client = client
        self.wire = Wire(client)
        self.keys = Keys(prefix)
        self.page_queue_max = page_queue_max
        self._enqueue = Script("enqueue")
        self._enqueue_once = Script("enqueue_once")

    def put(self, commands: Iterable[Arguments], *, and_more: int = 0) -> int:
        """Accepts commands, all or none, and returns how many were new; ids that are known already change nothing.

        At most 1,000 at a time; `and_more` must fit into the Page's queue after them.

        Raises:
            QueueFullError: Redis is at its `maxmemory`, or a Page's queue is full: nothing was accepted.
            QueueUnavailableError: Redis was not reached; the same ids may be put again.
        """
        return self.begin_put(commands, and_more=and_more).finish()

    def begin_put(self, commands: Iterable[Arguments], *, and_more: int = 0) -> "Putting":
        """Sends commands on their way; they are accepted once `Putting.finish` returns."""
        span = enqueuing()
        arguments = together(("", self.page_queue_max - and_more), commands, span)
        return Putting(self, self._enqueue.send(self.wire, self.keys.prefix, arguments), span)

    def close(self) -> None:
        """Closes the connections; a later call opens new ones."""
        self.wire.close()
        self.client.close()

    def put_once(
        self,
        commands: Iterable[Arguments],
        *,
        key: str,
        digest: str,
        ticket: str,
        keep_ms: int,
        and_more: int = 0,
    ) -> str:
        """Accepts commands unless `key` stands for them already; returns the id of the first ticket.

        Args:
            commands: what the key stands for.
            key: the Page's id, a colon, and the caller's key.
            digest: of the commands, hexadecimal.
            ticket: id of their ticket.
            keep_ms: for how long the key is kept.
            and_more: as `put`.

        Raises:
            IdempotencyError: the key stands for something else.
            QueueFullError: as `put`.
            QueueUnavailableError: as `put`.
        """
        once = ("", self.page_queue_max - and_more, key, digest, ticket, keep_ms)
        span = enqueuing()
        with span or nullcontext():
            answer = self._accepted(self._enqueue_once, together(once, commands, span))
        return first_of(answer, ticket)

    def put_bytes(self, command_id: str, content: bytes) -> None:
        """Stores the bytes of a command before it is put; without it they are gone after some minutes.

        Those that lie there already stay.

        Raises:
            QueueFullError: Redis is at its `maxmemory`.
            QueueUnavailableError: Redis was not reached.
        """
        try:
            self.client.set(self.keys.blob(command_id), content, px=BYTES_ALONE_MS, nx=True)
        except redis.RedisError as error:
            raise refused(error) from error

    def drop_bytes(self, command_id: str) -> None:
        """Forgets the bytes of a command that was not put after all; those of others expire by themselves."""
        with suppress(redis.RedisError):
            self.client.delete(self.keys.blob(command_id))

    def _accepted(self, script: Script, arguments: Sequence[str | bytes | int]) -> list[int | bytes]:
        try:
            answer = cast("list[int | bytes]", script.run(self.wire, self.keys.prefix, arguments))
        except redis.RedisError as error:
            raise refused(error) from error
        return granted(answer, self.page_queue_max)


class Putting:
    """Commands on their way to the server, which accepts all or none of them."""

    def __init__(self, queue: Queue, run: Running, span: Enqueuing | None) -> None:
        self._queue = queue
        self._run = run
        self._span = span

    def finish(self) -> int:
        """Returns how many of the commands were new, once the server has accepted them.

        Raises:
            QueueFullError: as `Queue.put`.
            QueueUnavailableError: as `Queue.put`.
        """
        span, self._span = self._span, None
        with span or nullcontext():
            try:
                answer = cast("list[int | bytes]", self._run.finish())
            except redis.RedisError as error:
                raise refused(error) from error
            return cast("int", granted(answer, self._queue.page_queue_max)[0])

    def abandon(self) -> None:
        """Leaves the answer unread, where it was not read: the commands may be accepted or not."""
        self._run.abandon()
        if self._span is not None:
            self._span.end(failed=True)
            self._span = None


def together(
    first: Iterable[str | bytes | int], commands: Iterable[Arguments], span: Enqueuing | None
) -> list[str | bytes | int]:
    """Returns the arguments of a script of enqueueing: what comes first, then each command, with its trace if any."""
    arguments = list(first)
    if span is not None:
        commands = map(span.marked, commands)
    for each in commands:
        arguments += each
    return arguments


def granted(answer: list[int | bytes], page_queue_max: int) -> list[int | bytes]:
    """Returns what a script of enqueueing answered, unless it accepted nothing.

    Raises:
        QueueFullError: a Page's queue is full.
        QueueUnavailableError: the bytes of an upload are gone.
    """
    if answer[0] == PAGE_FULL:
        page = cast("bytes", answer[1]).decode()
        raise QueueFullError(
            f"{cast('int', answer[2]):,} commands wait for Page {page}, at most {page_queue_max:,} may: "
            "nothing was accepted; let the workers drain it, then send the command again"
        )
    if answer[0] == BYTES_GONE:
        raise QueueUnavailableError(
            "Redis no longer has the bytes of the upload: nothing was accepted; "
            "send the command again, or use a URL"
        )
    return answer


def first_of(answer: list[int | bytes], ticket: str) -> str:
    """Returns the ticket that a key stands for: `ticket` when the key is new; raises `IdempotencyError`."""
    if answer[0] not in {REPEATED, DIFFERENT}:
        return ticket
    first = cast("bytes", answer[1]).decode()
    if answer[0] == DIFFERENT:
        raise IdempotencyError(
            f"idempotency_key: stands for another command already, whose ticket is {first}; "
            "use a key of its own for each command"
        )
    return first


def refused(error: redis.RedisError) -> QueueFullError | QueueUnavailableError:
    """Returns what a failure of Redis to accept a command is called here, with what to do."""
    if isinstance(error, redis.exceptions.OutOfMemoryError):
        return QueueFullError(FULL)
    return unavailable(error)


def unavailable(error: redis.RedisError) -> QueueUnavailableError:
    """Returns what a failure of Redis is called here, with what to do."""
    refusal = refusal_of(error)
    if refusal is not None:
        return QueueUnavailableError(str(refusal))
    if isinstance(error, redis.ConnectionError | redis.TimeoutError):
        return QueueUnavailableError(
            "Redis was not reached: check that it runs at the URL that was given, then send the command again"
        )
    return QueueUnavailableError(
        f"Redis refused the command: {type(error).__name__}: {str(error)[:200]}; see `outbound doctor`"
    )
