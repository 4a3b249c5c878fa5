"""One Page with a worker that has its token, and dead letters of it: what the tests of the operators' verbs work on."""

from collections.abc import Callable
from typing import Any

from producer import Producer
from worker.engine.chunk import Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes

PAGE = "1895"
PROFILE = Profile(rates={"text": None}, types=("send_message",), pages={PAGE: KnownPage("app", "f")})
REFUSED = (
    b'{"reason":"Too many calls.","answer":{"row":"throttled","code":613,"status":400,"fbtrace_id":"Fb1"}}'
)

Outbound = Callable[..., Any]


def bury(lanes: Lanes, producer: Producer, number: int = 1, outcome: Any = "exhausted") -> list[str]:  # noqa: ANN401 (an outcome's name)
    """Makes dead letters, and returns their ids in the order in which they ended."""
    tickets = [
        producer.with_options(at_most_once=True).send_text(f"p{n}", "secret words") for n in range(number)
    ]
    left = number
    while left:
        chunk = lanes.take("w", left, PROFILE).chunk
        assert chunk is not None
        lanes.begin(chunk)
        lanes.settle(chunk, [Settlement(each.id, outcome, "ad", 0, REFUSED) for each in chunk.commands])
        left -= len(chunk.commands)
    return [ticket.id for ticket in tickets]
