"""What is wrong, the worst first: what the snapshot tells itself, and what follows from its figures."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

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
SAY: Final = {
    "token": "for want of a token that lives",
    "trouble": "until somebody mends what is wrong",
    "throttle": "because Meta throttles",
    "hand": "by hand",
}


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, in a sentence, since when (None: nobody knows), and what helps.

    `mild` ends by itself, or was somebody's wish. `place` is the section of the page that shows more, or ''.
    """

    kind: str
    sentence: str
    since: datetime | None = None
    cure: str = ""
    mild: bool = False
    place: str = ""


def troubles_of(whole: Snapshot, applying: Sequence[HoldSeen]) -> list[Trouble]:
    """Returns what is wrong; of a kind that the snapshot tells itself only that.

    `applying` are the holds that hold something (`standing`).
    """
    told = [_told(each) for each in getattr(whole, "troubles", ())]
    kinds = {each.kind for each in told}
    found = [
        *_of_workers(whole),
        *_of_timer(whole),
        *_of_pages(whole),
        *_of_holds(applying),
        *_of_dead(whole),
    ]
    every = told + [each for each in found if each.kind not in kinds]
    return sorted(every, key=lambda each: each.mild)


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


def _told(each: Any) -> Trouble:  # noqa: ANN401 (of the snapshot's own type)
    return Trouble(kind=each.kind, sentence=each.sentence, since=each.since, cure=each.cure or "")


def _of_workers(whole: Snapshot) -> Iterator[Trouble]:
    if not whole.alive:
        yield Trouble(
            kind="no-worker",
            sentence="No worker is running, so nothing is sent",
            cure="start one with `outbound worker`",
            place="workers",
        )
    elif whole.silent:
        names = _named([each.name for each in whole.workers if not each.alive], "worker is", "workers are")
        yield Trouble(
            kind="silent-worker",
            sentence=f"{names} not heard any more; what they had goes on with others",
            cure="see the log of that process, and whether its machine runs",
            mild=True,
            place="workers",
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
            kind="timer-late",
            sentence=f"The timer is {whole.timer_late_s:,.0f} s late: what is scheduled or to be tried again waits",
            cure="a living worker keeps it: `outbound doctor` says what hinders it",
            place="later",
        )


def _of_pages(whole: Snapshot) -> Iterator[Trouble]:
    if whole.alive and whole.unserved:
        yield Trouble(
            kind="unserved",
            sentence=f"{_named(whole.unserved, 'Page waits', 'Pages wait')} for a worker that has its token",
            cure="add the token to the workers' Pages file",
            place="lanes",
        )


def _of_holds(found: Sequence[HoldSeen]) -> Iterator[Trouble]:
    for kind, why in SAY.items():
        of_kind = sorted((hold for hold in found if hold.kind == kind), key=lambda hold: hold.since)
        if not of_kind:
            continue
        names = [described(hold.scope) for hold in of_kind]
        listed = _listed(names)
        reason = f": {of_kind[0].reason}" if len({hold.reason for hold in of_kind}) == 1 else ""
        verb = "is" if len(names) == 1 else "are"
        yield Trouble(
            kind=f"held-{kind}",
            sentence=f"{listed[0].upper()}{listed[1:]} {verb} held {why}{reason}",
            since=of_kind[0].since,
            cure=CURES[kind],
            mild=kind in {"hand", "throttle"},
            place="holds",
        )


def _of_dead(whole: Snapshot) -> Iterator[Trouble]:
    if whole.dead_letters:
        noun = "dead letter lies" if whole.dead_letters == 1 else "dead letters lie"
        yield Trouble(
            kind="dead-letters",
            sentence=f"{whole.dead_letters:,} {noun} here: nobody sends them any more",
            cure="see their causes; when one is mended, replay its letters, or drop them",
            mild=True,
            place="dead",
        )


def _named(names: Sequence[str], one: str, many: str) -> str:
    return f"{len(names):,} {one if len(names) == 1 else many} ({_listed(names)})"


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
