"""What each answer of a chunk comes to, job by job: a verdict, a settlement, holds; no answer reaches another's job."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from worker.call.graph.answers import Answer, Answered
from worker.call.graph.linked import NOT_RUN, OMITTED, explained, listed
from worker.call.graph.signing import Signed
from worker.call.prepare import Job
from worker.config.pages import Page, Pages
from worker.engine.chunk import Hold, Settlement, Taken
from worker.judge import Table, Verdict, judge
from worker.judge.verdict import SENT
from worker.settle.linked_ends import end_of, leading, not_run
from worker.settle.settlements import Schedule, holds_of, settlement_of
from worker.settle.slowdown import slowdowns

FOREIGN: Final = "Graph does not accept a token or secret that this command names; only what names it waits."
FOREIGN_DELAY_S: Final = 300.0
# Their success carries an id. That of a sender action may carry none: Graph names no recipient but a PSID.
MESSAGE_TYPES: Final = frozenset({"send_message", "send_raw_body"})


class Owners(msgspec.Struct, frozen=True):
    """The Pages whose calls were answered, as holds name them."""

    pages: Pages

    def app(self, page: str) -> str:
        """Returns the app of a Page, or ''."""
        return self.pages.by_id[page].app

    def fingerprint(self, page: str) -> str:
        """Returns what tells a Page's token from its next one."""
        return self.pages.by_id[page].fingerprint


class Judged(msgspec.Struct, frozen=True):
    """What the answers to one job mean, and what becomes of it; `problem` names what was raised meanwhile.

    `parts` are the verdicts on the parts of a linked batch whose request is done.
    """

    job: Job
    answers: Sequence[Answer]
    verdict: Verdict
    settlement: Settlement
    holds: Sequence[Hold] = ()
    problem: str = ""
    parts: Sequence[Verdict] = ()


class Judge(msgspec.Struct, frozen=True):
    """Judges the answers of jobs; `chance` gives numbers from 0 to 1 for delays."""

    schedule: Schedule
    chance: Callable[[], float]
    table: Table

    def __call__(self, job: Job, answers: Sequence[Answer], *, own_token: bool, owners: Owners) -> Judged:
        """Returns what becomes of a job; an answer that cannot be judged leaves it in doubt, and raises nothing."""
        try:
            return self._judged(job, answers, own_token, owners)
        except Exception as error:  # noqa: BLE001 (whatever it is, it is about this answer alone)
            return _in_doubt(job, answers, error)

    def _judged(self, job: Job, answers: Sequence[Answer], own_token: bool, owners: Owners) -> Judged:
        if job.parts:
            return self._linked(job, answers, owners)
        page = owners.pages.by_id[job.taken.page]
        verdict = self._verdict(job.taken, answers[0], job.calls, page, own_token=own_token)
        settlement = self._settlement(job, verdict, answers[0])
        if verdict.kind == "sent":
            return Judged(job, answers, verdict, settlement)
        return Judged(job, answers, verdict, settlement, self._holds([(job.taken, verdict)], owners))

    def _linked(self, job: Job, answers: Sequence[Answer], owners: Owners) -> Judged:
        """Judges the parts of a linked batch: once one of them succeeded each ends by itself, and none is repeated."""
        # they are alone in their request: what refuses the whole of it refuses them
        answers = explained([part.parents for part in job.parts], [_own(each) for each in answers])
        verdicts: list[Verdict] = []
        page = owners.pages.by_id[job.taken.page]
        for part, call, answer in zip(job.parts, job.calls, answers, strict=True):
            is_sent = answer is OMITTED
            found = not_run(part.parents, verdicts) if answer is NOT_RUN else SENT if is_sent else None
            verdicts.append(found or self._verdict(part.taken, answer, [call], page))
        told = [(part.taken, verdict) for part, verdict in zip(job.parts, verdicts, strict=True)]
        holds = self._holds(told, owners)
        if all(each.kind != "sent" for each in verdicts):
            first = leading(verdicts)
            settlement = self._settlement(job, verdicts[first], answers[first])
            return Judged(job, answers, verdicts[first], settlement, holds)
        settlement = self._settlement(job, SENT, listed(answers))
        made = zip(job.parts, job.calls, answers, verdicts, strict=True)
        ends = tuple(end_of(*each, self.schedule) for each in made)
        settlement = msgspec.structs.replace(
            settlement, parts=ends, detail=settlement.detail[:-1] + b',"split":true}'
        )
        return Judged(job, answers, SENT, settlement, holds, parts=verdicts)

    def _settlement(self, job: Job, verdict: Verdict, answer: Answer) -> Settlement:
        return settlement_of(
            job.taken, verdict, answer, schedule=self.schedule, chance=self.chance, origin=job.origin
        )

    def _holds(self, told: Sequence[tuple[Taken, Verdict]], owners: Owners) -> list[Hold]:
        return holds_of(told, app_of=owners.app, fingerprint_of=owners.fingerprint, table=self.table)

    def _verdict(
        self, taken: Taken, answer: Answer, calls: Sequence[Signed], page: Page, *, own_token: bool = False
    ) -> Verdict:
        verdict = judge(
            answer,
            is_send=taken.is_send,
            is_message=taken.type in MESSAGE_TYPES,
            table=self.table,
            page=taken.page,
        )
        verdict = _spared(verdict.for_own_token() if own_token else verdict, calls, page)
        # a row whose attempts are used up may hold
        return verdict.after(taken.attempts + verdict.attempt)


def _spared(verdict: Verdict, calls: Sequence[Signed], page: Page) -> Verdict:
    """Returns a verdict, which holds no more than the command where it is on a secret that is not the Page's own."""
    is_of_secret = verdict.kind == "held" and (verdict.token_mends or verdict.scope == "app")
    if not is_of_secret or all(_is_pages_own(call, page) for call in calls):
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
