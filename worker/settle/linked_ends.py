"""Linked parts, once their request is done: how each ends by itself, and which one stands for all until then."""

from collections.abc import Sequence
from typing import Final

import msgspec

from worker.call.graph.answers import Answer
from worker.call.graph.linked import NOT_RUN, OMITTED
from worker.call.graph.signing import Signed
from worker.call.linked_parts import LinkedPart
from worker.call.origin import Origin
from worker.engine.chunk import Action, PartEnd
from worker.judge import Kind, Verdict
from worker.settle.kept_reply import detail_of
from worker.settle.settlements import Schedule, fact_of

# What may have arrived goes before what waits, and that before what is refused: to try all of them again then repeats
# nothing that was carried out.
_LEADING: Final[tuple[Kind, ...]] = ("unknown", "held", "throttled", "retry", "refused")
_ROW: Final = "part-not-run"


def leading(verdicts: Sequence[Verdict]) -> int:
    """Returns the place of the part that stands for all, of which none succeeded."""
    own = [place for place, each in enumerate(verdicts) if each.row != _ROW]
    return min(own or range(len(verdicts)), key=lambda place: _LEADING.index(verdicts[place].kind))


def not_run(parents: Sequence[int], verdicts: Sequence[Verdict]) -> Verdict:
    """Returns the verdict on a part that was not run; it is kept as a dead letter when the part before it is."""
    causes = [verdicts[each] for each in parents if each < len(verdicts) and verdicts[each].kind != "sent"]
    kept = any(each.kind != "refused" or each.dead_letter for each in causes)
    return Verdict(
        kind="refused", scope="call", reason=NOT_RUN.reason, row=_ROW, attempt=False, dead_letter=kept
    )


def end_of(part: LinkedPart, call: Signed, answer: Answer, verdict: Verdict, schedule: Schedule) -> PartEnd:
    """Returns how a part ends whose request is done: nothing of it is asked again by itself.

    What would otherwise be tried again is a dead letter.
    """
    action = _action_of(verdict)
    # the answer that Graph left out has no code either
    origin = Origin(part.command, (call,), "" if answer is OMITTED else part.taken.id)
    is_letter = action != "sent" and (action != "refused" or verdict.dead_letter)
    line, body = part.record(alone=part.goes_alone and answer is not NOT_RUN) if is_letter else ("", b"")
    return PartEnd(
        msgspec.structs.replace(part.taken, attempts=part.taken.attempts + 1),
        action,
        detail_of(verdict, answer, origin),
        fact_of(verdict, schedule),
        line,
        body,
    )


def _action_of(verdict: Verdict) -> Action:
    match verdict.kind:
        case "sent" | "refused" | "unknown":
            return verdict.kind
        case _:
            return "exhausted"
