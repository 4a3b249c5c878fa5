"""Outcomes as a person reads them."""

import os
from typing import Final

import msgspec

from producer.tickets.ticket import Outcome
from worker.cli.failing import REFUSED

MEANINGS: Final = {
    "sent": "Graph answered with success",
    "refused": "Graph or a check refused it",
    "exhausted": "every attempt failed",
    "expired": "it was not sent within expires_in",
    "cancelled": "it was cancelled before it was sent",
    "unknown": "it may have arrived; it is not sent again by itself",
}


def sentence_of(outcome: Outcome) -> str:
    """Returns one line: how the command ended, after how many attempts, and Graph's reply or the reason."""
    attempts = "1 attempt" if outcome.attempts == 1 else f"{outcome.attempts} attempts"
    told = msgspec.json.encode(outcome.reply).decode() if outcome.sent else _reason_of(outcome)
    repeated = " (an attempt before the last may have arrived too)" if outcome.possibly_repeated else ""
    return f"{outcome.name} after {attempts}: {told}{repeated}"


def exit_code_of(outcome: Outcome | None) -> int:
    """Returns 0 for `sent`, 1 for every other end, 75 for a command that has not ended."""
    if outcome is None:
        return os.EX_TEMPFAIL
    return 0 if outcome.sent else REFUSED


def _reason_of(outcome: Outcome) -> str:
    reason = outcome.reason or MEANINGS[outcome.name]
    answer = outcome.answer or {}
    facts = [f"{name} {answer[name]}" for name in ("code", "subcode", "fbtrace_id") if name in answer]
    return f"{reason} ({', '.join(facts)})" if facts else reason
