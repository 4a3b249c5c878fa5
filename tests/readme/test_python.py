"""The README's Python does what the text says, from the first block to the last."""

from collections.abc import Iterator

import pytest

from producer.versions import NEWEST
from tests.readme.fenced import Block, blocks_of
from tests.readme.house import House, house, plain_blocks


@pytest.fixture(scope="module")
def home() -> Iterator[House]:
    """One house for all blocks, since later ones use what earlier ones made."""
    with house() as made:
        yield made


@pytest.mark.parametrize("block", plain_blocks(), ids=lambda each: each.name)
def test_a_block_runs(home: House, block: Block) -> None:
    """Each block runs as it is written, after those before it, against the worker and the stub."""
    home.run_through(block)
    assert home.reached >= block.place


def test_what_the_first_service_sends_arrives(home: House) -> None:
    """The ticket of the first example ends as its comments say, and the next block reads a name."""
    names = home.run_through(blocks_of("Two lines in a service", "python")[-1])
    assert names["outcome"].name == "sent"
    assert names["outcome"].reply["recipient_id"] == "2345678901234567"
    assert isinstance(names["profile"]["first_name"], str)


def test_everybody_in_a_list_is_sent_to(home: House) -> None:
    """`send_many` reaches each of the people, and the broadcast has ended for all, sent before its cancel or not."""
    names = home.run_through(blocks_of("One message to a million people", "python")[0])
    home.worker.drain()
    for psid in names["people"]:
        assert "The sale ends tonight." in home.graph.texts(psid)
    progress = names["sale"].progress()
    assert (progress.added, progress.waiting) == (2, 0)
    assert progress.state in {"complete", "cancelled"}
    assert sum(progress.ended.values()) == 2


def test_the_direct_client_sends_at_once(home: House) -> None:
    """The example without a queue reaches Graph, with the token that it was given."""
    home.run_through(blocks_of("Without a queue", "python")[0])
    assert "Hello!" in home.graph.texts("2345678901234567")
    assert any("version" not in each.path and f"/v{NEWEST}/" in each.path for each in home.graph.requests)


def test_each_page_sends_its_own(home: House) -> None:
    """The recipe for several Pages sends each text from the Page that it names."""
    home.run_through(blocks_of("Several Pages", "python")[0])
    home.worker.drain()
    assert home.graph.texts("3456789012345678", page="222222222222222") == ["Bonjour !"]
    assert "Hallo!" in home.graph.texts("2345678901234567", page="111111111111111")


def test_what_was_moved_from_the_reference_client_arrives(home: House) -> None:
    """The lines of the table's example send the text with its tag, and make the persona."""
    names = home.run_through(blocks_of("From the reference client", "python")[0])
    assert names["ticket"].wait(timeout_s=30).sent
    assert names["persona"].result(timeout_s=30).keys() == {"id"}
