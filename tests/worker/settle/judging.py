"""One command that was answered, judged as a worker judges it, and its outcome as a ticket reads it."""

from typing import Final

from producer import batch
from producer.commands import Command, RawPart, encode, tag_of
from producer.tickets.outcome import Outcome, outcome_of
from worker.call.graph.answers import Answer
from worker.call.prepare import Job, prepare
from worker.config.credentials import NamedSecret
from worker.config.pages import Page, Pages
from worker.engine.chunk import Chunk, Taken
from worker.judge import DEFAULT
from worker.settle.judged import Judge, Judged, Owners
from worker.settle.settlements import Schedule

PAGE: Final = Page("P1", "SECRET-TOKEN")
PAGES: Final = Pages({"P1": PAGE}, {"shop": NamedSecret("SHOP-TOKEN")})
JUDGE: Final = Judge(Schedule((1_000, 2_000), 30_000, 60_000), lambda: 0.5, DEFAULT)
ENDS: Final = {"sent", "refused", "exhausted", "expired", "cancelled", "unknown"}

COMMANDS: Final[dict[str, Command]] = {
    "a send": batch.send_text("1", "x"),
    "a read": batch.get_user_profile("1"),
    "a list": batch.get_all_personas(),
    "a property": batch.get_greeting(),
    "a picked part": RawPart(part={"method": "GET", "relative_url": "me", "responseAccessPath": "data[0].x"}),
}


def job_of(command: Command, command_id: str = "c0") -> Job:
    """Returns a command as `prepare` gives it, ready to be asked."""
    taken = Taken(
        command_id,
        "P1",
        "text",
        "interactive",
        tag_of(command),
        0,
        "",
        "s",
        0,
        None,
        encode(command),
        "",
        "1",
    )
    prepared = prepare(Chunk("w", 1, (taken,)), PAGES, (4, 0))
    assert prepared.spoiled == []
    return prepared.jobs[0]


def judged(job: Job, found: list[Answer], *, own_token: bool = False) -> Judged:
    """Returns what becomes of a job."""
    return JUDGE(job, found, own_token=own_token, owners=Owners(PAGES))


def kept(found: Judged) -> Outcome:
    """Returns the outcome as a ticket would read it from Redis."""
    settlement = found.settlement
    name = settlement.action if settlement.action in ENDS else "unknown"
    return outcome_of(
        f"{name}|1|1|{settlement.flags}|P1|{found.job.taken.type}|".encode() + settlement.detail
    )
