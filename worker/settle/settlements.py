"""From verdicts to settlements: what becomes of each command of a chunk, as pure functions."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from producer.commands import SendMessage
from producer.store.record import REPEATED, SUSPECT
from worker.call.graph.answers import Answer, NotSent
from worker.call.origin import Origin
from worker.engine.chunk import Hold, HoldKind, Settlement, Taken
from worker.judge import DEFAULT, Table, Verdict
from worker.settle.kept_reply import detail_of

NOT_SENT_DELAY_MS: Final = 1_000
ALONE_DELAY_MS: Final = 250
JITTER: Final = 0.25


class Schedule(msgspec.Struct, frozen=True):
    """When a command is tried again: after each failed attempt the next of `delays_ms`, give or take a quarter.

    `echo_wait_ms`: what may have arrived waits so long for its echo first; None when no echoes are told.
    `remember_ms`: how long a recipient who cannot be reached is remembered; None for not at all.
    """

    delays_ms: tuple[int, ...]
    echo_wait_ms: int | None = None
    remember_ms: int | None = None

    @property
    def attempts_max(self) -> int:
        """How often a command may be tried."""
        return len(self.delays_ms) + 1

    def delay_ms(self, attempts: int, chance: float) -> int | None:
        """Returns the delay after `attempts` attempts; None when there is no further one. `chance` is from 0 to 1."""
        if not 0 < attempts <= len(self.delays_ms):
            return None
        return max(1, round(self.delays_ms[attempts - 1] * (1 - JITTER + 2 * JITTER * chance)))


def settlement_of(
    taken: Taken,
    verdict: Verdict,
    answer: Answer,
    *,
    schedule: Schedule,
    chance: Callable[[], float],
    origin: Origin | None = None,
) -> Settlement:
    """Returns what becomes of one command, given what its answer means; `origin` says how its reply is kept."""
    attempts = taken.attempts + 1 if verdict.attempt else taken.attempts
    verdict = verdict.after(attempts)
    detail = detail_of(verdict, answer, origin)
    made = "a" if verdict.attempt else ""
    match verdict.kind:
        case "sent" | "throttled" | "held" as kind:
            return Settlement(taken.id, "sent" if kind == "sent" else "return", made, 0, detail)
        case "refused" if verdict.whole:  # one of the batch spoils it: each is tried alone next
            return Settlement(taken.id, "retry", SUSPECT, round(ALONE_DELAY_MS * (0.5 + chance())), detail)
        case "refused":
            flags = f"{made}d" if verdict.dead_letter else made
            return Settlement(taken.id, "refused", flags, 0, detail, fact_of(verdict, schedule))
        case "unknown" if not verdict.final and schedule.echo_wait_ms is not None and carries_its_id(origin):
            wait_ms = max(schedule.echo_wait_ms, schedule.delay_ms(attempts, chance()) or 0)
            return Settlement(taken.id, "await", f"{made}r", wait_ms, detail)
        case "unknown" if verdict.final or (taken.is_send and taken.at_most_once):
            return Settlement(taken.id, "unknown", f"{made}d", 0, detail)
        case _:
            return _again(taken, verdict, detail, attempts=attempts, schedule=schedule, chance=chance())


def fact_of(verdict: Verdict, schedule: Schedule) -> str:
    """Returns what is to be remembered of a recipient, and for how many ms, or ''."""
    if verdict.recipient_fact is None or schedule.remember_ms is None:
        return ""
    return f"{verdict.recipient_fact},{schedule.remember_ms}"


def carries_its_id(origin: Origin | None) -> bool:
    """Tells whether an echo of this command would be known by its metadata."""
    return (
        origin is not None
        and isinstance(origin.command, SendMessage)
        and origin.command.message.get("metadata") == origin.id
    )


def _again(
    taken: Taken, verdict: Verdict, detail: bytes, *, attempts: int, schedule: Schedule, chance: float
) -> Settlement:
    if not verdict.attempt:  # Graph cannot have acted on it
        wait_ms = NOT_SENT_DELAY_MS if verdict.delay_s is None else verdict.delay_s * 1000
        return Settlement(taken.id, "retry", "", round(wait_ms * (0.5 + chance)), detail)
    flags = "a"
    if verdict.kind == "unknown" and taken.is_send:
        flags += REPEATED
    if verdict.whole:
        flags += SUSPECT
    delay_ms = schedule.delay_ms(attempts, chance)
    if delay_ms is None:
        return Settlement(taken.id, "exhausted", flags + "d", 0, detail)
    return Settlement(taken.id, "retry", flags, max(delay_ms, round((verdict.delay_s or 0) * 1000)), detail)


def holds_of(
    pairs: Sequence[tuple[Taken, Verdict]],
    *,
    app_of: Callable[[str], str],
    fingerprint_of: Callable[[str], str],
    table: Table = DEFAULT,
) -> list[Hold]:
    """Returns the holds that a chunk's verdicts, judged by `table`, call for, one of each kind for each scope."""
    holds: dict[tuple[str, HoldKind], Hold] = {}
    for taken, verdict in pairs:
        if verdict.kind not in {"throttled", "held"}:
            continue
        scope = _scope_of(taken, verdict, app_of(taken.page))
        kind: HoldKind = (
            "throttle" if verdict.kind == "throttled" else "token" if verdict.token_mends else "trouble"
        )
        if (scope, kind) in holds:
            continue
        for_ms = None if verdict.hold_for_s is None else max(1, round(verdict.hold_for_s * 1000))
        fingerprint = fingerprint_of(taken.page) if verdict.token_mends else ""
        grows = verdict.kind == "held" or verdict.hold_for_s == table.row(verdict.row).hold_for_s
        reason = detail_of(verdict, NotSent(""))
        holds[scope, kind] = Hold(scope, for_ms, reason, fingerprint, grows, kind)
    return list(holds.values())


def _scope_of(taken: Taken, verdict: Verdict, app: str) -> str:
    match verdict.scope:
        case "lane" if verdict.kind == "throttled":  # Meta counts by Page and class, and knows no priority
            return f"lane:{taken.page}/{taken.rate_class}"
        case "lane":
            return f"lane:{taken.lane}"
        case "app" if app:
            return f"app:{app}"
        case _:
            return f"page:{taken.page}"
