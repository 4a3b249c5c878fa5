"""What else of a Page Meta would refuse is refused here: labels, thread control, personas, apps, moderation."""

from typing import Any

import pytest

from producer import batch
from tests.producer.commands.refusal import LONG, Make, Refused, refusal_of

V: Any = batch  # the calls below are wrong on purpose

REFUSED: list[Refused] = [
    ("an empty label name", lambda: V.create_label(""), "name", "must not be empty"),
    (
        "a label of another type",
        lambda: V.associate_label("1", 1.5),
        "label_id",
        "must be text or a whole number",
    ),
    (
        "thread metadata over its bound",
        lambda: V.pass_thread_control("1", 5, "m" * 1001),
        "metadata",
        "at most 1000 characters",
    ),
    (
        "a persona's name over its bound",
        lambda: V.create_persona(name="n" * 51, profile_picture_url="https://e.com"),
        "name",
        "at most 50 characters",
    ),
    ("too many best", lambda: V.set_nlp_configs(n_best=9), "n_best", "at most 8"),
    ("too small a code", lambda: V.generate_messenger_code(image_size=99), "image_size", "at least 100"),
    (
        "events that are no list",
        lambda: V.log_custom_events(page_id="1", page_scoped_user_id="1", events={"a": 1}),
        "events",
        "must be a list; a dict was given",
    ),
    (
        "a block and its undoing",
        lambda: V.moderate_conversations(["1"], ["block_user", "unblock_user"]),
        "actions",
        "block_user and unblock_user do not go together",
    ),
    (
        "11 people to moderate",
        lambda: V.moderate_conversations(["1"] * 11, ["block_user"]),
        "user_ids[10]",
        "at most 10 entries",
    ),
    (
        "a creative over its bound",
        lambda: V.create_message_creative([{"text": "x"}, {"text": LONG}]),
        "messages[1].text",
        "at most 2000 characters",
    ),
]


@pytest.mark.parametrize(
    ("make", "path", "problem"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_meta_would_refuse_is_refused_with_its_path(make: Make, path: str, problem: str) -> None:
    """The error names the path and the bound, and nothing of the value."""
    assert refusal_of(make) == (path, problem)
