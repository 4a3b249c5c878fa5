"""From a chunk to the calls that it needs, and the settlements of what cannot become one."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, Final

import msgspec
import redis
import structlog

from producer.commands import (
    BatchItem,
    Command,
    Part,
    SendBatch,
    SendMessage,
    UploadAttachment,
    attached,
    decode,
)
from producer.commands.codec import tag_of
from producer.errors import InvalidCommandError
from worker.call.endpoints import CallContext, call_for, part_call
from worker.call.endpoints.call import token_of
from worker.call.graph.answers import Answer
from worker.call.graph.signing import Signed, signed, text_of
from worker.call.linked_parts import LinkedPart, linked_parts
from worker.call.origin import Origin
from worker.config.credentials import Credentials, Keyring
from worker.config.pages import Page, Pages
from worker.engine.chunk import Chunk, Settlement, Taken

LACKING_DELAY_MS: Final = 1_000
LACKING: Final = b'{"reason":"this worker no longer has a token for the Page"}'

log = structlog.get_logger("outbound.delivery")


class Job(msgspec.Struct, frozen=True):
    """One command and the calls that it makes: one, or several for linked parts of an explicit batch."""

    taken: Taken
    command: Command
    calls: Sequence[Signed]
    parts: Sequence[LinkedPart] = ()

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
    making = _Making(pages, version, bytes_of, ids_in_metadata)
    for taken in chunk.commands:
        made = making.job_of(taken)
        if isinstance(made, Job):
            prepared.jobs.append(made)
        else:
            prepared.spoiled.append(made)
    return prepared


class _Making(msgspec.Struct):
    """Makes the jobs of one chunk, one command after the other."""

    pages: Pages
    version: tuple[int, int]
    bytes_of: Callable[[str], bytes | None]
    ids_in_metadata: bool
    rings: dict[str, "Ring"] = {}

    def job_of(self, taken: Taken) -> Job | Settlement:
        """Returns what a command asks of Graph, or its settlement when it cannot be asked.

        Raises:
            redis.RedisError: the bytes beside it were not reached.
        """
        page = self.pages.by_id.get(taken.page)
        if page is None:  # its token was taken away after the chunk was taken
            return Settlement(taken.id, "retry", "", LACKING_DELAY_MS, LACKING)
        try:
            command = decode(taken.type, taken.body)
        except (InvalidCommandError, msgspec.MsgspecError) as error:
            return _quarantined(taken, error)
        except Exception as error:  # noqa: BLE001 (bytes nested deeper than the decoder goes, and what nobody foresaw)
            return _unbuilt(taken, error)
        try:
            parts = linked_parts(command, taken) if isinstance(command, SendBatch) else ()
            command = self._whole(taken, command)
            return Job(taken, command, _calls_of(command, self._ring(page)), parts)
        except redis.RedisError:
            raise
        except InvalidCommandError as error:
            return _refused(taken, str(error))
        except Exception as error:  # noqa: BLE001 (whatever it is, it is about this command alone)
            return _unbuilt(taken, error)

    def _ring(self, page: Page) -> "Ring":
        if page.id not in self.rings:
            self.rings[page.id] = ring_of(page, self.pages, self.version)
        return self.rings[page.id]

    def _whole(self, taken: Taken, command: Command) -> Command:
        """Returns a command with the bytes that travel beside it, and its id where an echo is to be known by it."""
        if taken.has_bytes:
            command = _with_bytes(command, self.bytes_of(taken.id))
        if self.ids_in_metadata and isinstance(command, SendMessage):
            return _named(command, taken.id)
        if self.ids_in_metadata and isinstance(command, SendBatch):
            parts = [_named_part(item, f"{taken.id}.{place}") for place, item in enumerate(command.parts)]
            return msgspec.structs.replace(command, parts=parts)
        return command


def _named(command: SendMessage, command_id: str) -> SendMessage:
    if "metadata" in command.message:
        return command
    return msgspec.structs.replace(command, message={**command.message, "metadata": command_id})


def _named_part(item: BatchItem, part_id: str) -> BatchItem:
    if isinstance(item, SendMessage):
        return _named(item, part_id)
    if isinstance(item, Part) and isinstance(item.command, SendMessage):
        return msgspec.structs.replace(item, command=_named(item.command, part_id))
    return item


class Asked(msgspec.Struct, frozen=True, dict=True):
    """What a chunk asks of Graph, encoded whole, and the settlements of commands that cannot be asked.

    `own_tokens`: the calls go in one batch under their app's token, each with a token of its own.
    """

    worker: str
    jobs: list[Job]
    requests: Sequence[Any]
    spoiled: list[Settlement]
    own_tokens: bool

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """Every text of the calls that nobody may read: an answer may hold those of another call of its request."""
        credentials = {id(call.credentials): call.credentials for job in self.jobs for call in job.calls}
        filled = [text for job in self.jobs for call in job.calls for text in call.filled]
        own = [text for each in credentials.values() for text in (*each.secrets, *each.for_app().secrets)]
        return tuple(dict.fromkeys((*own, *filled)))

    def paired(self, answers: Sequence[Answer]) -> Iterator[tuple[Job, Sequence[Answer]]]:
        """Yields each job with the answers to its calls."""
        first = 0
        for job in self.jobs:
            yield job, answers[first : first + len(job.calls)]
            first += len(job.calls)


def encoded(worker: str, prepared: Prepared, outgoing: Callable[[Sequence[Signed]], Sequence[Any]]) -> Asked:
    """Returns what was prepared as requests; a job that cannot be encoded is spoiled, and stops no other."""
    jobs, spoiled = prepared.jobs, prepared.spoiled
    try:
        return _asked(worker, jobs, spoiled, outgoing)
    except Exception:  # noqa: BLE001 (one of them cannot be encoded: they are tried one by one)
        sound: list[Job] = []
        for job in jobs:
            try:
                outgoing(job.calls)
            except Exception as error:  # noqa: BLE001 (whatever it is, it is about this job alone)
                spoiled.append(_unbuilt(job.taken, error))
            else:
                sound.append(job)
    return _asked(worker, sound, spoiled, outgoing)


def _asked(
    worker: str,
    jobs: list[Job],
    spoiled: list[Settlement],
    outgoing: Callable[[Sequence[Signed]], Sequence[Any]],
) -> Asked:
    calls = [call for job in jobs for call in job.calls]
    tokens = {call.credentials.access_token for call in calls}
    return Asked(worker, jobs, outgoing(calls) if calls else (), spoiled, own_tokens=len(tokens) > 1)


class Ring(msgspec.Struct, frozen=True):
    """What the calls of one Page are made and signed with."""

    context: CallContext
    keyring: Keyring
    own: Credentials

    def signed(self, command: Command) -> Signed:
        """Returns the one call of a command, signed."""
        return signed(
            call_for(command, self.context), self.keyring, own=self.own, method=tag_of(type(command))
        )


def ring_of(page: Page, pages: Pages, version: tuple[int, int]) -> Ring:
    """Returns what the calls of a Page are made and signed with."""
    keyring = pages.keyring(page)
    context = CallContext(app_id=page.app_id, version=version, platform=page.platform)
    return Ring(context, keyring, keyring.credentials())


def _with_bytes(command: Command, content: bytes | None) -> Command:
    if not isinstance(command, SendMessage | UploadAttachment):
        return command
    if content is None:
        raise InvalidCommandError("filedata", "the bytes are no longer in Redis: send the command again")
    return attached(command, content)


def _calls_of(command: Command, ring: Ring) -> list[Signed]:
    if not isinstance(command, SendBatch):
        return [ring.signed(command)]
    if not command.parts:
        raise InvalidCommandError("parts", "there are none")
    keyring, own = ring.keyring, ring.own
    if command.access_token is not None:
        token = text_of(token_of(command.access_token), keyring, tag_of(type(command)))
        keyring = msgspec.structs.replace(keyring, access_token=token or "")
        own = keyring.credentials()
    made: list[Signed] = []
    for item in command.parts:
        call, link = part_call(item, ring.context)
        made.append(
            signed(
                call,
                keyring,
                link,
                own=own,
                method=tag_of(type(item.command if isinstance(item, Part) else item)),
            )
        )
    return made


def _quarantined(taken: Taken, error: Exception) -> Settlement:
    log.error(
        "command.quarantined", id=taken.id, page=taken.page, type=taken.type, error=type(error).__name__
    )
    reason = f"its bytes do not decode as {taken.type}: {error}"
    return Settlement(taken.id, "quarantine", "d", 0, msgspec.json.encode({"reason": reason}))


def _unbuilt(taken: Taken, error: Exception) -> Settlement:
    """Returns what becomes of a command that decodes, and that nothing can be made of; the error's text stays here."""
    kind = type(error).__name__
    log.error("command.quarantined", id=taken.id, page=taken.page, type=taken.type, error=kind)
    reason = f"no request can be made of it ({kind})"
    return Settlement(taken.id, "quarantine", "d", 0, msgspec.json.encode({"reason": reason}))


def _refused(taken: Taken, reason: str) -> Settlement:
    log.warning("command.refused", id=taken.id, page=taken.page, type=taken.type, reason=reason)
    return Settlement(taken.id, "refused", "d", 0, msgspec.json.encode({"reason": reason}))
