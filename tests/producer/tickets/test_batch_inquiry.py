"""The id of a batch's ticket names its parts; one that somebody made up costs nothing."""

import pytest

from producer.errors import InvalidCommandError
from producer.store.keys import Keys
from producer.tickets.batch_inquiry import BatchInquiry

BASE = "0" * 20


def test_as_many_parts_are_asked_after_as_a_batch_may_have() -> None:
    """The bound is that of `send_batch`."""
    assert len(BatchInquiry(f"{BASE}x10000", Keys()).parts) == 10_000


@pytest.mark.parametrize("size", ["10001", "3000000", "9" * 150, "\u0663", "3" + "_1" * 51])
def test_an_id_of_more_is_none(size: str) -> None:
    """A ticket's id from a stranger takes neither time nor memory by the number that stands in it."""
    with pytest.raises(InvalidCommandError, match="is no ticket of a batch"):
        BatchInquiry(f"{BASE}x{size}", Keys())
