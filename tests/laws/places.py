"""Law 1, read from Redis: where each command is, and every way in which the keys may disagree about it."""

from collections import Counter
from collections.abc import Iterable, Iterator

import redis

from tests.laws.store import Record, Store, read

BROADCAST_AT = 3  # a lane of a broadcast is named page/class/priority/broadcast
NEVER_MS = 9_000_000_000_000_000
PLACES = {
    "L": "lane",
    "W": "waiting",
    "S": "scheduled",
    "R": "retry",
    "P": "parked",
    "E": "echo",
    "T": "taken",
}
NO_OUTCOMES = frozenset({"retried", "reaped", "dead_dropped", "quarantined"})


def places(client: "redis.Redis", accepted: Iterable[str]) -> dict[str, str]:
    """Returns each command's place: `lane`, `taken`, … or the outcome with which it ended.

    Raises:
        AssertionError: some command is in no place, or in two, or two keys disagree.
    """
    return located(read(client), accepted)


def located(store: Store, accepted: Iterable[str]) -> dict[str, str]:
    """Returns the same of what was read before, and raises in the same case."""
    found = {command_id: PLACES[record.state] for command_id, record in store.commands.items()}
    for command_id, outcome in store.outcomes.items():
        found.setdefault(command_id, outcome.split("|", 1)[0])
    problems = list(disagreements(store, accepted))
    assert not problems, "\n".join(problems[:10])
    return found


def disagreements(store: Store, accepted: Iterable[str]) -> Iterator[str]:
    """Yields a sentence for each thing that is not as law 1 says."""
    for command_id in accepted:
        if (command_id in store.commands) == (command_id in store.outcomes):
            yield f"{command_id} is both waiting and ended, or neither"
    for command_id, record in store.commands.items():
        yield from _misplaced(store, command_id, record)
    yield from _conversations(store)
    yield from _turns(store)
    yield from _timer(store)
    yield from _sums(store)


def _misplaced(store: Store, command_id: str, record: Record) -> Iterator[str]:
    in_lane = sum(ids.count(command_id) for ids in store.listed("lane").values())
    here = store.listed("lane").get(record.lane, []).count(command_id)
    if record.state == "L" and (in_lane, here) != (1, 1):
        yield f"{command_id} should be once in its lane {record.lane}, is {here} of {in_lane} times"
    is_later = command_id in store.scores("later")
    if is_later != (record.state in "SRE"):
        yield f"{command_id} is in state {record.state}, and in later: {is_later}"
    queued = sum(command_id in ids for ids in store.listed("conversation").values())
    if record.state == "W" and queued != record.pending:
        yield f"{command_id} stands in {queued} conversations, should in {record.pending}"
    if (record.pending > 0) != (record.state == "W"):
        yield f"{command_id} is in state {record.state} with {record.pending} conversations before it"
    parked = store.listed("parked").get(record.type, []).count(command_id)
    if record.state == "P" and (parked != 1 or record.type not in store.sets.get("parked", ())):
        yield f"{command_id} should be parked once, is {parked} times"
    marks = [mark for mark, ids in _taken(store).items() if command_id in ids]
    if record.state == "T" and marks != [record.mark]:
        yield f"{command_id} is taken by {record.mark}, and listed under {marks}"
    if record.state != "T" and record.mark:
        yield f"{command_id} is in state {record.state}, and marked {record.mark}"
    made = ":" in command_id  # by a broadcast: it is seen to have expired when it is taken
    if record.expires_ms is not None and not made and command_id not in store.scores("expiring"):
        yield f"{command_id} would never be seen to expire"


def _taken(store: Store) -> dict[str, list[str]]:
    return {
        f"{worker}#{token}": value.partition("|")[2].split(",")
        for worker, tokens in store.hashes.get("taken", {}).items()
        for token, value in tokens.items()
    }


def _conversations(store: Store) -> Iterator[str]:
    heads: dict[str, str] = {}
    for command_id, record in store.commands.items():
        for key in record.conversations:
            waits = command_id in store.listed("conversation").get(key, [])
            if record.state == "S" or waits:
                continue
            if key in heads:
                yield f"{key} has two heads, {heads[key]} and {command_id}"
            heads[key] = command_id
    moving = {member[1:] for member in store.scores("later") if member.startswith("~")}
    busy = set(_busy(store))
    if busy != set(heads) | moving:
        yield f"busy are {sorted(busy)}, heads have {sorted(heads)}, moving are {sorted(moving)}"


def _busy(store: Store) -> Iterator[str]:
    for name, people in store.sets.items():
        kind, _, where = name.partition(":")
        priority, _, page = where.partition(":")
        yield from (f"{page}/{person}/{priority}" for person in people if kind == "busy")


def _turns(store: Store) -> Iterator[str]:
    asleep = store.scores("asleep")
    rings = store.scored.get("ring", {})
    waiting = {lane for lane, ids in store.listed("lane").items() if ids}
    ringed = Counter(lane for lanes in rings.values() for lane in lanes)
    for lane in waiting:
        turns = ringed[lane] + (lane in asleep)
        if turns != 1:
            yield f"lane {lane} should be in one of ring and asleep, is in {turns}"
    for name, lanes in rings.items():
        priority, _, page = name.partition(":")
        ready = page in store.scores("ready", priority)
        if lanes and ready == (page in asleep):
            yield f"Page {page} should be ready ({priority}) or asleep: ready is {ready}"


def _timer(store: Store) -> Iterator[str]:
    for kind in ("later", "asleep", "expiring"):
        first = min(store.scores(kind).values(), default=NEVER_MS)
        if first < min(store.next_ms, NEVER_MS):
            yield f"the timer sleeps until {store.next_ms:.0f}, but {kind} has something at {first:.0f}"
    for signal in ("wake", "alarm", "vacant"):
        tokens = len(store.listed(signal).get("", []))
        if tokens > 1:
            yield f"{signal} holds {tokens} tokens"


def _sums(store: Store) -> Iterator[str]:
    depth = Counter(record.page for record in store.commands.values())
    for lane, entries in store.listed("lane").items():
        page, *_, broadcast = lane.split("/")
        if lane.count("/") > BROADCAST_AT - 1 and broadcast:
            depth[page] += sum(entry.startswith("@") for entry in entries)
    unknown = sum(outcome.split("|", 5)[4] == "?" for outcome in store.outcomes.values())
    over = Counter(store.numbers("depth"))
    over.subtract(depth)
    if min(over.values(), default=0) < 0 or over.total() > unknown:
        yield f"depth says {store.numbers('depth')}, there are {dict(depth)}"
    ended = Counter(outcome.split("|", 1)[0] for outcome in store.outcomes.values())
    counted = {what: n for what, n in store.numbers("counts").items() if what not in NO_OUTCOMES}
    for what in ("cancelled", "refused"):
        ended[what] += _ended_at_once(store, what)
    ended = +ended
    if counted != ended:
        yield f"counts say {counted}, outcomes are {dict(ended)}"
    by_page: Counter[str] = Counter()
    for name in store.hashes.get("counts", {}):
        if name and not name.startswith("broadcast:"):
            by_page.update(store.numbers("counts", name))
    totals = {what: n for what, n in store.numbers("counts").items() if what != "dead_dropped"}
    if totals != {what: n for what, n in by_page.items() if n}:
        yield f"counts say {totals}, the Pages' add up to {dict(by_page)}"


def _ended_at_once(store: Store, what: str) -> int:
    """Returns how many people ended with their broadcasts before they were commands, so without outcomes."""
    total = 0
    for name in store.hashes.get("counts", {}):
        kind, _, broadcast = name.partition(":")
        if kind == "broadcast":
            total += store.numbers("counts", name).get(what, 0)
            total -= sum(
                outcome.startswith(f"{what}|")
                for command_id, outcome in store.outcomes.items()
                if command_id.startswith(f"{broadcast}:")
            )
    return total
