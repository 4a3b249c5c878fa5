"""An explicit batch on the queue: each part travels by itself, under one ticket; linked parts stay together."""

import re
import time
from collections.abc import Mapping
from typing import Final, cast

import msgspec
import redis

from producer.commands import BatchItem, Command, Part, RawPart, SendBatch
from producer.commands.results import PartReply
from producer.errors import InvalidCommandError
from producer.keys import Keys
from producer.ticket import RESULT_TIMEOUT_S, Outcome, Ticket, outcome_of, unreached

LINKED_MAX: Final = 50
ASKED_MAX: Final = 1_000
BATCH_ID: Final = re.compile(r"([0-9a-f]{26})x(\d+)((?:_\d+)*)(n?)")
REFERENCE: Final = b"{result="


class Share(msgspec.Struct, frozen=True):
    """One envelope of a batch: its id, its command, and the places of its parts in the batch."""

    id: str
    command: Command
    places: tuple[int, ...]


def _is_linked(item: object) -> bool:
    if isinstance(item, Part):
        return item.name is not None or item.depends_on is not None or _refers(item.command)
    if isinstance(item, RawPart):
        return "name" in item.part or "depends_on" in item.part or _refers(item)
    return _refers(item)


def _refers(item: object) -> bool:
    return REFERENCE in msgspec.json.encode(item)


def shares_of(command: SendBatch, base: str) -> tuple[str, list[Share]]:
    """Returns the ticket's id for a batch, and the envelopes that it becomes.

    Raises:
        InvalidCommandError: more than 50 parts are linked to one another.
    """
    linked = [place for place, item in enumerate(command.parts) if _is_linked(item)]
    if len(linked) > LINKED_MAX:
        raise InvalidCommandError(
            "parts", f"at most {LINKED_MAX} parts may be linked by name, {len(linked)} are"
        )
    shares = [
        Share(f"{base}.{place}", _alone(item, command), (place,))
        for place, item in enumerate(command.parts)
        if place not in linked
    ]
    if linked:
        whole = SendBatch(
            parts=[command.parts[place] for place in linked],
            include_headers=command.include_headers,
            access_token=command.access_token,
        )
        shares.append(Share(f"{base}.{linked[0]}", whole, tuple(linked)))
        shares.sort(key=lambda share: share.places)  # to one person they leave in the order of the parts
    total = f"{base}x{len(command.parts)}" + "".join(f"_{place}" for place in linked)
    return total + ("n" if command.include_headers is False else ""), shares


def _alone(item: BatchItem, whole: SendBatch) -> Command:
    """Returns the command of a part that travels by itself, with the token of the batch where it has none."""
    single = item.command if isinstance(item, Part) else item
    if whole.access_token is None or single.access_token is not None:
        return single
    return msgspec.structs.replace(single, access_token=whole.access_token)


class BatchTicket(Ticket[list[PartReply | None]]):
    """The ticket of a batch: `parts` holds a ticket for each part; linked parts share one."""

    def __init__(self, batch_id: str, client: "redis.Redis", keys: Keys) -> None:
        super().__init__(batch_id, client, keys)
        match = BATCH_ID.fullmatch(batch_id)
        if match is None:
            raise InvalidCommandError("id", "is no ticket of a batch")
        base, total = match[1], int(match[2])
        linked = [int(place) for place in match[3].split("_")[1:]]
        self._with_headers = not match[4]
        self._linked = linked
        self.parts: tuple[Ticket[object], ...] = tuple(
            Ticket(f"{base}.{linked[0] if place in linked else place}", client, keys)
            for place in range(total)
        )

    def outcome(self) -> Outcome | None:
        """Returns how the batch ended, or None while a part is on its way.

        Its `name` is `sent` when every part was, else that of the first part that was not. `reply` is a list with
        `code` and `body` for each part.
        """
        ended = self._outcomes({})
        return self._whole(ended) if all(ticket.id in ended for ticket in self.parts) else None

    def _whole(self, ended: Mapping[str, Outcome]) -> Outcome:
        outcomes = [ended[ticket.id] for ticket in self.parts]
        worst = next((each for each in outcomes if not each.sent), outcomes[0])
        return msgspec.structs.replace(
            worst,
            at=max(each.at for each in outcomes),
            attempts=max(each.attempts for each in outcomes),
            type="send_batch",
            possibly_repeated=any(each.possibly_repeated for each in outcomes),
            reply=[self._reply_of(place, each) for place, each in enumerate(outcomes)],
        )

    def wait(self, timeout_s: float) -> Outcome:
        """Returns how the batch ended, waiting up to `timeout_s` seconds for all of its parts."""
        deadline = time.monotonic() + timeout_s
        ended: dict[str, Outcome] = {}
        while True:
            ended = self._outcomes(ended)
            # they leave in their order: when the last of those under way has ended, most others have too
            last = next((ticket for ticket in reversed(self.parts) if ticket.id not in ended), None)
            if last is None:
                return self._whole(ended)
            ended[last.id] = last.wait(max(0.0, deadline - time.monotonic()))

    def _outcomes(self, known: Mapping[str, Outcome]) -> dict[str, Outcome]:
        """Returns the outcomes of all parts that have ended; those that are known are not asked for again."""
        found = dict(known)
        asked = [each for each in dict.fromkeys(ticket.id for ticket in self.parts) if each not in found]
        for start in range(0, len(asked), ASKED_MAX):
            ids = asked[start : start + ASKED_MAX]
            try:
                values = self._client.mget([self._keys.outcome(each) for each in ids])
            except redis.RedisError as error:
                raise unreached(error) from error
            pairs = zip(ids, cast("list[bytes | None]", values), strict=True)
            found |= {each: outcome_of(value) for each, value in pairs if value is not None}
        return found

    def result(self, timeout_s: float = RESULT_TIMEOUT_S) -> list[PartReply | None]:
        """Returns `code`, `headers` and parsed `body` of each part, as the direct client does, once all have ended.

        A part that failed is a value in the list; one of which nobody knows what became is None. One that ended
        without a request, such as an expired one, has the code None.

        Raises:
            OutcomeTimeoutError: not all have ended within `timeout_s` seconds.
            QueueUnavailableError: Redis was not reached.
        """
        return cast("list[PartReply | None]", self.wait(timeout_s).reply)

    def _reply_of(self, place: int, outcome: Outcome) -> object:
        if place in self._linked and isinstance(outcome.reply, list):
            return self._shown(outcome.reply[self._linked.index(place)])
        if outcome.sent:
            return self._shown(
                {"code": outcome.code or 200, "headers": outcome.headers, "body": outcome.reply}
            )
        facts = outcome.facts()
        if facts is None and outcome.name in {"unknown", "exhausted"}:
            return None
        error = facts.as_graph() if facts is not None else {"message": outcome.reason}
        code = None if facts is None else facts.status
        return self._shown({"code": code, "headers": outcome.headers, "body": {"error": error}})

    def _shown(self, reply: object) -> object:
        if not isinstance(reply, dict) or (self._with_headers and reply.get("headers") is not None):
            return reply
        return {name: value for name, value in reply.items() if name != "headers"}
