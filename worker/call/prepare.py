"""From a chunk to the calls that it needs, and the settlements of what cannot become one."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import structlog

from producer.commands import Command, SendBatch, SendMessage, UploadAttachment, attached, decode
from producer.errors import InvalidCommandError
from worker.call.endpoints import CallContext, call_for, part_call
from worker.call.endpoints.call import token_of
from worker.call.graph.signing import Signed, signed, text_of
from worker.call.origin import Origin
from worker.config.credentials import Credentials, Keyring
from worker.config.pages import Page, Pages
from worker.engine.chunk import Chunk, Settlement, Taken

# The letter among a command's options that says that bytes travel beside it.
WITH_BYTES: Final = "k"
LACKING_DELAY_MS: Final = 1_000
LACKING: Final = b'{"reason":"this worker no longer has a token for the Page"}'

log = structlog.get_logger("outbound.delivery")


class Job(msgspec.Struct, frozen=True):
    """One command and the calls that it makes: one, or several for linked parts of an explicit batch."""

    taken: Taken
    command: Command
    calls: Sequence[Signed]

    @property
    def origin(self) -> Origin:
        """Where the answer to this job comes from."""
        return Origin(self.command, self.calls, self.taken.id)


class Prepared(msgspec.Struct, frozen=True):
    """What a chunk asks of Graph, and the settlements of commands that cannot be asked."""

    jobs: list[Job]
    spoiled: list[Settlement]


def prepare(
    chunk: Chunk,
    pages: Pages,
    version: tuple[int, int],
    bytes_of: Callable[[str], bytes | None] = lambda _: None,
    *,
    ids_in_metadata: bool = False,
) -> Prepared:
    """Returns the jobs of a chunk; one command that is spoiled does not stop the others.

    Args:
        chunk: what was taken.
        pages: the Pages with their tokens, as they are now.
        version: of Graph, as (major, minor).
        bytes_of: gives the bytes that travel beside a command, by its id, or None when they are gone.
        ids_in_metadata: whether messages carry their command's id in `metadata`, where the caller put nothing there.
    """
    prepared = Prepared([], [])
    rings: dict[str, Ring] = {}
    for taken in chunk.commands:
        page = pages.by_id.get(taken.page)
        if page is None:  # its token was taken away after the chunk was taken
            prepared.spoiled.append(Settlement(taken.id, "retry", "", LACKING_DELAY_MS, LACKING))
            continue
        ring = rings.get(page.id) or rings.setdefault(page.id, ring_of(page, pages, version))
        try:
            command = decode(taken.type, taken.body)
        except (InvalidCommandError, msgspec.MsgspecError) as error:
            prepared.spoiled.append(_quarantined(taken, error))
            continue
        try:
            if WITH_BYTES in taken.options:
                command = _with_bytes(command, bytes_of(taken.id))
            if ids_in_metadata and isinstance(command, SendMessage) and "metadata" not in command.message:
                message = {**command.message, "metadata": taken.id}
                command = msgspec.structs.replace(command, message=message)
            calls = _calls_of(command, ring)
        except InvalidCommandError as error:
            prepared.spoiled.append(_refused(taken, str(error)))
            continue
        prepared.jobs.append(Job(taken, command, calls))
    return prepared


class Ring(msgspec.Struct, frozen=True):
    """What the calls of one Page are made and signed with."""

    context: CallContext
    keyring: Keyring
    own: Credentials

    def signed(self, command: Command) -> Signed:
        """Returns the one call of a command, signed."""
        return signed(call_for(command, self.context), self.keyring, own=self.own)


def ring_of(page: Page, pages: Pages, version: tuple[int, int]) -> Ring:
    """Returns what the calls of a Page are made and signed with."""
    keyring = pages.keyring(page)
    return Ring(CallContext(app_id=page.app_id, version=version), keyring, keyring.credentials())


def _with_bytes(command: Command, content: bytes | None) -> Command:
    if not isinstance(command, SendMessage | UploadAttachment):
        return command
    if content is None:
        raise InvalidCommandError("filedata", "the bytes are no longer in Redis: send the command again")
    return attached(command, content)


def _calls_of(command: Command, ring: Ring) -> list[Signed]:
    if not isinstance(command, SendBatch):
        return [ring.signed(command)]
    keyring, own = ring.keyring, ring.own
    if command.access_token is not None:
        token = text_of(token_of(command.access_token), keyring)
        keyring = msgspec.structs.replace(keyring, access_token=token or "")
        own = keyring.credentials()
    pairs = (part_call(item, ring.context) for item in command.parts)
    return [signed(call, keyring, link, own=own) for call, link in pairs]


def _quarantined(taken: Taken, error: Exception) -> Settlement:
    log.error(
        "command.quarantined", id=taken.id, page=taken.page, type=taken.type, error=type(error).__name__
    )
    reason = f"its bytes do not decode as {taken.type}: {error}"
    return Settlement(taken.id, "quarantine", "d", 0, msgspec.json.encode({"reason": reason}))


def _refused(taken: Taken, reason: str) -> Settlement:
    log.warning("command.refused", id=taken.id, page=taken.page, type=taken.type, reason=reason)
    return Settlement(taken.id, "refused", "d", 0, msgspec.json.encode({"reason": reason}))
