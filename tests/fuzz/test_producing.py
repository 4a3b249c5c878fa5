"""Whatever a service hands over, it is enqueued, or refused by an error that has a name; and so is a line of a file."""

import inspect
from contextlib import suppress
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from producer import OutboundError, batch
from producer.commands import from_json
from producer.testing import Outbox
from producer.vocabulary.methods import Vocabulary
from tests.fuzz.inputs import broken, documents, inputs, json_of, scalars, texts

METHODS: Final = sorted(
    name for name in dir(Vocabulary) if not name.startswith("_") and callable(getattr(batch, name, None))
)
people: Final = st.sampled_from(["7", "a|b;c\n", {"id": "7"}, {"comment_id": "c"}, {"user_ref": 5}, ""])
arguments: Final = st.one_of(people, texts, documents, scalars, st.binary(max_size=8), st.just({"text": "x"}))
options: Final = st.dictionaries(
    st.sampled_from(
        ["page", "priority", "send_at", "expires_in", "idempotency_key", "ordered", "at_most_once"]
    ),
    scalars | st.sampled_from(["P1", "bulk", "interactive", "key"]),
    max_size=3,
)
lines: Final = broken(
    st.sampled_from(
        [
            b'{"type":"send_message","recipient":"7","message":{"text":"x"}}',
            b'{"type":"send_batch","parts":[{"type":"raw_part","part":{"method":"GET","relative_url":"me"}}]}',
            b'{"type":"set_user_menu","user_id":"7","persistent_menu":[{"locale":"default"}]}',
        ]
    )
)


@inputs(0.06, 200)
@given(name=st.sampled_from(METHODS), given_values=st.lists(arguments, max_size=4), delivery=options)
def test_every_method_takes_or_refuses(
    name: str, given_values: list[object], delivery: dict[str, Any]
) -> None:
    """With arguments of any form, in any number; a wrong number is the language's own error."""
    outbox = Outbox(page="P1")
    function = getattr(batch, name)
    try:
        inspect.signature(function).bind(*given_values)
    except TypeError:
        return
    with suppress(OutboundError):
        view = outbox.with_options(**{key: value for key, value in delivery.items() if key != "page"})
        getattr(view, name)(*given_values)


@inputs(0.05, 150)
@given(line=lines | st.builds(json_of, documents) | st.binary(max_size=60))
def test_a_line_is_a_command_or_refused(line: bytes) -> None:
    """As `outbound enqueue` reads it, and then enqueues it."""
    outbox = Outbox(page="P1")
    with suppress(OutboundError):
        outbox.send_batch([from_json(line)])  # type: ignore[list-item]  # a batch in a batch is refused
    with suppress(OutboundError):
        outbox.send_many([from_json(line)])
