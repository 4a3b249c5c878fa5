"""The service is tested with nothing but the kit's fixtures, as its README says."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from producer import AsyncProducer, Producer, QueueUnavailableError
from producer.testing import Outbox
from tests.service.app import service
from worker.testing.draining import Worker
from worker.testing.graph import Graph

PAGE = "111111111111111"


def asked(app: FastAPI, ask: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]) -> httpx.Response:
    """Returns the service's answer."""

    async def main() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return await ask(client)

    return asyncio.run(main())


@pytest.fixture
def app(outbox: Outbox) -> FastAPI:
    """The service with an outbox in the place of the queue."""
    return service(outbox.aio, outbox)


def test_a_shipped_order_is_told_once(app: FastAPI, outbox: Outbox) -> None:
    """Did I enqueue the right thing: the text, the person, and only once however often the shop calls."""
    for _ in range(2):
        answer = asked(app, lambda client: client.post("/orders/12/shipped", json={"psid": "7"}))
        assert (answer.status_code, answer.json()["ticket"]) == (202, outbox.commands[0].id)
    sent = outbox.only(page=PAGE, recipient="7", text="Order 12 has been shipped.")
    assert (sent.priority, sent.idempotency_key) == ("interactive", "shipped 12")


def test_a_queue_that_is_away_is_a_503(app: FastAPI, outbox: Outbox) -> None:
    """How the service copes is tested without breaking a server."""
    outbox.fail(QueueUnavailableError("Redis was not reached"))
    answer = asked(app, lambda client: client.post("/orders/12/shipped", json={"psid": "7"}))
    assert (answer.status_code, answer.json()) == (503, {"detail": "Redis was not reached"})
    outbox.assert_not_sent()


def test_the_bot_answers_by_name(app: FastAPI, outbox: Outbox) -> None:
    """What a method reads is given by the test; then all that was enqueued is compared in order."""
    outbox.reply_to("get_user_profile", {"first_name": "Ada"})
    asked(app, lambda client: client.post("/bot", json={"psid": "7", "text": "Hi!\nBye!"}))
    outbox.assert_sent(recipient="7", sender_action="typing_on")
    assert outbox.texts(recipient="7") == ["Ada, you said: Hi!", "Ada, you said: Bye!"]


def test_a_sale_is_bulk_and_its_bounds_are_kept(app: FastAPI, outbox: Outbox) -> None:
    """What Meta would refuse is refused by the outbox too."""
    asked(app, lambda client: client.post("/sales", json={"psid": "7", "text": "Sale!"}))
    outbox.only(text="Sale!", priority="bulk", expires_in=3600)
    answer = asked(app, lambda client: client.post("/sales", json={"psid": "7", "text": "x" * 2_001}))
    assert (answer.status_code, len(outbox.commands)) == (422, 1)


def test_orders_reach_graph_in_order_after_two_throttles(
    outbound_async_producer: AsyncProducer, outbound_producer: Producer, graph: Graph, outbound_worker: Worker
) -> None:
    """From the endpoint to Graph: three updates arrive in order, though Graph refused the first two requests."""
    graph.faults.add("error", code=613, times=2)
    app = service(outbound_async_producer, outbound_producer)

    async def three(client: httpx.AsyncClient) -> httpx.Response:
        for order in ("1", "2"):
            await client.post(f"/orders/{order}/shipped", json={"psid": "7"})
        last = await client.post("/orders/3/shipped", json={"psid": "7"})
        await outbound_async_producer.aclose()
        return last

    last = asked(app, three)
    outbound_worker.drain()
    assert graph.texts("7") == [f"Order {order} has been shipped." for order in (1, 2, 3)]
    outcome = outbound_producer.ticket(last.json()["ticket"]).outcome()
    assert outcome is not None
    assert (outcome.name, outcome.page) == ("sent", PAGE)
    refused = [each.fired for each in graph.faults.rules()]
    assert refused == [2]


def test_the_bot_reads_a_profile_through_the_worker(
    outbound_async_producer: AsyncProducer,
    outbound_producer: Producer,
    graph: Graph,
    outbound_worker: Worker,
) -> None:
    """A service that waits for a result inside a request gets it: the worker works while the request does."""

    async def greeted(client: httpx.AsyncClient) -> httpx.Response:
        answer = await client.post("/bot", json={"psid": "7", "text": "Hi!"})
        await outbound_async_producer.aclose()
        return answer

    answer = asked(service(outbound_async_producer, outbound_producer), greeted)
    outbound_worker.drain()
    assert answer.status_code == 202
    assert [text.partition(", ")[2] for text in graph.texts("7")] == ["you said: Hi!"]
