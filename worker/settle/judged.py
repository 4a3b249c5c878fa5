"""What each answer of a chunk comes to, job by job: a verdict, a settlement, holds; no answer reaches another's job."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from producer.commands import SendBatch
from worker.call.graph.answers import Answer, Answered
from worker.call.graph.linked import explained, merged
from worker.call.graph.signing import Signed
from worker.call.prepare import Job
from worker.config.pages import Page
from worker.engine.chunk import Hold, Settlement
from worker.judge import Table, Verdict, judge
from worker.settle.settlements import Schedule, holds_of, settlement_of
from worker.settle.slowdown import slowdowns

FOREIGN: Final = "Graph does not accept a token or secret that this command names; only what names it waits."
FOREIGN_DELAY_S: Final = 300.0
# Their success carries an id. That of a sender action may carry none: Graph names no recipient but a PSID.
MESSAGE_TYPES: Final = frozenset({"send_message", "send_raw_body"})


class Owner(msgspec.Struct, frozen=True):
    """Whose calls were answered, as holds name them."""

    page: Page

    def app(self, _page: str) -> str:
        """Returns the app of the Page, or ''."""
        return self.page.app

    def fingerprint(self, _page: str) -> str:
        """Returns what tells the Page's token from its next one."""
        return self.page.fingerprint


class Judged(msgspec.Struct, frozen=True):
    """What the answers to one job mean, and what becomes of it; `problem` names what was raised meanwhile."""

    job: Job
    answers: Sequence[Answer]
    verdict: Verdict
    settlement: Settlement
    holds: Sequence[Hold] = ()
    problem: str = ""


class Judge(msgspec.Struct, frozen=True):
    """Judges the answers of jobs; `chance` gives numbers from 0 to 1 for delays."""

    schedule: Schedule
    chance: Callable[[], float]
    table: Table

    def __call__(self, job: Job, answers: Sequence[Answer], *, own_token: bool, owner: Owner) -> Judged:
        """Returns what becomes of a job; an answer that cannot be judged leaves it in doubt, and raises nothing."""
        try:
            return self._judged(job, answers, own_token, owner)
        except Exception as error:  # noqa: BLE001 (whatever it is, it is about this answer alone)
            return _in_doubt(job, answers, error)

    def _judged(self, job: Job, answers: Sequence[Answer], own_token: bool, owner: Owner) -> Judged:
        answer = answers[0]
        verdict = _spared(self._verdict(job, answer, own_token), job, owner.page)
        # a row whose attempts are used up may hold
        verdict = verdict.after(job.taken.attempts + verdict.attempt)
        told = [(job.taken, verdict)]
        if isinstance(job.command, SendBatch):
            # linked parts are alone in their request: what refuses the whole of it refuses them
            answers = explained(job.calls, [_own(each) for each in answers])
            answer = merged(answers)
            verdict = _spared(self._verdict(job, answer, own_token=False), job, owner.page)
            verdicts = [self._verdict(job, each, own_token=False) for each in answers]
            told = [(job.taken, _spared(each, job, owner.page)) for each in verdicts]
        settlement = settlement_of(
            job.taken, verdict, answer, schedule=self.schedule, chance=self.chance, origin=job.origin
        )
        if verdict.kind == "sent" and len(told) == 1:
            return Judged(job, answers, verdict, settlement)
        holds = holds_of(told, app_of=owner.app, fingerprint_of=owner.fingerprint, table=self.table)
        return Judged(job, answers, verdict, settlement, holds)

    def _verdict(self, job: Job, answer: Answer, own_token: bool) -> Verdict:
        verdict = judge(
            answer,
            is_send=job.taken.is_send,
            is_message=job.taken.type
            in MESSAGE_TYPES,  # the list that linked parts get carries no id of its own
            table=self.table,
            page=job.taken.page,
        )
        return verdict.for_own_token() if own_token else verdict


def _spared(verdict: Verdict, job: Job, page: Page) -> Verdict:
    """Returns a verdict, which holds no more than the command where it is on a secret that is not the Page's own."""
    is_of_secret = verdict.kind == "held" and (verdict.token_mends or verdict.scope == "app")
    if not is_of_secret or all(_is_pages_own(call, page) for call in job.calls):
        return verdict
    return msgspec.structs.replace(
        verdict,
        kind="retry",
        scope="call",
        attempt=False,
        delay_s=FOREIGN_DELAY_S,
        hold_for_s=None,
        token_mends=False,
        reason=FOREIGN,
    )


def _is_pages_own(call: Signed, page: Page) -> bool:
    own = call.credentials
    return (
        own.access_token == page.access_token
        and own.proof_secret in {None, page.app_secret}
        and not call.filled
    )


def _own(answer: Answer) -> Answer:
    """Returns an answer to a whole request as one to the part, whose own request it was."""
    return msgspec.structs.replace(answer, whole=False) if isinstance(answer, Answered) else answer


def _in_doubt(job: Job, answers: Sequence[Answer], error: Exception) -> Judged:
    kind = type(error).__name__
    reason = f"what Graph answered could not be judged ({kind}): it may have been carried out"
    verdict = Verdict(kind="unknown", scope="call", reason=reason, row="answer-unjudged", final=True)
    settlement = Settlement(job.taken.id, "unknown", "ad", 0, msgspec.json.encode({"reason": reason}))
    return Judged(job, answers, verdict, settlement, problem=kind)


def holds_for(judged: Sequence[Judged]) -> list[Hold]:
    """Returns the holds of a chunk, one of each kind for each scope, and what slows its Pages."""
    holds = {(hold.scope, hold.kind): hold for each in reversed(judged) for hold in reversed(each.holds)}
    pairs = ((each.job.taken.page, answer) for each in judged for answer in each.answers)
    return [*reversed(holds.values()), *slowdowns(pairs)]
