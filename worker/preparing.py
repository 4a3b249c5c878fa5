"""From a chunk to the calls that it needs, and the settlements of what cannot become one."""

from collections.abc import Sequence

import msgspec
import structlog

from producer.commands import Command, SendBatch, decode
from producer.errors import InvalidCommandError
from worker.calls import Call, CallContext, Token, call_for, part_call
from worker.graph.client import Signed
from worker.graph.credentials import Credentials
from worker.lanes import Chunk, Settlement, Taken
from worker.pages import Page, Pages

log = structlog.get_logger("outbound.delivery")


class Job(msgspec.Struct, frozen=True):
    """One command and the calls that it makes: one, or several for linked parts of an explicit batch."""

    taken: Taken
    calls: Sequence[Signed]


class Prepared(msgspec.Struct, frozen=True):
    """What a chunk asks of Graph, and the settlements of commands that cannot be asked."""

    jobs: list[Job]
    spoiled: list[Settlement]


class MissingSecretError(Exception):
    """A command names a secret, or needs an app, that this worker's Pages do not have."""


def prepare(chunk: Chunk, pages: Pages, version: tuple[int, int]) -> Prepared:
    """Returns the jobs of a chunk; one command that is spoiled does not stop the others."""
    prepared = Prepared([], [])
    for taken in chunk.commands:
        page = pages.by_id.get(taken.page)
        if page is None:  # its token was taken away after the chunk was taken
            prepared.spoiled.append(Settlement(taken.id, "return"))
            continue
        try:
            command = decode(taken.type, taken.body)
        except (InvalidCommandError, msgspec.MsgspecError) as error:
            prepared.spoiled.append(_quarantined(taken, error))
            continue
        try:
            calls = _calls_of(command, page, pages, CallContext(app_id=page.app_id, version=version))
        except (InvalidCommandError, MissingSecretError) as error:
            prepared.spoiled.append(_refused(taken, str(error)))
            continue
        prepared.jobs.append(Job(taken, calls))
    return prepared


def _calls_of(command: Command, page: Page, pages: Pages, context: CallContext) -> list[Signed]:
    if not isinstance(command, SendBatch):
        call = call_for(command, context)
        return [Signed(call, _credentials(call, page, pages))]
    signed = []
    for item in command.parts:
        call, link = part_call(item, context)
        signed.append(Signed(call, _credentials(call, page, pages), link))
    return signed


def _credentials(call: Call, page: Page, pages: Pages) -> Credentials:
    return Credentials(_token_text(call.token, page, pages), page.app_id, page.app_secret)


def _token_text(token: Token, page: Page, pages: Pages) -> str:
    match token.source:
        case "page_token":
            return page.access_token
        case "app_token" if page.app_id and page.app_secret:
            return f"{page.app_id}|{page.app_secret}"
        case "secret" if token.value in pages.secrets:
            return pages.secrets[token.value]
        case "secret":
            raise MissingSecretError(f"the Pages file has no secret named {token.value!r} under [secrets]")
        case _:
            raise MissingSecretError(f"the Pages file has no app_id and app_secret for Page {page.id}")


def _quarantined(taken: Taken, error: Exception) -> Settlement:
    log.error(
        "command.quarantined", id=taken.id, page=taken.page, type=taken.type, error=type(error).__name__
    )
    reason = f"its bytes do not decode as {taken.type}: {error}"
    return Settlement(taken.id, "quarantine", "d", 0, msgspec.json.encode({"reason": reason}))


def _refused(taken: Taken, reason: str) -> Settlement:
    log.warning("command.refused", id=taken.id, page=taken.page, type=taken.type, reason=reason)
    return Settlement(taken.id, "refused", "d", 0, msgspec.json.encode({"reason": reason}))
