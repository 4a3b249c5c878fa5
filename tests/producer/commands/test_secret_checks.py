"""A token or an app secret never travels through the queue; the name of one does."""

from collections.abc import Callable
from typing import Any

import pytest

from producer import batch, secret
from producer.commands import check_queueable
from producer.errors import InvalidCommandError

V: Any = batch  # the calls below are wrong on purpose

QUEUE_REFUSES: list[tuple[str, Callable[[], Any], str]] = [
    ("a token of a send", lambda: V.send_text("1", "x", access_token="T"), "access_token"),
    ("a token of a read", lambda: V.get_user_profile("1", access_token="T"), "access_token"),
    (
        "a token in a raw body",
        lambda: V.send_raw_body({"recipient": {"id": "1"}, "access_token": "T"}),
        "body.access_token",
    ),
    (
        "a token deep in a raw body",
        lambda: V.send_raw_body({"a": [{"access_token": "T"}]}),
        "body.a[0].access_token",
    ),
    ("an app secret", lambda: V.get_ids_for_apps(user_id="1", app_secret="S"), "app_secret"),
    (
        "a verify token",
        lambda: V.create_subscription(callback_url="https://e.com", verify_token="V"),
        "verify_token",
    ),
    ("a token of Wit", lambda: V.set_nlp_configs(custom_token="W"), "custom_token"),
    ("an app secret among unknown options", lambda: V.send_text("1", "x", app_secret="S"), "app_secret"),
    ("a token of a batch", lambda: V.send_batch([V.mark_seen("1")], access_token="T"), "access_token"),
    (
        "a token of a part",
        lambda: V.send_batch([V.mark_seen("1"), V.part(V.mark_seen("1", access_token="T"), name="b")]),
        "parts[1].access_token",
    ),
    (
        "a token in a raw part's address",
        lambda: V.send_batch([{"method": "GET", "relative_url": "me?access_token=T"}]),
        "parts[0].relative_url",
    ),
    (
        "a token in a raw part's body",
        lambda: V.send_batch([{"method": "POST", "relative_url": "me", "body": {"access_token": "T"}}]),
        "parts[0].body.access_token",
    ),
    (
        "a token in a raw part's query string",
        lambda: V.send_batch([{"method": "POST", "relative_url": "me", "body": "a=1&access_token=T"}]),
        "parts[0].body",
    ),
    *(
        (
            f"a text that takes {steps} of another part",
            lambda steps=steps: V.send_batch(
                [
                    {"method": "GET", "relative_url": "me/accounts", "name": "a"},
                    V.part(V.send_text("1", f"{{result=a:{steps}}}"), depends_on="a"),
                ]
            ),
            "parts[1]",
        )
        for steps in (
            "$.data[0].access_token",
            "$.data.*.access_token",
            "$['data'][0]['Access_Token']",
            "$.access\\u005ftoken",
            "$.data.*",
            "$..*",
            "$",
        )
    ),
    (
        "an address that takes a token of another part, percent-encoded",
        lambda: V.send_batch(
            [
                {
                    "method": "GET",
                    "relative_url": "me?x=%7Bresult%3Da%3A%24.access%255Ftoken%7D",
                    "depends_on": "a",
                }
            ]
        ),
        "parts[0]",
    ),
]


def test_a_part_may_take_what_is_no_token() -> None:
    """Meta's own examples pass: an id, or the ids of all."""
    for steps in ("$.id", "$.data.*.id", "$.data[0].thread_owner"):
        check_queueable(V.send_batch([{"method": "GET", "relative_url": f"me?ids={{result=a:{steps}}}"}]))


@pytest.mark.parametrize(
    ("make", "path"), [case[1:] for case in QUEUE_REFUSES], ids=[case[0] for case in QUEUE_REFUSES]
)
def test_a_secret_does_not_travel_through_the_queue(make: Callable[[], Any], path: str) -> None:
    """A command with a token or an app secret is well formed, and refused for the queue with its path."""
    command = make()
    with pytest.raises(InvalidCommandError) as caught:
        check_queueable(command)
    assert caught.value.path == path
    assert 'producer.secret("name")' in caught.value.problem


@pytest.mark.parametrize(
    "make",
    [
        lambda: V.send_text("1", "x"),
        lambda: V.send_text("1", "my access_token= is gone"),
        lambda: V.send_text("1", "x", access_token=secret("shop")),
        lambda: V.get_ids_for_apps(user_id="1", app_secret=secret("app")),
        lambda: V.create_subscription(callback_url="https://e.com", verify_token=secret("hook")),
        lambda: V.send_batch([V.mark_seen("1", access_token=secret("shop"))]),
        lambda: V.send_batch([{"method": "GET", "relative_url": "me?fields=id"}]),
    ],
)
def test_a_named_secret_travels(make: Callable[[], Any]) -> None:
    """A command without a secret, or with the name of one, may be queued."""
    check_queueable(make())
