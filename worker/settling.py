"""From verdicts to settlements: what becomes of each command of a chunk, as pure functions."""

import re
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from worker.graph.answers import Answer, Answered, NotSent
from worker.lanes import Hold, Settlement, Taken
from worker.verdicts import DEFAULT, Verdict

NOT_SENT_DELAY_MS: Final = 1_000
ALONE_DELAY_MS: Final = 250
JITTER: Final = 0.25
TOKEN_IN_REPLY: Final = re.compile(rb"(access_token|appsecret_proof)(=|%3D)[^&\"\\ ]*")


class Schedule(msgspec.Struct, frozen=True):
    """When a command is tried again: after each failed attempt the next of `delays_ms`, give or take a quarter."""

    delays_ms: tuple[int, ...]

    @property
    def attempts_max(self) -> int:
        """How often a command may be tried."""
        return len(self.delays_ms) + 1

    def delay_ms(self, attempts: int, chance: float) -> int | None:
        """Returns the delay after `attempts` attempts; None when there is no further one. `chance` is from 0 to 1."""
        if not 0 < attempts <= len(self.delays_ms):
            return None
        return max(1, round(self.delays_ms[attempts - 1] * (1 - JITTER + 2 * JITTER * chance)))


def scrubbed(body: bytes) -> bytes:
    """Returns a reply without the token that Graph puts into its `paging` links."""
    if b"access_token" not in body and b"appsecret_proof" not in body:
        return body
    return TOKEN_IN_REPLY.sub(rb"\1\2REMOVED", body)


def detail_of(verdict: Verdict, answer: Answer) -> bytes:
    """Returns what is kept of an answer: the reply of a success, else the reason with Graph's codes."""
    if verdict.kind == "sent":
        return b'{"reply":' + scrubbed(answer.body if isinstance(answer, Answered) else b"null") + b"}"
    facts = {
        "row": verdict.row,
        "code": verdict.code,
        "subcode": verdict.subcode,
        "status": verdict.status,
        "fbtrace_id": verdict.fbtrace_id,
    }
    known = {name: value for name, value in facts.items() if value is not None}
    return msgspec.json.encode({"reason": verdict.reason, "answer": known})


def settlement_of(
    taken: Taken, verdict: Verdict, answer: Answer, *, schedule: Schedule, chance: Callable[[], float]
) -> Settlement:
    """Returns what becomes of one command, given what its answer means."""
    attempts = taken.attempts + 1 if verdict.attempt else taken.attempts
    verdict = verdict.after(attempts)
    detail = detail_of(verdict, answer)
    made = "a" if verdict.attempt else ""
    match verdict.kind:
        case "sent":
            return Settlement(taken.id, "sent", made, 0, detail)
        case "throttled" | "held":
            return Settlement(taken.id, "return", "", 0, detail)
        case "refused" if verdict.whole:  # one of the batch spoils it: each is tried alone next
            return Settlement(taken.id, "retry", "z", round(ALONE_DELAY_MS * (0.5 + chance())), detail)
        case "refused":
            return Settlement(taken.id, "refused", f"{made}d" if verdict.dead_letter else made, 0, detail)
        case "unknown" if verdict.final or (taken.is_send and taken.at_most_once):
            return Settlement(taken.id, "unknown", f"{made}d", 0, detail)
        case _:
            return _again(taken, verdict, detail, attempts=attempts, schedule=schedule, chance=chance())


def _again(
    taken: Taken, verdict: Verdict, detail: bytes, *, attempts: int, schedule: Schedule, chance: float
) -> Settlement:
    if not verdict.attempt:  # Graph cannot have acted on it
        return Settlement(taken.id, "retry", "", round(NOT_SENT_DELAY_MS * (0.5 + chance)), detail)
    flags = "a"
    if verdict.kind == "unknown" and taken.is_send:
        flags += "r"
    if verdict.whole:
        flags += "z"
    delay_ms = schedule.delay_ms(attempts, chance)
    if delay_ms is None:
        return Settlement(taken.id, "exhausted", flags + "d", 0, detail)
    return Settlement(taken.id, "retry", flags, max(delay_ms, round((verdict.delay_s or 0) * 1000)), detail)


def holds_of(
    pairs: Sequence[tuple[Taken, Verdict]],
    *,
    app_of: Callable[[str], str],
    fingerprint_of: Callable[[str], str],
) -> list[Hold]:
    """Returns the holds that a chunk's verdicts call for, one for each scope."""
    holds: dict[str, Hold] = {}
    for taken, verdict in pairs:
        if verdict.kind not in {"throttled", "held"}:
            continue
        scope = _scope_of(taken, verdict, app_of(taken.page))
        if scope in holds:
            continue
        for_ms = None if verdict.hold_for_s is None else max(1, round(verdict.hold_for_s * 1000))
        fingerprint = fingerprint_of(taken.page) if verdict.token_mends else ""
        grows = verdict.kind == "throttled" and verdict.hold_for_s == DEFAULT.row(verdict.row).hold_for_s
        holds[scope] = Hold(scope, for_ms, detail_of(verdict, NotSent("")), fingerprint, grows)
    return list(holds.values())


def _scope_of(taken: Taken, verdict: Verdict, app: str) -> str:
    match verdict.scope:
        case "lane":
            return f"lane:{taken.lane}"
        case "app" if app:
            return f"app:{app}"
        case _:
            return f"page:{taken.page}"
