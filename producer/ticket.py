"""Tickets: ask at any moment, from any process, what became of a command."""

import time
from datetime import UTC, datetime
from functools import cache
from typing import Final, Generic, Literal, TypeVar, cast

import msgspec
import redis

from producer.errors import NotSentError, OutboundError, OutcomeTimeoutError, QueueUnavailableError
from producer.graph_errors import Facts, GraphError, NoAnswer
from producer.keys import Keys
from producer.policy import Policy
from producer.scripting import Script

OutcomeName = Literal["sent", "refused", "exhausted", "expired", "cancelled", "unknown"]

Reply_co = TypeVar("Reply_co", covariant=True)

POLL_S: Final = 1.0
RESULT_TIMEOUT_S: Final = 60.0
SLACK_S: Final = 30


@cache
def _cancel() -> Script:
    return Script("cancel")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ended.

    `name` is `sent` (Graph answered with success; `reply` is its answer), `refused` (`reason` says why), `exhausted`
    (attempts used up), `expired`, `cancelled`, or `unknown` (it may have been sent; a later proof can make it `sent`).
    `possibly_repeated`: an attempt before the last may have reached the person too. `answer` holds Graph's codes and
    texts of a refusal; `code` and `headers` are those of a part of a batch.
    """

    name: OutcomeName
    at: datetime
    attempts: int
    page: str
    type: str
    possibly_repeated: bool = False
    reply: object = None
    reason: str | None = None
    answer: dict[str, object] | None = None
    code: int | None = None
    headers: list[dict[str, str]] | None = None

    @property
    def sent(self) -> bool:
        """Tells whether Graph answered with success."""
        return self.name == "sent"

    def facts(self) -> Facts | None:
        """Returns what Graph said when it refused, or None when it has not answered."""
        if self.answer is None or self.answer.get("status") is None:
            return None
        known = {name: value for name, value in self.answer.items() if name in Facts.__struct_fields__}
        return msgspec.convert(known, Facts)

    def error(self) -> OutboundError | None:
        """Returns what the direct client would have raised, or None for what was sent."""
        if self.sent:
            return None
        facts = self.facts()
        if facts is not None and self.name in {"refused", "exhausted", "unknown"}:
            return GraphError(facts)
        if self.name in {"exhausted", "unknown"}:
            return NoAnswer(self.reason or "no answer came", may_have_arrived=True)
        return NotSentError(self.name, self.reason)


class _Detail(msgspec.Struct):
    reply: object = None
    reason: str | None = None
    answer: dict[str, object] | None = None
    code: int | None = None
    headers: list[dict[str, str]] | None = None


def outcome_of(value: bytes) -> Outcome:
    """Returns an outcome as it lies in Redis in the form for people."""
    name, attempts, at_ms, flags, page, kind, detail = value.split(b"|", 6)
    fields = msgspec.json.decode(detail, type=_Detail)
    return Outcome(
        name=cast("OutcomeName", name.decode()),
        at=datetime.fromtimestamp(int(at_ms) / 1000, UTC),
        attempts=int(attempts),
        page=page.decode(),
        type=kind.decode(),
        possibly_repeated=b"r" in flags,
        reply=fields.reply,
        reason=fields.reason,
        answer=fields.answer,
        code=fields.code,
        headers=fields.headers,
    )


class Ticket(Generic[Reply_co]):
    """One accepted command, by its `id`; valid in any process for as long as outcomes are kept.

    `Reply_co` is the type of what the same method gives back when it is called directly.
    """

    def __init__(self, command_id: str, client: "redis.Redis", keys: Keys) -> None:
        self.id = command_id
        self._client = client
        self._keys = keys

    def __repr__(self) -> str:
        return f"<Ticket {self.id}>"

    def outcome(self) -> Outcome | None:
        """Returns how the command ended, or None while it is on its way (or its outcome is no longer kept).

        Raises:
            QueueUnavailableError: Redis was not reached.
        """
        try:
            value = self._client.get(self._keys.outcome(self.id))
        except redis.RedisError as error:
            raise QueueUnavailableError(
                f"Redis was not reached ({type(error).__name__}): ask its ticket again"
            ) from error
        return outcome_of(cast("bytes", value)) if value is not None else None

    def cancel(self) -> bool:
        """Ends the command if no worker has it yet; True only if it will surely not be sent.

        False when it has ended already, when a worker has it at this moment, or when an earlier attempt may have
        arrived: that one is not tried again, and ends `unknown`.

        Raises:
            QueueUnavailableError: Redis was not reached; cancelling again is safe.
        """
        try:
            return _cancel().run(self._client, self._keys.prefix, (self.id, Policy().encoded(), "")) == 1
        except redis.RedisError as error:
            raise QueueUnavailableError(
                f"Redis was not reached ({type(error).__name__}): try again"
            ) from error

    def result(self, timeout_s: float = RESULT_TIMEOUT_S) -> Reply_co:
        """Returns what the method gives back when it is called directly, or raises what it would raise.

        Tokens that Graph puts into a reply, such as those of `paging.next`, are taken out.

        Args:
            timeout_s: how long to wait for the command to end.

        Raises:
            GraphError: Graph refused it, on the last attempt.
            NoAnswer: it may have been sent, and no answer came.
            NotSentError: it expired, was cancelled, or could not be made into a request.
            OutcomeTimeoutError: it has not ended within `timeout_s` seconds; it is still on its way.
            QueueUnavailableError: Redis was not reached.
        """
        outcome = self.wait(timeout_s)
        error = outcome.error()
        if error is not None:
            raise error
        return cast("Reply_co", outcome.reply)

    def wait(self, timeout_s: float) -> Outcome:
        """Returns how the command ended, waiting up to `timeout_s` seconds for it.

        Raises:
            OutcomeTimeoutError: it has not ended yet.
            QueueUnavailableError: Redis was not reached.
        """
        deadline = time.monotonic() + timeout_s
        found = self.outcome()
        if found is not None:
            return found
        done = self._keys.done(self.id)
        try:
            until_ms = int((time.time() + timeout_s + SLACK_S) * 1000)
            self._client.zadd(self._keys.of("waiters"), {self.id: until_ms})
            while (found := self.outcome()) is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise OutcomeTimeoutError(
                        f"{self.id} has not ended within {timeout_s:g} s; it is still on its way: ask its ticket again"
                    )
                if self._client.blpop([done], timeout=max(0.001, round(min(left, POLL_S), 3))) is not None:
                    # others may wait for the same command
                    pipe = self._client.pipeline()
                    pipe.rpush(done, "1")
                    pipe.pexpire(done, 60_000)
                    pipe.execute()
        except redis.RedisError as error:
            raise QueueUnavailableError(
                f"Redis was not reached ({type(error).__name__}): ask its ticket again"
            ) from error
        return found
