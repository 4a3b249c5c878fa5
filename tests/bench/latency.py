"""How long a lone command takes from `send_text` to Graph while the worker is idle, beside a plain post."""

import json
import random
import time
from typing import Final

import httpx

from tests.bench import load
from tests.bench.arena import PAGE, VERSION, Arena
from tests.bench.figures import BenchFailedError, Figure, Section, Series, Target
from tests.bench.plan import Plan, Say
from tests.bench.processes import our_worker
from tests.bench.spread import percentile, spread_of

PAUSE_S: Final = 0.02
WARM_UP: Final = 20
ARRIVE_S: Final = 10.0
PERCENTILES: Final = tuple(range(1, 100))

REMARK: Final = "Arrival is what the ledger of the stub says, on the clock that all processes share."

Times = dict[str, list[float]]


def measure(arena: Arena, plan: Plan, say: Say) -> tuple[Section, list[Series]]:
    """Returns the section of a lone command's latency and its curve; the stub of `arena` keeps a ledger."""
    chance = random.Random(5)
    rounds: list[Times] = []
    with our_worker(arena.settings()), httpx.Client() as client:
        _round(arena, client, WARM_UP, chance)
        for number in range(plan.repeats):
            say(f"latency: round {number + 1} of {plan.repeats}")
            rounds.append(_round(arena, client, plan.lone, chance))
    return Section(
        "A lone command, idle worker: from the call to its arrival at Graph",
        _figures(rounds),
        [
            f"Plain posts and commands take turns, {plan.lone} of each a round, some {PAUSE_S} s apart.",
            REMARK,
        ],
    ), _curves(rounds)


def _round(arena: Arena, client: httpx.Client, count: int, chance: random.Random) -> Times:
    """Returns milliseconds from call to arrival, of plain posts and of our commands in turn."""
    arena.stub.clear()
    producer = arena.producer()
    called: dict[str, tuple[str, float]] = {}
    for number in range(count):
        plain, queued = f"plain{number}", str(load.PEOPLE_FIRST + number)
        called[plain] = ("plain", time.monotonic())
        _post(arena, client, plain)
        time.sleep(PAUSE_S * chance.uniform(0.5, 1.5))
        called[queued] = ("ours", time.monotonic())
        producer.send_text(queued, f"Hello {number}, your order has been shipped")
        time.sleep(PAUSE_S * chance.uniform(0.5, 1.5))
    producer.close()
    times: Times = {"plain": [], "ours": []}
    for recipient, arrived in _arrivals(arena, 2 * count).items():
        way, started = called[recipient]
        times[way].append((arrived - started) * 1e3)
    return times


def _arrivals(arena: Arena, expected: int) -> dict[str, float]:
    deadline = time.monotonic() + ARRIVE_S
    while len(arena.stub.ledger) < expected:
        if time.monotonic() > deadline:
            raise BenchFailedError("lone commands did not arrive at the stub within 10 s")
        time.sleep(0.05)
    return {each.recipient: each.at_monotonic for each in arena.stub.ledger}


def _post(arena: Arena, client: httpx.Client, recipient: str) -> None:
    body = {
        "messaging_type": "UPDATE",
        "recipient": {"id": recipient},
        "message": {"text": f"Hello {recipient}, your order has been shipped"},
    }
    url = f"{arena.origin}/v{VERSION}/me/messages"
    headers = {"content-type": "application/json"}
    answer = client.post(
        url, params={"access_token": f"TOKEN-{PAGE}"}, content=json.dumps(body), headers=headers
    )
    answer.raise_for_status()


def _figures(rounds: list[Times]) -> list[Figure]:
    figures = []
    for name, share, bound in (("p50", 0.5, 3.0), ("p99", 0.99, 15.0)):
        plain = [percentile(each["plain"], share) for each in rounds]
        ours = [percentile(each["ours"], share) for each in rounds]
        above = [mine - theirs for mine, theirs in zip(ours, plain, strict=True)]
        figures += [
            Figure(key=f"lone_{name}_plain", title=f"{name}, plain post", unit="ms", spread=spread_of(plain)),
            Figure(key=f"lone_{name}_ours", title=f"{name}, ours", unit="ms", spread=spread_of(ours)),
            Figure(
                key=f"lone_{name}_above",
                title=f"{name}, ours above a plain post",
                unit="ms",
                spread=spread_of(above),
                target=Target("at most", bound),
            ),
        ]
    return figures


def _curves(rounds: list[Times]) -> list[Series]:
    curves = []
    for way, title in (("plain", "plain post"), ("ours", "send_text → worker → Graph")):
        pooled = [value for each in rounds for value in each[way]]
        points = [(percentile(pooled, share / 100), float(share)) for share in PERCENTILES]
        curves.append(Series(title, "ms from the call to its arrival at Graph", "% of calls", points))
    return curves
