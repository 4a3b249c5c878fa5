"""What is wrong, for the head of the page: each in a sentence, since when, and what helps."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, Protocol

import msgspec
import redis

from producer.store.keys import Keys
from worker.operations.holds import HoldSeen
from worker.operations.installation import Snapshot
from worker.operations.scopes import described
from worker.operations.serving import served_by

LATE_S: Final = 5.0
NAMED: Final = 3
CURES: Final = {
    "token": "put a token that lives into the workers' Pages file; they read it within seconds",
    "trouble": "mend what the reason names, then release it",
    "throttle": "nothing to do: it ends by itself",
    "hand": "whoever held it knows why; release it when that is over",
}
KINDS: Final = {"token": "held", "trouble": "held", "throttle": "throttled", "hand": "held_by_hand"}
SAY: Final = {
    "token": "for want of a token that lives",
    "trouble": "until somebody mends what is wrong",
    "throttle": "because Meta throttles",
    "hand": "by hand",
}


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong: what, since when where that is known, and what helps."""

    kind: str
    sentence: str
    since: datetime | None = None
    cure: str


class Told(Protocol):
    """A trouble that another part of the house tells."""

    @property
    def kind(self) -> str:
        """Its kind."""

    @property
    def sentence(self) -> str:
        """What is wrong."""

    @property
    def since(self) -> datetime | None:
        """Since when, where that is known."""

    @property
    def cure(self) -> str:
        """What helps."""


def troubles_of(whole: Snapshot, applying: Sequence[HoldSeen], told: Sequence[Told] = ()) -> list[Trouble]:
    """Returns what is wrong: first what the house tells itself, then what follows from the figures.

    Args:
        whole: the figures.
        applying: the holds that hold something (`standing`).
        told: what is told already; nothing else of these kinds is added.
    """
    first = [
        Trouble(kind=each.kind, sentence=each.sentence, since=each.since, cure=each.cure) for each in told
    ]
    kinds = {each.kind for each in told}
    found = [
        *_of_workers(whole),
        *_of_pages(whole),
        *_of_timer(whole),
        *_of_holds(applying),
        *_of_dead(whole),
    ]
    return first + [each for each in found if each.kind not in kinds]


def standing(client: "redis.Redis", keys: Keys, whole: Snapshot) -> list[HoldSeen]:
    """Returns the holds that hold something: not those for a token of which a living worker has another by now.

    Raises:
        redis.RedisError: the server was not reached.
    """
    pages = [hold.scope.partition(":")[2] for hold in whole.holds if hold.for_token is not None]
    served = served_by(client, keys, whole.digests, list(dict.fromkeys(pages)))
    return [
        hold
        for hold in whole.holds
        if hold.for_token is None
        or (here := served.get(hold.scope.partition(":")[2])) is None
        or here.fingerprints <= {hold.for_token}
    ]


def _of_workers(whole: Snapshot) -> Iterator[Trouble]:
    if not whole.alive:
        yield Trouble(
            kind="no_worker",
            sentence="No worker is running, so nothing is sent",
            cure="start one with `outbound worker`",
        )
    elif whole.silent:
        names = _named([each.name for each in whole.workers if not each.alive], "worker")
        yield Trouble(
            kind="worker_silent",
            sentence=f"{names} {'is' if whole.silent == 1 else 'are'} not heard any more; others get what it had",
            cure="see the log of that process, and whether its machine runs",
        )
    if whole.parked:
        number = sum(whole.parked.values())
        yield Trouble(
            kind="parked",
            sentence=f"{number:,} commands of types that no worker knows wait: {', '.join(whole.parked)}",
            cure="update the workers to the version of the producers",
        )


def _of_timer(whole: Snapshot) -> Iterator[Trouble]:
    if whole.alive and whole.timer_late_s > LATE_S:
        yield Trouble(
            kind="timer",
            sentence=f"The timer is {whole.timer_late_s:,.0f} s late: what is scheduled or to be tried again waits",
            cure="a living worker keeps it: `outbound doctor` says what hinders it",
        )


def _of_pages(whole: Snapshot) -> Iterator[Trouble]:
    if whole.alive and whole.unserved:
        verb = "waits" if len(whole.unserved) == 1 else "wait"
        yield Trouble(
            kind="unserved",
            sentence=f"{_named(whole.unserved, 'Page')} {verb} for a worker that has a token",
            cure="add the token to the workers' Pages file",
        )


def _of_holds(found: Sequence[HoldSeen]) -> Iterator[Trouble]:
    for kind, why in SAY.items():
        of_kind = sorted((hold for hold in found if hold.kind == kind), key=lambda hold: hold.since)
        if not of_kind:
            continue
        names = [described(hold.scope) for hold in of_kind]
        reason = f": {of_kind[0].reason}" if len({hold.reason for hold in of_kind}) == 1 else ""
        verb = "is" if len(names) == 1 else "are"
        yield Trouble(
            kind=KINDS[kind],
            sentence=f"{_listed(names)} {verb} held {why}{reason}",
            since=of_kind[0].since,
            cure=CURES[kind],
        )


def _of_dead(whole: Snapshot) -> Iterator[Trouble]:
    if whole.dead_letters:
        noun = "dead letter lies" if whole.dead_letters == 1 else "dead letters lie"
        yield Trouble(
            kind="dead_letters",
            sentence=f"{whole.dead_letters:,} {noun} here: nobody sends them any more",
            cure="see their causes; when one is mended, replay its letters, or drop them",
        )


def _named(names: Sequence[str], noun: str) -> str:
    return f"{len(names):,} {noun if len(names) == 1 else f'{noun}s'} ({_listed(names)})"


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
