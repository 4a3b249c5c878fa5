"""What holds for the call of any method: an id keeps its place, a batch is none, and no secret is shown."""

from typing import Any

import pytest

from producer import batch
from producer.commands import SendBatch
from producer.errors import InvalidCommandError
from worker.call.endpoints import call_for

B: Any = batch


@pytest.mark.parametrize("name", [".", ".."])
def test_an_id_does_not_leave_its_place_in_the_path(name: str) -> None:
    """A dot segment would be folded away by any client on the way."""
    with pytest.raises(InvalidCommandError):
        call_for(B.get_persona(name))


def test_a_batch_is_no_single_call() -> None:
    """The parts of a batch are calls, the batch is none."""
    with pytest.raises(InvalidCommandError):
        call_for(SendBatch(parts=[B.mark_seen("1")]))


def test_a_call_and_its_tokens_show_no_secret() -> None:
    """Neither repr nor rich's repr has a token, a query or a body."""
    call = call_for(B.set_nlp_configs(custom_token="TOPSECRET", access_token="TOPSECRET"))
    shown = [repr(call), repr(call.__rich_repr__()), repr(call.token), repr(call.token.__rich_repr__())]
    assert [text for text in shown if "TOPSECRET" in text] == []
