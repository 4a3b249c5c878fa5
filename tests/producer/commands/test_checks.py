"""What Meta would refuse is refused here, with the path and the bound, never the value."""

from collections.abc import Callable
from typing import Any

import pytest

from producer import batch, limits, messages, secret
from producer.commands import RawPart, SendMessage, check, check_queueable
from producer.errors import InvalidCommandError

V: Any = batch  # the calls below are wrong on purpose
POSTBACK = {"type": "postback", "title": "Start", "payload": "START"}
REPLY = {"content_type": "text", "title": "Red", "payload": "RED"}
ELEMENT = {"title": "Hat", "subtitle": "A hat"}
NO_PART = (
    'must be a command of producer.batch, such as batch.send_text(psid, "Hello!"), or a raw part as an object'
)
LONG = "y" * 10_000
WAYS = "id, user_ref, phone_number, comment_id, post_id, one_time_notif_token, notification_messages_token"

REFUSED: list[tuple[str, Callable[[], object], str, str]] = [
    (
        "a text over its bound",
        lambda: V.send_text("1", "x" * 2001),
        "message.text",
        "at most 2000 characters",
    ),
    ("an empty text", lambda: V.send_text("1", ""), "message.text", "must not be empty"),
    ("a text of another type", lambda: V.send_text("1", 5), "message.text", "must be text"),
    ("bytes for a text", lambda: V.send_text("1", b"Hello"), "message.text", "must be text"),
    (
        "a text that is none",
        lambda: V.send_text("1", None),
        "message",
        "says nothing: give it a text, an attachment, a sticker or a template",
    ),
    (
        "an empty message",
        lambda: V.send_message("1", {}),
        "message",
        "says nothing: give it a text, an attachment, a sticker or a template",
    ),
    (
        "a message of metadata alone",
        lambda: V.send_message("1", {"metadata": "m"}),
        "message",
        "says nothing: give it a text, an attachment, a sticker or a template",
    ),
    ("no message at all", lambda: V.send_message("1", None), "message", "must be an object"),
    (
        "a misspelt text",
        lambda: V.send_message("1", {"texts": "x"}),
        "message.texts",
        "is no known member; did you mean text?",
    ),
    ("an empty PSID", lambda: V.send_text("", "x"), "recipient", "must not be empty"),
    ("a PSID of spaces", lambda: V.send_text("  ", "x"), "recipient", "must not be empty"),
    ("a PSID over its bound", lambda: V.send_text("1" * 513, "x"), "recipient", "at most 512 characters"),
    (
        "a number for a PSID",
        lambda: V.send_text(1, "x"),
        "recipient",
        "must be a PSID as text, or a recipient object",
    ),
    (
        "a recipient without a way",
        lambda: V.send_text({}, "x"),
        "recipient",
        f"must hold exactly one of {WAYS}",
    ),
    (
        "a recipient with two ways",
        lambda: V.send_text({"id": "1", "user_ref": "2"}, "x"),
        "recipient",
        f"must hold exactly one of {WAYS}",
    ),
    (
        "a recipient's misspelt member",
        lambda: V.send_text({"user_reff": "1"}, "x"),
        "recipient.user_reff",
        "is no known member; did you mean user_ref?",
    ),
    (
        "a name without a phone number",
        lambda: V.send_text({"id": "1", "name": {}}, "x"),
        "recipient.name",
        f"is no known member; a recipient has one of {WAYS}",
    ),
    ("a number inside a recipient", lambda: V.send_text({"id": 1}, "x"), "recipient.id", "must be text"),
    (
        "14 quick replies",
        lambda: V.send_text("1", "x", quick_replies=[REPLY] * 14),
        "message.quick_replies[13]",
        "at most 13 entries",
    ),
    (
        "quick replies that are no list",
        lambda: V.send_text("1", "x", quick_replies=REPLY),
        "message.quick_replies",
        "must be a list",
    ),
    (
        "a quick reply's title over its bound",
        lambda: V.send_text("1", "x", quick_replies=[REPLY, REPLY | {"title": "t" * 21}]),
        "message.quick_replies[1].title",
        "at most 20 characters",
    ),
    (
        "a quick reply's payload over its bound",
        lambda: V.send_text("1", "x", quick_replies=[REPLY | {"payload": "t" * 1001}]),
        "message.quick_replies[0].payload",
        "at most 1000 characters",
    ),
    (
        "a quick reply without a title",
        lambda: V.send_text("1", "x", quick_replies=[{"content_type": "text", "payload": "p"}]),
        "message.quick_replies[0].title",
        "is missing",
    ),
    (
        "a quick reply without a type",
        lambda: V.send_text("1", "x", quick_replies=[{"title": "t", "payload": "p"}]),
        "message.quick_replies[0].content_type",
        "is missing",
    ),
    (
        "a quick reply of a misspelt type",
        lambda: V.send_text("1", "x", quick_replies=[{"content_type": "user_emial"}]),
        "message.quick_replies[0].content_type",
        "is no known kind; did you mean user_email?",
    ),
    (
        "a struct over its bound",
        lambda: V.send_text("1", "x", quick_replies=[messages.TextReply(title="t" * 21, payload="p")]),
        "message.quick_replies[0].title",
        "at most 20 characters",
    ),
    (
        "quick replies of an image",
        lambda: V.send_image("1", "https://e.com/a.png", quick_replies=[REPLY] * 14),
        "message.quick_replies[13]",
        "at most 13 entries",
    ),
    (
        "metadata over its bound",
        lambda: V.send_text("1", "x", metadata="m" * 1001),
        "message.metadata",
        "at most 1000 characters",
    ),
    (
        "metadata of another type",
        lambda: V.send_text("1", "x", metadata=5),
        "message.metadata",
        "must be text",
    ),
    (
        "a misspelt option",
        lambda: V.send_text("1", "x", quick_replys=[REPLY]),
        "quick_replys",
        "is no known member; did you mean quick_replies?",
    ),
    (
        "a misspelt messaging type",
        lambda: V.send_text("1", "x", messaging_type="RESPONS"),
        "messaging_type",
        "is no known value; did you mean RESPONSE?",
    ),
    ("an empty tag", lambda: V.send_text("1", "x", tag=""), "tag", "must not be empty"),
    ("a persona of another type", lambda: V.send_text("1", "x", persona_id=5), "persona_id", "must be text"),
    (
        "a misspelt notification type",
        lambda: V.send_text("1", "x", notification_type="NO_PUSHH"),
        "notification_type",
        "is no known value; did you mean NO_PUSH?",
    ),
    ("a reply to nothing", lambda: V.send_text("1", "x", reply_to={"id": "m"}), "reply_to.mid", "is missing"),
    (
        "no button",
        lambda: V.send_button_template("1", "x", []),
        "message.attachment.payload.buttons",
        "at least 1 entry",
    ),
    (
        "4 buttons",
        lambda: V.send_button_template("1", "x", [POSTBACK] * 4),
        "message.attachment.payload.buttons[3]",
        "at most 3 entries",
    ),
    (
        "a button's title over its bound",
        lambda: V.send_button_template("1", "x", [POSTBACK | {"title": LONG}]),
        "message.attachment.payload.buttons[0].title",
        "at most 20 characters",
    ),
    (
        "a button's payload over its bound",
        lambda: V.send_button_template("1", "x", [POSTBACK | {"payload": LONG}]),
        "message.attachment.payload.buttons[0].payload",
        "at most 1000 characters",
    ),
    (
        "a button of a misspelt type",
        lambda: V.send_button_template("1", "x", [POSTBACK | {"type": "postbak"}]),
        "message.attachment.payload.buttons[0].type",
        "is no known kind; did you mean postback?",
    ),
    (
        "a button's misspelt member",
        lambda: V.send_button_template(
            "1",
            "x",
            [{"type": "web_url", "url": "https://e.com", "title": "t", "webview_hight_ratio": "tall"}],
        ),
        "message.attachment.payload.buttons[0].webview_hight_ratio",
        "is no known member; did you mean webview_height_ratio?",
    ),
    (
        "a button text over its bound",
        lambda: V.send_button_template("1", "x" * 641, [POSTBACK]),
        "message.attachment.payload.text",
        "at most 640 characters",
    ),
    (
        "no element",
        lambda: V.send_generic_template("1", []),
        "message.attachment.payload.elements",
        "at least 1 entry",
    ),
    (
        "11 elements",
        lambda: V.send_generic_template("1", [ELEMENT] * 11),
        "message.attachment.payload.elements[10]",
        "at most 10 entries",
    ),
    (
        "an element's title over its bound",
        lambda: V.send_generic_template("1", [ELEMENT | {"title": "t" * 81}]),
        "message.attachment.payload.elements[0].title",
        "at most 80 characters",
    ),
    (
        "an element's subtitle over its bound",
        lambda: V.send_generic_template("1", [ELEMENT | {"subtitle": "t" * 81}]),
        "message.attachment.payload.elements[0].subtitle",
        "at most 80 characters",
    ),
    (
        "an element's 4 buttons",
        lambda: V.send_generic_template("1", [ELEMENT | {"buttons": [POSTBACK] * 4}]),
        "message.attachment.payload.elements[0].buttons[3]",
        "at most 3 entries",
    ),
    (
        "an element without a title",
        lambda: V.send_generic_template("1", [{"subtitle": "s"}]),
        "message.attachment.payload.elements[0].title",
        "is missing",
    ),
    (
        "2 media elements",
        lambda: V.send_media_template("1", [{"media_type": "image", "attachment_id": "1"}] * 2),
        "message.attachment.payload.elements[1]",
        "at most 1 entry",
    ),
    (
        "5 list items",
        lambda: V.send_list_template("1", [ELEMENT] * 5),
        "message.attachment.payload.elements[4]",
        "at most 4 entries",
    ),
    (
        "2 list buttons",
        lambda: V.send_list_template("1", [ELEMENT] * 2, [POSTBACK] * 2),
        "message.attachment.payload.buttons[1]",
        "at most 1 entry",
    ),
    (
        "a template of a misspelt type",
        lambda: V.send_template("1", {"template_type": "genric", "elements": [ELEMENT]}),
        "message.attachment.payload.template_type",
        "is no known kind; did you mean generic?",
    ),
    (
        "a template without a type",
        lambda: V.send_template("1", {"elements": [ELEMENT]}),
        "message.attachment.payload.template_type",
        "is missing",
    ),
    (
        "a receipt without a summary",
        lambda: V.send_receipt_template(
            "1", {"recipient_name": "n", "order_number": "1", "currency": "USD", "payment_method": "Visa"}
        ),
        "message.attachment.payload.summary",
        "is missing",
    ),
    (
        "a notification's title over its bound",
        lambda: V.send_one_time_notif_req_template("1", "t" * 66, "p"),
        "message.attachment.payload.title",
        "at most 65 characters",
    ),
    (
        "media of nothing",
        lambda: V.send_image("1", {}),
        "message.attachment.payload",
        "must hold a url or an attachment_id",
    ),
    ("an empty URL", lambda: V.send_image("1", ""), "message.attachment.payload.url", "must not be empty"),
    (
        "media of another type",
        lambda: V.send_image("1", 5),
        "image",
        "must be a URL, a payload object, bytes, a path or an open file",
    ),
    (
        "no bytes",
        lambda: V.send_image("1", b""),
        "filedata",
        f"must hold 1 to {limits.UPLOAD_BYTES_MAX} bytes; use a URL for more",
    ),
    (
        "too many bytes",
        lambda: V.send_image("1", bytes(limits.UPLOAD_BYTES_MAX + 1)),
        "filedata",
        f"must hold 1 to {limits.UPLOAD_BYTES_MAX} bytes; use a URL for more",
    ),
    (
        "31 images",
        lambda: V.send_images("1", ["https://e.com/a.png"] * 31),
        "message.attachments[30]",
        "at most 30 entries",
    ),
    (
        "1 image of a grid",
        lambda: V.send_image_grid_template("1", [{"images": [{"url": "https://e.com/a.png"}]}]),
        "message.attachment.payload.elements[0].images",
        "at least 2 entries",
    ),
    (
        "a misspelt action",
        lambda: V.send_sender_action("1", "typing_no"),
        "sender_action",
        "is no known value; did you mean typing_on?",
    ),
    ("an action without a name", lambda: V.send_sender_action("1", ""), "sender_action", "must not be empty"),
    ("an empty raw body", lambda: V.send_raw_body({}), "body", "must be an object that is not empty"),
    ("an empty batch", lambda: V.send_batch([]), "parts", "1 to 10000 parts"),
    (
        "a part that is no part",
        lambda: V.send_batch([5]),
        "parts[0]",
        f"{NO_PART}; an int was given",
    ),
    (
        "a batch in a batch",
        lambda: V.send_batch([V.send_batch([V.mark_seen("1")])]),
        "parts[0]",
        f"{NO_PART}; a SendBatch was given",
    ),
    (
        "a part over its bound",
        lambda: V.send_batch([V.mark_seen("1"), SendMessage(recipient="1", message={"text": LONG})]),
        "parts[1].message.text",
        "at most 2000 characters",
    ),
    (
        "a part with bytes",
        lambda: V.send_batch([V.send_image("1", b"x")]),
        "parts[0]",
        "a batch takes no bytes: send a URL or an attachment_id",
    ),
    (
        "a link to nothing",
        lambda: V.send_batch([V.mark_seen("1", depends_on="a")]),
        "parts[0].depends_on",
        "names no part of this batch",
    ),
    (
        "a name twice",
        lambda: V.send_batch([V.mark_seen("1", name="a"), V.mark_seen("1", name="a")]),
        "parts[0].name",
        "is the name of another part too",
    ),
    (
        "an upload of bytes as a part",
        lambda: V.send_batch([V.upload_image(b"x")]),
        "parts[0]",
        "a batch takes no bytes: send a URL or an attachment_id",
    ),
    (
        "a raw part without a method",
        lambda: V.send_batch([{"relative_url": "me"}]),
        "parts[0].method",
        "must be one of GET, POST, DELETE, PUT",
    ),
    (
        "a raw part without an address",
        lambda: V.send_batch([{"method": "GET"}]),
        "parts[0].relative_url",
        "must be text",
    ),
    ("an empty user id", lambda: V.get_user_profile(""), "user_id", "must not be empty"),
    (
        "fields that are a lone text",
        lambda: V.get_user_profile("1", fields="name"),
        "fields",
        "must be a list of text",
    ),
    ("a field of another type", lambda: V.get_user_profile("1", fields=[1]), "fields[0]", "must be text"),
    (
        "a misspelt property",
        lambda: V.delete_messenger_profile(["get_startd"]),
        "fields[0]",
        "is no known value; did you mean get_started?",
    ),
    (
        "a misspelt property to set",
        lambda: V.set_messenger_profile({"greting": []}),
        "profile.greting",
        "is no known member; did you mean greeting?",
    ),
    (
        "a greeting over its bound",
        lambda: V.set_greeting("g" * 161),
        "profile.greeting[0].text",
        "at most 160 characters",
    ),
    (
        "a get started payload over its bound",
        lambda: V.set_get_started("p" * 1001),
        "profile.get_started.payload",
        "at most 1000 characters",
    ),
    (
        "21 menu items",
        lambda: V.set_persistent_menu([POSTBACK] * 21),
        "profile.persistent_menu[0].call_to_actions[20]",
        "at most 20 entries",
    ),
    (
        "a menu title over its bound",
        lambda: V.set_persistent_menu([POSTBACK | {"title": "t" * 31}]),
        "profile.persistent_menu[0].call_to_actions[0].title",
        "at most 30 characters",
    ),
    (
        "a nested title over its bound",
        lambda: V.set_persistent_menu(
            [{"type": "nested", "title": "t", "call_to_actions": [POSTBACK | {"title": "t" * 31}]}]
        ),
        "profile.persistent_menu[0].call_to_actions[0].call_to_actions[0].title",
        "at most 30 characters",
    ),
    (
        "a person's menu over its bound",
        lambda: V.set_user_persistent_menu("1", [POSTBACK] * 21),
        "persistent_menu[0].call_to_actions[20]",
        "at most 20 entries",
    ),
    (
        "51 domains",
        lambda: V.set_whitelisted_domains(["e.com"] * 51),
        "profile.whitelisted_domains[50]",
        "at most 50 entries",
    ),
    (
        "5 ice breakers",
        lambda: V.set_ice_breakers(
            [{"locale": "default", "call_to_actions": [{"question": "q", "payload": "p"}] * 5}]
        ),
        "profile.ice_breakers[0].call_to_actions[4]",
        "at most 4 entries",
    ),
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
        "an upload of a misspelt type",
        lambda: V.upload_attachment("vidoe", "https://e.com/a"),
        "attachment_type",
        "is no known value; did you mean video?",
    ),
    (
        "an upload of nothing",
        lambda: V.upload_image(""),
        "url",
        "must be a URL, or give bytes, a path or an open file",
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
    (
        "a secret without a name",
        lambda: V.get_page_info(access_token=secret("")),
        "access_token",
        "the name of a secret has 1 to 100 characters",
    ),
    (
        "something that is no JSON",
        lambda: V.send_message("1", {"text": "x", "extra": object()}),
        "",
        "holds something that is no JSON",
    ),
]


@pytest.mark.parametrize(
    ("make", "path", "problem"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_meta_would_refuse_is_refused_with_its_path(
    make: Callable[[], object], path: str, problem: str
) -> None:
    """The error names the path and the bound, and nothing of the value."""
    with pytest.raises(InvalidCommandError) as caught:
        make()
    assert (caught.value.path, caught.value.problem) == (path, problem)
    assert "yyy" not in str(caught.value)


ACCEPTED: list[tuple[str, Callable[[], object]]] = [
    ("a text at its bound", lambda: V.send_text("1", "x" * 2000)),
    ("13 quick replies", lambda: V.send_text("1", "x", quick_replies=[REPLY] * 13)),
    (
        "a title with spaces around 20 characters",
        lambda: V.send_text("1", "x", quick_replies=[REPLY | {"title": f" {'t' * 20} "}]),
    ),
    (
        "an unknown kind of quick reply",
        lambda: V.send_text("1", "x", quick_replies=[{"content_type": "calendar_date"}]),
    ),
    (
        "an unknown kind of button",
        lambda: V.send_button_template("1", "x", [{"type": "hologram", "depth": 3}]),
    ),
    ("an unknown kind of template", lambda: V.send_template("1", {"template_type": "hologram", "depth": 3})),
    ("an unknown kind of message", lambda: V.send_message("1", {"poll": {"question": "?"}})),
    (
        "an unknown member of a message",
        lambda: V.send_message("1", {"text": "x", "translations": {"de": "y"}}),
    ),
    (
        "an unknown member of a button",
        lambda: V.send_button_template("1", "x", [POSTBACK | {"colour": "red"}]),
    ),
    ("an unknown option", lambda: V.send_text("1", "x", thread_control={"payload": "p"})),
    (
        "an unknown value of an option",
        lambda: V.send_text("1", "x", messaging_type="NON_PROMOTIONAL_SUBSCRIPTION"),
    ),
    (
        "a phone number with a name",
        lambda: V.send_text(
            {"phone_number": "+15105559999", "name": {"first_name": "A", "last_name": "B"}}, "x"
        ),
    ),
    (
        "every way to name a recipient",
        lambda: [
            V.send_text({way: "1"}, "x")
            for way in (
                "id",
                "user_ref",
                "phone_number",
                "comment_id",
                "post_id",
                "one_time_notif_token",
                "notification_messages_token",
            )
        ],
    ),
    (
        "numbers where Meta's samples have text",
        lambda: V.send_media_template("1", [{"media_type": "image", "attachment_id": 1854626884821032}]),
    ),
    ("an empty list of quick replies", lambda: V.send_text("1", "x", quick_replies=[])),
    ("an unknown property", lambda: V.set_messenger_profile({"hologram": True})),
    ("ice breakers in their older form", lambda: V.set_ice_breakers([{"question": "q", "payload": "p"}])),
]


@pytest.mark.parametrize("make", [case[1] for case in ACCEPTED], ids=[case[0] for case in ACCEPTED])
def test_what_meta_may_take_passes(make: Callable[[], object]) -> None:
    """What is at its bound, or unknown but well formed, is no error."""
    assert make()


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
        lambda: V.send_batch([V.mark_seen("1"), V.mark_seen("1", access_token="T", name="b")]),
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
]


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


def test_check_stands_on_its_own() -> None:
    """A command that was made without a method is checked the same."""
    with pytest.raises(InvalidCommandError, match=r"^message\.text: at most 2000 characters$"):
        check(SendMessage(recipient="1", message={"text": LONG}))
    check(RawPart(part={"method": "GET", "relative_url": "me"}))
