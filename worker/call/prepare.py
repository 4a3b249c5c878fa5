"""From a chunk to the calls that it needs, and the settlements of what cannot become one."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, Final

import msgspec
import structlog

from producer.commands import Command, Part, SendBatch, SendMessage, UploadAttachment, attached, decode
from producer.commands.codec import tag_of
from producer.errors import InvalidCommandError
from worker.call.endpoints import CallContext, call_for, part_call
from worker.call.endpoints.call import token_of
from worker.call.graph.answers import Answer
from worker.call.graph.signing import Signed, signed, text_of
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
        except Exception as error:  # noqa: BLE001 (bytes nested deeper than the decoder goes, and what nobody foresaw)
            prepared.spoiled.append(_unbuilt(taken, error))
            continue
        content = bytes_of(taken.id) if taken.has_bytes else None
        try:
            if taken.has_bytes:
                command = _with_bytes(command, content)
            if ids_in_metadata and isinstance(command, SendMessage) and "metadata" not in command.message:
                message = {**command.message, "metadata": taken.id}
                command = msgspec.structs.replace(command, message=message)
            calls = _calls_of(command, ring)
        except InvalidCommandError as error:
            prepared.spoiled.append(_refused(taken, str(error)))
            continue
        except Exception as error:  # noqa: BLE001 (whatever it is, it is about this command alone)
            prepared.spoiled.append(_unbuilt(taken, error))
            continue
        prepared.jobs.append(Job(taken, command, calls))
    return prepared


class Asked(msgspec.Struct, frozen=True, dict=True):
    """What a chunk asks of Graph, encoded whole, and the settlements of commands that cannot be asked."""

    worker: str
    jobs: list[Job]
    requests: Sequence[Any]
    spoiled: list[Settlement]

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """Every text of the calls that nobody may read: an answer may hold those of another call of its request."""
        credentials = {id(call.credentials): call.credentials for job in self.jobs for call in job.calls}
        filled = [text for job in self.jobs for call in job.calls for text in call.filled]
        own = [text for each in credentials.values() for text in (*each.secrets, *each.for_app().secrets)]
        return tuple(dict.fromkeys((*own, *filled)))

    @property
    def own_tokens(self) -> bool:
        """Tells whether the calls go in one batch under their app's token, each with a token of its own."""
        return len({call.credentials.access_token for job in self.jobs for call in job.calls}) > 1

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
        return Asked(worker, jobs, outgoing(_all_calls(jobs)) if jobs else (), spoiled)
    except Exception:  # noqa: BLE001 (one of them cannot be encoded: they are tried one by one)
        sound: list[Job] = []
        for job in jobs:
            try:
                outgoing(job.calls)
            except Exception as error:  # noqa: BLE001 (whatever it is, it is about this job alone)
                spoiled.append(_unbuilt(job.taken, error))
            else:
                sound.append(job)
    return Asked(worker, sound, outgoing(_all_calls(sound)) if sound else (), spoiled)


def _all_calls(jobs: Sequence[Job]) -> list[Signed]:
    return [call for job in jobs for call in job.calls]


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
