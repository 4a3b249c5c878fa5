"""What is asked of Graph as an app: tokens, subscriptions, NLP, events, ids and codes; beyond the recorded cases."""

from typing import Any

import pytest

from producer import batch, secret
from producer.commands import Command
from producer.errors import InvalidCommandError
from tests.worker.call.endpoints.tokens import CONTEXT, NAMED, OVERRIDE
from worker.call.endpoints import APP_SECRET, APP_TOKEN, PAGE_TOKEN, Call, Fill, Token, call_for

B: Any = batch
DEFAULT_FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_optins",
    "messaging_referrals",
    "messaging_handovers",
    "messaging_policy_enforcement",
)

CALLS: list[tuple[str, Command, Call]] = [
    (
        "debugging another token",
        B.debug_token(access_token="OTHER_TOKEN"),
        Call(
            method="GET",
            path="debug_token",
            token=APP_TOKEN,
            fill=(Fill(place="query", name="input_token", token=OVERRIDE),),
        ),
    ),
    (
        "debugging the Page's token",
        B.debug_token(),
        Call(
            method="GET",
            path="debug_token",
            token=APP_TOKEN,
            fill=(Fill(place="query", name="input_token", token=PAGE_TOKEN),),
        ),
    ),
    (
        "a subscription by default",
        B.create_subscription(callback_url="u", include_values=True),
        Call(
            method="POST",
            path="APP_ID/subscriptions",
            token=APP_TOKEN,
            body={
                "object": "page",
                "callback_url": "u",
                "fields": ",".join(DEFAULT_FIELDS),
                "include_values": True,
            },
            fill=(Fill(place="body", name="verify_token", token=Token(source="verify_token")),),
        ),
    ),
    (
        "a subscription with a named secret",
        B.create_subscription(
            callback_url="u", verify_token=secret("shop"), fields=["messages"], object="user", app_id=5
        ),
        Call(
            method="POST",
            path="5/subscriptions",
            token=APP_TOKEN,
            body={"object": "user", "callback_url": "u", "fields": "messages"},
            fill=(Fill(place="body", name="verify_token", token=NAMED),),
        ),
    ),
    (
        "subscriptions by the app's own token",
        B.get_subscriptions(),
        Call(method="GET", path="APP_ID/subscriptions", token=APP_TOKEN),
    ),
    (
        "NLP with everything",
        B.set_nlp_configs(nlp_enabled=False, model="ENGLISH", custom_token="W", verbose=True, n_best=2),
        Call(
            method="POST",
            path="me/nlp_configs",
            body={},
            place="body",
            query=(
                ("nlp_enabled", "false"),
                ("model", "ENGLISH"),
                ("custom_token", "W"),
                ("verbose", "true"),
                ("n_best", "2"),
            ),
        ),
    ),
    (
        "NLP with a named secret and token",
        B.set_nlp_configs(custom_token=secret("shop"), access_token="OTHER_TOKEN"),
        Call(
            method="POST",
            path="me/nlp_configs",
            body={},
            place="body",
            token=OVERRIDE,
            fill=(Fill(place="query", name="custom_token", token=NAMED),),
        ),
    ),
    (
        "events of the configured app",
        B.log_custom_events(page_id="p", page_scoped_user_id="1", events=[{"_valueToSum": 75.0}]),
        Call(
            method="POST",
            path="APP_ID/activities",
            body={
                "event": "CUSTOM_APP_EVENTS",
                "custom_events": '[{"_valueToSum":75}]',
                "advertiser_tracking_enabled": 0,
                "application_tracking_enabled": 0,
                "extinfo": '["mb1"]',
                "page_id": "p",
                "page_scoped_user_id": "1",
            },
        ),
    ),
    (
        "ids by the configured secret",
        B.get_ids_for_pages(user_id="1", page="5"),
        Call(method="GET", path="1/ids_for_pages", query=(("page", "5"),), proof_secret=APP_SECRET),
    ),
    (
        "ids by a named secret",
        B.get_ids_for_apps(user_id="1", app=5, app_secret=secret("shop")),
        Call(method="GET", path="1/ids_for_apps", query=(("app", "5"),), proof_secret=NAMED),
    ),
    (
        "a code with another token",
        B.generate_messenger_code(access_token="OTHER_TOKEN"),
        Call(
            method="POST", path="me/messenger_codes", body={"type": "standard"}, token=OVERRIDE, place="both"
        ),
    ),
]


@pytest.mark.parametrize(
    ("command", "expected"), [case[1:] for case in CALLS], ids=[case[0] for case in CALLS]
)
def test_a_command_becomes_its_call(command: Command, expected: Call) -> None:
    """Every field of the call is what Graph and the worker need."""
    assert call_for(command, CONTEXT) == expected


@pytest.mark.parametrize(
    "command",
    [
        B.get_subscriptions(),
        B.create_subscription(callback_url="u"),
        B.log_custom_events(page_id="p", page_scoped_user_id="1", events=[]),
    ],
)
def test_a_missing_app_id_is_said(command: Command) -> None:
    """What needs the app's id says where to put it."""
    with pytest.raises(InvalidCommandError, match="app_id: is needed"):
        call_for(command)
