"""What a client is answered: Graph's own reply or error where it gave one, else what became of it in Graph's form."""

from typing import Final

import msgspec

from producer.commands import Command
from producer.tickets.outcome import Outcome
from worker.door.refusing import Refusal
from worker.door.translating import as_graph_answered

OK: Final = 200
ACCEPTED: Final = 202
TICKETS: Final = "/outbound/tickets/"
# What has ended without an answer of Graph's, by status and code: 1 for what nobody knows, 100 for what is not to be
# asked again as it is.
_UNANSWERED: Final = {
    "expired": (504, 1),
    "cancelled": (409, 1),
    "unknown": (504, 1),
    "exhausted": (504, 1),
    "refused": (400, 100),
}


class Answer(msgspec.Struct, frozen=True):
    """Status, JSON value, and headers of an answer."""

    status: int
    value: object
    headers: dict[str, str] = {}


def answer_of(outcome: Outcome, command: Command | None) -> Answer:
    """Returns the answer for a command that has ended; `command` says how Graph words its reply."""
    headers: dict[str, str] = {"x-outbound-outcome": outcome.name}
    if outcome.sent:
        reply = outcome.reply if command is None else as_graph_answered(command, outcome.reply)
        return Answer(OK, reply, headers)
    facts = outcome.facts()
    if facts is None:
        status, code = _UNANSWERED[outcome.name]
        message = f"(#{code}) {outcome.name}: {outcome.reason or 'it was not sent'}"
        refusal = Refusal(status=status, code=code, message=message)
        return Answer(refusal.status, refusal.body(), headers)
    if facts.fbtrace_id:
        headers["x-fb-trace-id"] = facts.fbtrace_id
    return Answer(facts.status or 400, {"error": facts.as_graph()}, headers)


def refused(refusal: Refusal) -> Answer:
    """Returns the answer for what the door refuses itself."""
    return Answer(refusal.status, refusal.body())


def on_its_way(ticket: str) -> Answer:
    """Returns the answer for a command that is accepted and has not ended: its ticket, and where to ask."""
    place = f"{TICKETS}{ticket}"
    return Answer(ACCEPTED, {"outbound": {"ticket": ticket, "href": place}}, {"location": place})


def part_of(answer: Answer, *, include_headers: bool) -> dict[str, object]:
    """Returns an answer as a part of a batch's."""
    part: dict[str, object] = {"code": answer.status}
    if include_headers:
        part["headers"] = [{"name": name, "value": value} for name, value in answer.headers.items()]
    return part | {"body": msgspec.json.encode(answer.value).decode()}
