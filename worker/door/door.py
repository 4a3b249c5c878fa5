"""The door itself: a request comes in, goes on the queue, and is answered as Graph answers it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import msgspec
import redis
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from producer.commands import Command
from producer.errors import (
    IdempotencyError,
    InvalidCommandError,
    OutcomeTimeoutError,
    QueueFullError,
    QueueUnavailableError,
)
from worker.call.endpoints import CallContext
from worker.door.answering import OK, TICKETS, Answer, answer_of, on_its_way, part_of, refused
from worker.door.asking import Asked
from worker.door.batches import Batch, batch_of
from worker.door.entering import Entry
from worker.door.keys import Caller, Doorkeeper
from worker.door.reading import read
from worker.door.refusing import Refusal, RefusedError, away, invalid
from worker.door.translating import command_of
from worker.door.waiting import Outcomes
from worker.door.wanting import Wanted, wanted
from worker.observe.reporting import tell_failure

JSON: Final = "application/json; charset=UTF-8"
Counted = Callable[[int], object]


class Door:
    """An ASGI application that takes what the Graph API takes.

    Args:
        entry: puts commands on the queue.
        outcomes: waits for what becomes of them.
        keeper: gives who knows the callers now; asked for each request.
        version: of Graph that the workers call, as (major, minor).
        answered: is told the status of each answer.
    """

    def __init__(
        self,
        entry: Entry,
        outcomes: Outcomes,
        keeper: Callable[[], Doorkeeper],
        version: tuple[int, int],
        answered: Counted = lambda _status: None,
    ) -> None:
        self._entry = entry
        self._outcomes = outcomes
        self._keeper = keeper
        self._version = version
        self._answered = answered

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        """Answers one request."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 (a defect of ours, which is answered all the same)
            tell_failure("door.failed", error)
            answer = refused(
                Refusal(status=500, code=1, message="(#1) An unknown error occurred", transient=True)
            )
        self._answered(answer.status)
        content = msgspec.json.encode(answer.value)
        await Response(content, answer.status, answer.headers, media_type=JSON)(scope, receive, send)

    async def _answer(self, request: Request) -> Answer:
        try:
            asked = await read(request)
            if request.url.path.startswith(TICKETS):
                return await self._told(asked, request.url.path.removeprefix(TICKETS))
            how = wanted(request.headers, asked.wait)
            batch = batch_of(asked)
            return await (self._one(asked, how) if batch is None else self._many(asked, batch, how))
        except _REFUSED as error:
            return refused(_refusal_of(error))

    async def _told(self, asked: Asked, ticket: str) -> Answer:
        """Returns what became of a command, to whoever may ask for its Page."""
        caller = self._keeper().caller(asked.token, "")
        outcome = await self._entry.ticket(ticket).outcome()
        if outcome is None:
            return on_its_way(ticket)
        if outcome.page != caller.page:
            return refused(invalid("there is no such ticket for this token"))
        return answer_of(outcome, None)

    async def _one(self, asked: Asked, how: Wanted) -> Answer:
        caller, command = self._command(asked)
        ticket = await self._entry.with_options(page=caller.page, **how.options).put(command)
        outcomes = await self._outcomes.of([ticket], how.wait_s) if how.wait_s else None
        return on_its_way(ticket) if outcomes is None else answer_of(outcomes[0], command)

    def _command(self, asked: Asked) -> tuple[Caller, Command]:
        keeper = self._keeper()
        caller = keeper.caller(asked.token, asked.path)
        if asked.path == "debug_token":
            caller = keeper.inspecting(caller, dict(asked.query).get("input_token", ""))
        context = CallContext(app_id=caller.known.app_id, version=self._version)
        return caller, command_of(asked, caller, context)

    async def _many(self, whole: Asked, batch: Batch, how: Wanted) -> Answer:
        if batch.linked is not None:
            return await self._linked(whole, batch, batch.linked, how)
        put = [await self._put(part, how, place) for place, part in enumerate(batch.parts)]
        tickets = [each[0] for each in put if isinstance(each, tuple)]
        outcomes = await self._outcomes.of(tickets, how.wait_s) if how.wait_s else None
        ended = dict(zip(tickets, outcomes, strict=True)) if outcomes is not None else {}
        answers = [
            each
            if isinstance(each, Answer)
            else answer_of(ended[each[0]], each[1])
            if each[0] in ended
            else on_its_way(each[0])
            for each in put
        ]
        return Answer(OK, [part_of(each, include_headers=batch.include_headers) for each in answers])

    async def _put(self, part: Asked, how: Wanted, place: int) -> tuple[str, Command] | Answer:
        """Enqueues a part, or returns why not: a part that is refused stops no other."""
        options = dict(how.options)
        if "idempotency_key" in options:  # each part is a command of its own
            options["idempotency_key"] = f"{options['idempotency_key']}/{place}"
        try:
            caller, command = self._command(part)
            return await self._entry.with_options(page=caller.page, **options).put(command), command
        except _REFUSED as error:
            return refused(_refusal_of(error))

    async def _linked(
        self, whole: Asked, batch: Batch, parts: Sequence[dict[str, object]], how: Wanted
    ) -> Answer:
        callers = {self._keeper().caller(part.token or whole.token, part.path).page for part in batch.parts}
        if len(callers) > 1:
            return refused(invalid("parts that depend on each other must have one token"))
        producer = self._entry.with_options(page=callers.pop(), **how.options)
        ticket = await producer.send_batch(list(parts), include_headers=batch.include_headers)
        try:
            replies = await ticket.result(how.wait_s) if how.wait_s else None
        except OutcomeTimeoutError:
            replies = None
        if replies is None:
            return on_its_way(ticket.id)
        return Answer(OK, [_as_text(reply) for reply in replies])


def _as_text(reply: Any) -> object:  # noqa: ANN401 (a part's reply, or None)
    if reply is None:
        return None
    return {**reply, "body": msgspec.json.encode(reply["body"]).decode()}


_REFUSED: Final = (
    RefusedError,
    InvalidCommandError,
    IdempotencyError,
    QueueFullError,
    QueueUnavailableError,
    redis.RedisError,
)


def _refusal_of(error: Exception) -> Refusal:
    match error:
        case RefusedError():
            return error.refusal
        case InvalidCommandError() | IdempotencyError():
            return invalid(str(error))
        case redis.RedisError():
            return away(f"Redis was not reached ({type(error).__name__}): ask again")
        case _:
            return away(str(error))
