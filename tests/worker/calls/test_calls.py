"""What each method asks of Graph, beyond the recorded cases: options, recipients, tokens, versions, odd ids."""

from typing import Any

import pytest

from producer import batch, secret
from producer.commands import Command, GetUserProfile, SendBatch
from producer.errors import InvalidCommandError
from worker.calls import APP_SECRET, APP_TOKEN, PAGE_TOKEN, Call, CallContext, Fill, Token, call_for

B: Any = batch
OVERRIDE = Token(source="literal", value="OTHER_TOKEN")
NAMED = Token(source="secret", value="shop")
CONTEXT = CallContext(app_id="APP_ID", version=(4, 0))
DEFAULT_FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_optins",
    "messaging_referrals",
    "messaging_handovers",
    "messaging_policy_enforcement",
)
REPLY = {"content_type": "text", "title": "Red", "payload": "RED"}


def sent(body: dict[str, object], **more: Any) -> Call:  # noqa: ANN401 - any field of a call
    """Return the call of a send."""
    return Call(method="POST", path="me/messages", body=body, **more)


def update(recipient: dict[str, object], message: dict[str, object], **options: object) -> dict[str, object]:
    """Return the body of a send."""
    return {"messaging_type": "UPDATE", "recipient": recipient, "message": message, **options}


CALLS: list[tuple[str, Command, Call]] = [
    (
        "a text in other letters",
        B.send_text("1", "Grüße, 世界 🎉"),
        sent(update({"id": "1"}, {"text": "Grüße, 世界 🎉"})),
    ),
    ("a user_ref", B.send_text({"user_ref": "r"}, "x"), sent(update({"user_ref": "r"}, {"text": "x"}))),
    (
        "a phone number with a name",
        B.send_text({"phone_number": "+1", "name": {"first_name": "A", "last_name": "B"}}, "x"),
        sent(update({"phone_number": "+1", "name": {"first_name": "A", "last_name": "B"}}, {"text": "x"})),
    ),
    (
        "a messaging type",
        B.send_text("1", "x", messaging_type="RESPONSE"),
        sent({"messaging_type": "RESPONSE", "recipient": {"id": "1"}, "message": {"text": "x"}}),
    ),
    (
        "a tag with a messaging type",
        B.send_text("1", "x", messaging_type="UPDATE", tag="T"),
        sent(update({"id": "1"}, {"text": "x"}, tag="T")),
    ),
    (
        "every option",
        B.send_text(
            "1",
            "x",
            tag="T",
            quick_replies=[REPLY],
            persona_id="p",
            notification_type="NO_PUSH",
            metadata="m",
            reply_to="mid",
            thread_control={"a": 1},
        ),
        sent(
            {
                "messaging_type": "MESSAGE_TAG",
                "recipient": {"id": "1"},
                "message": {"text": "x", "quick_replies": [REPLY], "metadata": "m"},
                "tag": "T",
                "persona_id": "p",
                "notification_type": "NO_PUSH",
                "reply_to": {"mid": "mid"},
                "thread_control": {"a": 1},
            }
        ),
    ),
    (
        "an option of None",
        B.send_text("1", "x", tag=None, metadata=None),
        sent(update({"id": "1"}, {"text": "x"})),
    ),
    (
        "quick replies of a medium",
        B.send_image("1", {"attachment_id": "5"}, quick_replies=[REPLY]),
        sent(
            update(
                {"id": "1"},
                {
                    "attachment": {"type": "image", "payload": {"attachment_id": "5"}},
                    "quick_replies": [REPLY],
                },
            )
        ),
    ),
    (
        "another token",
        B.send_text("1", "x", access_token="OTHER_TOKEN"),
        sent(update({"id": "1"}, {"text": "x"}), token=OVERRIDE, place="both"),
    ),
    (
        "a named token",
        B.send_text("1", "x", access_token=secret("shop")),
        sent(update({"id": "1"}, {"text": "x"}), token=NAMED, place="both"),
    ),
    (
        "a message template",
        B.send_message_template("1", {"name": "n", "language": {"code": "en"}}),
        sent(
            {
                "messaging_type": "UTILITY",
                "recipient": {"id": "1"},
                "message": {"template": {"name": "n", "language": {"code": "en"}}},
            }
        ),
    ),
    (
        "an action with a persona",
        B.typing_on("1", persona_id="p"),
        sent({"recipient": {"id": "1"}, "sender_action": "typing_on", "persona_id": "p"}),
    ),
    (
        "an action with another token",
        B.mark_seen("1", access_token="OTHER_TOKEN"),
        sent({"recipient": {"id": "1"}, "sender_action": "mark_seen"}, token=OVERRIDE, place="both"),
    ),
    (
        "a reaction",
        B.react("1", "m", "love"),
        sent(
            {
                "recipient": {"id": "1"},
                "sender_action": "react",
                "payload": {"message_id": "m", "reaction": "love"},
            }
        ),
    ),
    (
        "a reaction taken back",
        B.unreact("1", "m"),
        sent({"recipient": {"id": "1"}, "sender_action": "unreact", "payload": {"message_id": "m"}}),
    ),
    (
        "a raw body with its token",
        B.send_raw_body({"access_token": "OTHER_TOKEN", "a": None}),
        sent({"access_token": "OTHER_TOKEN", "a": None}, token=OVERRIDE, place="both"),
    ),
    (
        "a raw body with a named token",
        B.send_raw_body({"access_token": {"secret": "shop"}, "a": 1}),
        sent({"a": 1}, token=NAMED, place="both"),
    ),
    (
        "a profile with fields",
        GetUserProfile(user_id="1", fields=["name", "locale"]),
        Call(method="GET", path="1", query=(("fields", "name,locale"),)),
    ),
    ("a profile in a batch", B.get_user_profile("1"), Call(method="GET", path="1")),
    ("an odd id", B.get_persona("a/b?c=d&e ü"), Call(method="GET", path="a%2Fb%3Fc%3Dd%26e%20%C3%BC")),
    (
        "a cursor",
        B.get_personas("a+b=="),
        Call(method="GET", path="me/personas", query=(("after", "a+b=="),)),
    ),
    (
        "page info with fields",
        B.get_page_info(["id", "link"]),
        Call(method="GET", path="me", query=(("fields", "id,link"),)),
    ),
    (
        "page info with another token",
        B.get_page_info(access_token="OTHER_TOKEN"),
        Call(method="GET", path="me", token=OVERRIDE),
    ),
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
        "a greeting as one text",
        B.set_greeting("Hello!"),
        Call(
            method="POST",
            path="me/messenger_profile",
            body={"greeting": [{"locale": "default", "text": "Hello!"}]},
        ),
    ),
    (
        "a menu of items",
        B.set_persistent_menu(
            [{"type": "postback", "title": "t", "payload": "p"}], composer_input_disabled=True
        ),
        Call(
            method="POST",
            path="me/messenger_profile",
            body={
                "persistent_menu": [
                    {
                        "locale": "default",
                        "composer_input_disabled": True,
                        "call_to_actions": [{"type": "postback", "title": "t", "payload": "p"}],
                    }
                ]
            },
        ),
    ),
    (
        "a person's menu",
        B.set_user_persistent_menu("1", [{"locale": "default"}]),
        Call(
            method="POST",
            path="me/custom_user_settings",
            body={"psid": "1", "persistent_menu": [{"locale": "default"}]},
        ),
    ),
    (
        "reading a person's menu",
        B.get_user_persistent_menu("1"),
        Call(method="GET", path="me/custom_user_settings", query=(("psid", "1"),)),
    ),
    (
        "deleting a person's menu",
        B.delete_user_persistent_menu("1"),
        Call(
            method="DELETE",
            path="me/custom_user_settings",
            query=(("psid", "1"), ("params", '["persistent_menu"]')),
        ),
    ),
    (
        "ice breakers",
        B.set_ice_breakers([{"question": "q", "payload": "p"}]),
        Call(
            method="POST",
            path="me/messenger_profile",
            body={"ice_breakers": [{"question": "q", "payload": "p"}]},
        ),
    ),
    (
        "commands",
        B.set_commands([{"locale": "default", "commands": [{"name": "n", "description": "d"}]}]),
        Call(
            method="POST",
            path="me/messenger_profile",
            body={"commands": [{"locale": "default", "commands": [{"name": "n", "description": "d"}]}]},
        ),
    ),
    (
        "an audience without lists",
        B.set_target_audience("all"),
        Call(
            method="POST",
            path="me/messenger_profile",
            body={
                "target_audience": {"audience_type": "all", "countries": {"whitelist": [], "blacklist": []}}
            },
        ),
    ),
    (
        "an audience with null",
        B.set_target_audience("all", None),
        Call(
            method="POST",
            path="me/messenger_profile",
            body={
                "target_audience": {"audience_type": "all", "countries": {"whitelist": None, "blacklist": []}}
            },
        ),
    ),
    (
        "a home of another height",
        B.set_home_url("u", webview_height_ratio="full", webview_share_button="hide"),
        Call(
            method="POST",
            path="me/messenger_profile",
            body={"home_url": {"url": "u", "webview_height_ratio": "full", "webview_share_button": "hide"}},
        ),
    ),
    (
        "a broadcast with options",
        B.send_broadcast_message(5, custom_label_id=6, schedule_time="t", access_token="OTHER_TOKEN"),
        Call(
            method="POST",
            path="me/broadcast_messages",
            body={"message_creative_id": 5, "custom_label_id": 6, "schedule_time": "t"},
            token=OVERRIDE,
            place="both",
        ),
    ),
    (
        "an ad account with its prefix",
        B.send_sponsored_message("act_5", {"a": 1}),
        Call(method="POST", path="act_5/sponsored_message_ads", body={"a": 1}),
    ),
    (
        "a broadcast's number of messages",
        B.get_broadcast_messages_sent(5),
        Call(method="POST", path="5/insights/messages_sent"),
    ),
    (
        "thread control without metadata",
        B.take_thread_control("1"),
        Call(method="POST", path="me/take_thread_control", body={"recipient": {"id": "1"}}),
    ),
    (
        "thread control of a recipient object",
        B.request_thread_control({"id": "1"}, "m"),
        Call(
            method="POST", path="me/request_thread_control", body={"recipient": {"id": "1"}, "metadata": "m"}
        ),
    ),
    (
        "metrics with options",
        B.get_insights(["a", "b"], since=1, until="2", period=None),
        Call(
            method="GET",
            path="me/insights/",
            query=(("metric", "a,b"), ("since", "1"), ("until", "2"), ("period", "")),
        ),
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
    (
        "a persona with more",
        B.create_persona(name="n", profile_picture_url="u", colour="red"),
        Call(
            method="POST", path="me/personas", body={"name": "n", "profile_picture_url": "u", "colour": "red"}
        ),
    ),
    (
        "moderation",
        B.moderate_conversations(["1", "2"], ["block_user", "move_to_spam"]),
        Call(
            method="POST",
            path="me/moderate_conversations",
            body={"user_ids": [{"id": "1"}, {"id": "2"}], "actions": ["block_user", "move_to_spam"]},
        ),
    ),
    (
        "message templates by name",
        B.get_message_templates(name="n", limit=5),
        Call(method="GET", path="me/message_templates", query=(("name", "n"), ("limit", "5"))),
    ),
    (
        "a new message template",
        B.create_message_template({"name": "n"}),
        Call(method="POST", path="me/message_templates", body={"name": "n"}),
    ),
    (
        "a deleted message template",
        B.delete_message_template("n"),
        Call(method="DELETE", path="me/message_templates", query=(("name", "n"),)),
    ),
    (
        "Meta's message templates",
        B.get_message_template_library(search="order"),
        Call(method="GET", path="message_template_library", query=(("search", "order"),)),
    ),
]


@pytest.mark.parametrize(
    ("command", "expected"), [case[1:] for case in CALLS], ids=[case[0] for case in CALLS]
)
def test_a_command_becomes_its_call(command: Command, expected: Call) -> None:
    """Every field of the call is what Graph and the worker need."""
    assert call_for(command, CONTEXT) == expected


@pytest.mark.parametrize(
    ("version", "member"),
    [((4, 0), "name"), ((11, 0), "name"), ((12, 0), "page_label_name"), ((26, 0), "page_label_name")],
)
def test_a_labels_name_has_the_versions_spelling(version: tuple[int, int], member: str) -> None:
    """Labels are made, and read, by `name` before v12.0 and by `page_label_name` from then on."""
    context = CallContext(version=version)
    assert call_for(B.create_label("vip"), context).body == {member: "vip"}
    assert call_for(B.get_label_list(), context).query == (("fields", member),)
    assert call_for(B.get_label_details("5"), context).query == (("fields", member),)


@pytest.mark.parametrize("name", [".", ".."])
def test_an_id_does_not_leave_its_place_in_the_path(name: str) -> None:
    """A dot segment would be folded away by any client on the way."""
    with pytest.raises(InvalidCommandError):
        call_for(B.get_persona(name))


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


def test_a_batch_is_no_single_call() -> None:
    """The parts of a batch are calls, the batch is none."""
    with pytest.raises(InvalidCommandError):
        call_for(SendBatch(parts=[B.mark_seen("1")]))


def test_a_call_and_its_tokens_show_no_secret() -> None:
    """Neither repr nor rich's repr has a token, a query or a body."""
    call = call_for(B.set_nlp_configs(custom_token="TOPSECRET", access_token="TOPSECRET"))
    shown = [repr(call), repr(call.__rich_repr__()), repr(call.token), repr(call.token.__rich_repr__())]
    assert [text for text in shown if "TOPSECRET" in text] == []
