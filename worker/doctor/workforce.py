"""The workers that are alive: how many, of which version, whether they agree, and what none of them can do."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

import msgspec
import redis

from producer.store.keys import Keys
from worker.doctor.findings import Finding, error, listed, ok, warning
from worker.operations.unserved import unserved_pages
from worker.take.agreement import counted_apart, effective
from worker.take.introduction import Shared

WORKERS_MAX: Final = 1_000
PAGES_MAX: Final = 1_000


class Workforce(msgspec.Struct, frozen=True, kw_only=True):
    """The workers of an installation: of those alive, `abouts` has what each said of itself.

    `dead` are silent for longer than the time-out, and not given up yet. `profiles` has, by digest, rates, types, and
    of each Page in question the entry; `digests` is one for each living worker.
    """

    abouts: Sequence["About"]
    digests: Sequence[str]
    dead: int
    profiles: Mapping[str, Mapping[str, str]]
    not_ended: int
    unserved: Sequence[str]
    parked: Sequence[str]


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker said of itself; an older one says neither its version nor its settings nor its verdicts."""

    version: str = ""
    settings: Mapping[str, object] = {}
    verdicts: str = ""


def look_at(client: "redis.Redis", keys: Keys, pages: Sequence[str], *, timeout_ms: int) -> Workforce:
    """Returns the workers that Redis knows, at most 1,000.

    Args:
        client: of the server.
        keys: of the installation.
        pages: whose entries are of interest; the first 1,000 are looked at.
        timeout_ms: after how long a silent worker counts as dead.

    Raises:
        redis.RedisError: the server was not reached.
    """
    seconds, microseconds = client.time()
    since_ms = seconds * 1000 + microseconds // 1000 - timeout_ms
    latest = cast(
        "list[tuple[bytes, float]]",
        client.zrange(keys.of("beats"), 0, WORKERS_MAX - 1, desc=True, withscores=True),
    )
    alive = [name for name, at_ms in latest if at_ms >= since_ms]
    infos = cast("list[bytes | None]", client.hmget(keys.of("workers:info"), alive)) if alive else []
    found = cast("list[bytes | None]", client.hmget(keys.of("workers"), alive)) if alive else []
    digests = [digest.decode() for digest in found if digest is not None]
    depth = cast("list[bytes]", client.hvals(keys.of("depth")))
    return Workforce(
        abouts=[_about(info) for info in infos],
        digests=digests,
        dead=len(latest) - len(alive),
        profiles={
            digest: _profile(client, keys, digest, pages[:PAGES_MAX]) for digest in sorted(set(digests))
        },
        not_ended=sum(int(number) for number in depth),
        unserved=unserved_pages(client, keys),
        parked=_members(client, keys.of("parked")),
    )


def _about(info: bytes | None) -> About:
    try:
        return msgspec.json.decode(info or b"{}", type=About)
    except msgspec.DecodeError:
        return About()


def _profile(client: "redis.Redis", keys: Keys, digest: str, pages: Sequence[str]) -> dict[str, str]:
    names = ["@rates", "@types", *pages]
    values = cast("list[bytes | None]", client.hmget(keys.of(f"profile:{digest}"), names))
    return {name: value.decode() for name, value in zip(names, values, strict=True) if value is not None}


def _members(client: "redis.Redis", key: str) -> list[str]:
    return sorted(each.decode() for each in cast("list[bytes]", client.srandmember(key, PAGES_MAX)))


def workers(force: Workforce, shared: Shared, *, version: str, verdicts: str) -> Iterator[Finding]:
    """Yields who is alive, and whether they agree with each other and with this machine.

    Args:
        force: the living workers.
        shared: the settings of this machine.
        version: of this machine.
        verdicts: the digest of this machine's table of verdicts, '' where it cannot be read.
    """
    if not force.abouts:
        make = error if force.not_ended else warning
        yield make(
            "workers.alive",
            f"no worker is running, {force.not_ended:,} commands wait",
            why="nothing is sent",
            do="start one with `outbound worker`; if one runs, it uses another Redis or key prefix",
        )
    else:
        yield ok(
            "workers.alive", f"{len(force.abouts):,} worker {_plural('process', len(force.abouts))} alive"
        )
    if force.dead:
        yield warning(
            "workers.alive",
            f"{force.dead:,} worker {_plural('process', force.dead)} silent for longer than the time-out",
            why="what they had taken goes back to its lane as soon as a living worker gives them up",
            do="nothing, if a worker is running and they are gone in a minute",
        )
    if force.abouts:
        yield from _versions(force)
        yield from _settings(force, shared)
        yield from _verdicts(force, version, verdicts)
        yield from _rates(force)


def _versions(force: Workforce) -> Iterator[Finding]:
    counted = Counter(each.version or "unknown" for each in force.abouts)
    told = ", ".join(f"{number:,} of {name}" for name, number in sorted(counted.items()))
    if len(counted) == 1:
        yield ok("workers.version", f"all of version {next(iter(counted))}")
        return
    yield warning(
        "workers.version",
        f"workers of several versions: {told}",
        why="commands that only the newer ones know wait for those",
        do="finish the deploy; nothing, if one is going on",
    )


def _settings(force: Workforce, shared: Shared) -> Iterator[Finding]:
    mine: dict[str, object] = msgspec.json.decode(msgspec.json.encode(shared))
    apart = sorted(
        f"OUTBOUND_{name.removesuffix('_ms').upper()}"
        for name, value in mine.items()
        if any(name in each.settings and each.settings[name] != value for each in force.abouts)
    )
    if not apart:
        yield ok("workers.settings", "workers and this machine have the same settings")
        return
    yield warning(
        "workers.settings",
        f"{listed(apart)} of a worker {'differs' if len(apart) == 1 else 'differ'} from this machine's",
        why="how a command is tried, kept and given up depends on which worker takes it",
        do="give all workers one set of settings, and run `outbound doctor` with the same",
    )


def _verdicts(force: Workforce, version: str, mine: str) -> Iterator[Finding]:
    """Workers of other versions are left out: the table itself may differ there."""
    theirs = [each.verdicts for each in force.abouts if each.version == version and each.verdicts]
    other = sum(each != mine for each in theirs)
    if not theirs or (not mine and len(set(theirs)) == 1):
        return
    if mine and not other:
        yield ok("workers.verdicts", "workers and this machine have the same table of verdicts")
        return
    have = "has" if other == 1 else "have"
    yield warning(
        "workers.verdicts",
        f"{other:,} of {len(theirs):,} worker processes {have} another table of verdicts than this machine"
        if mine
        else f"worker processes have {len(set(theirs))} different tables of verdicts",
        why="what a refusal means, and whether it is tried again, depends on which worker takes the command",
        do="give all workers the same OUTBOUND_VERDICTS_FILE, and restart those that read it before it changed",
    )


def _rates(force: Workforce) -> Iterator[Finding]:
    rates = {profile.get("@rates", "") for profile in force.profiles.values()}
    if len(rates) > 1:
        yield warning(
            "workers.rates",
            f"workers have {len(rates)} different sets of rates",
            why="a Page is paced by the rates of whichever worker takes from it",
            do="give all workers the same OUTBOUND_RATE_… and OUTBOUND_BURST",
        )
    apart = counted_apart(
        {
            page: [
                effective(profile.get("@rates", ""), profile[page])
                for profile in force.profiles.values()
                if page in profile
            ]
            for page in sorted(
                {name for profile in force.profiles.values() for name in profile if name[0] != "@"}
            )
        }
    )
    if apart:
        yield warning(
            "workers.rates",
            f"workers have rates of two forms for Page {listed(list(apart))}",
            why="one by the second and one of a window are counted apart: together they let through more than either",
            do="give all workers the rates of these Pages in one form, such as 40/s",
        )


def pages_served(force: Workforce, pages: Mapping[str, str]) -> Iterator[Finding]:
    """Yields which Pages nobody serves, or with another token.

    Args:
        force: the living workers.
        pages: of this machine, each with the fingerprint of its token.
    """
    if not force.abouts:
        return
    entries = {
        page: {profile[page].split(";")[1] for profile in force.profiles.values() if page in profile}
        for page in list(pages)[:PAGES_MAX]
    }
    nowhere = sorted(page for page, prints in entries.items() if not prints)
    other = sorted(page for page, prints in entries.items() if prints and prints != {pages[page]})
    if nowhere:
        yield warning(
            "workers.pages",
            f"no running worker has a token for Page {listed(nowhere)}, which this machine has",
            why="what is queued for it waits",
            do="give the workers the same Pages file; a changed one is read again within seconds",
        )
    if other:
        yield warning(
            "workers.pages",
            f"a running worker has another token for Page {listed(other)} than this machine",
            why="one of them may be dead: a hold for a dead token is for that token alone",
            do="give every worker the newest token",
        )
    if entries and not nowhere and not other:
        yield ok("workers.pages", "the running workers have the Pages and tokens that this machine has")


def stranded(force: Workforce) -> Iterator[Finding]:
    """Yields what waits for a worker that there is none of: Pages without a token, types that nobody knows."""
    if force.unserved:
        yield error(
            "workers.pages",
            f"commands wait for Page {listed(force.unserved)}, which no running worker has a living token for",
            why="they wait, and expire if they may",
            do="add the Page to the Pages file of the workers; where `outbound page list` shows a dead token, "
            "put a new one there, or release the Page if that token is alive",
        )
    if force.parked:
        yield warning(
            "workers.types",
            f"commands of the types {listed(force.parked)} are parked",
            why="no running worker knows these types",
            do="start workers of the version that the producers have",
        )


def _plural(noun: str, number: int) -> str:
    return noun if number == 1 else f"{noun}es"
