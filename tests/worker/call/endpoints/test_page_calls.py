"""What else of a Page is asked of Graph: reads, broadcasts, threads, labels, templates, beyond the recorded cases."""

from typing import Any

import pytest

from producer import batch
from producer.commands import Command, GetUserProfile
from tests.worker.call.endpoints.tokens import CONTEXT, OVERRIDE
from worker.call.endpoints import Call, CallContext, call_for

B: Any = batch

CALLS: list[tuple[str, Command, Call]] = [
    (
        "a profile with fields",
        GetUserProfile(user_id="1", fields=["name", "locale"]),
        Call(method="GET", path="1", query=(("fields", "name,locale"),)),
    ),
    (
        "a profile in a batch",
        B.get_user_profile("1"),
        Call(method="GET", path="1", query=(("fields", "id,name,first_name,last_name,profile_pic"),)),
    ),
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
        "a campaign of marketing messages",
        B.create_message_campaign("act_1", "Sale", 100, lifetime_budget=5_000, access_token="OTHER_TOKEN"),
        Call(
            method="POST",
            path="act_1/message_campaign",
            body={"name": "Sale", "page_id": 100, "lifetime_budget": 5_000},
            token=OVERRIDE,
        ),
    ),
    (
        "a marketing message",
        B.send_marketing_message(1, 2, "TOKEN", {"text": "x"}, min_conversation_gap_seconds=60),
        Call(
            method="POST",
            path="act_1/messages",
            body={
                "message_id": 2,
                "messenger_delivery_data": {"subscription_token": "TOKEN"},
                "message": {"text": "x"},
                "min_conversation_gap_seconds": 60,
            },
        ),
    ),
    (
        "who has subscribed",
        B.get_notification_message_tokens(limit=100),
        Call(method="GET", path="me/notification_message_tokens", query=(("limit", "100"),)),
    ),
    (
        "a thread for the default app",
        B.pass_thread_control("1"),
        Call(method="POST", path="me/pass_thread_control", body={"recipient": {"id": "1"}}),
    ),
    (
        "a thread for the Inbox on Instagram",
        B.pass_thread_control_to_instagram_inbox("1"),
        Call(
            method="POST",
            path="me/pass_thread_control",
            body={"recipient": {"id": "1"}, "target_app_id": 1217981644879628},
        ),
    ),
    (
        "a thread released",
        B.release_thread_control("1", "m"),
        Call(
            method="POST", path="me/release_thread_control", body={"recipient": {"id": "1"}, "metadata": "m"}
        ),
    ),
    (
        "a thread kept",
        B.extend_thread_control("1", 86_400),
        Call(
            method="POST",
            path="me/extend_thread_control",
            body={"recipient": {"id": "1"}, "duration": 86_400},
        ),
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
        "a message template deleted by its id",
        B.delete_message_template(template_id=5),
        Call(method="DELETE", path="me/message_templates", query=(("template_id", "5"),)),
    ),
    (
        "Meta's message templates",
        B.get_message_template_library(name_or_content="order", language="de"),
        Call(
            method="GET",
            path="message_template_library",
            query=(("name_or_content", "order"), ("language", "de")),
        ),
    ),
]


@pytest.mark.parametrize(
    ("command", "expected"), [case[1:] for case in CALLS], ids=[case[0] for case in CALLS]
)
def test_a_command_becomes_its_call(command: Command, expected: Call) -> None:
    """Every field of the call is what Graph and the worker need."""
    assert call_for(command, CONTEXT) == expected


@pytest.mark.parametrize("version", [(4, 0), (21, 0), (27, 0)], ids=str)
def test_a_labels_name_has_metas_spelling(version: tuple[int, int]) -> None:
    """Labels are made, and read, by `page_label_name` at every version: `name` fails on all since 14 Dec 2021."""
    context = CallContext(version=version)
    assert call_for(B.create_label("vip"), context).body == {"page_label_name": "vip"}
    assert call_for(B.get_label_list(), context).query == (("fields", "page_label_name"),)
    assert call_for(B.get_label_details("5"), context).query == (("fields", "page_label_name"),)
    assert call_for(B.get_associated_labels("7"), context).query == (("fields", "page_label_name"),)
