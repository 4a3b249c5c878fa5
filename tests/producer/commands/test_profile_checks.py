"""A profile that Meta would refuse is refused here: fields to read, properties and menus to set."""

from typing import Any

import pytest

from producer import batch
from tests.producer.commands.refusal import Make, Refused, refusal_of

V: Any = batch  # the calls below are wrong on purpose
POSTBACK = {"type": "postback", "title": "Start", "payload": "START"}
QUESTION = {"question": "q", "payload": "p"}
COMMAND = {"name": "n", "description": "d"}

REFUSED: list[Refused] = [
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
    (
        "5 questions alone",
        lambda: V.set_ice_breakers([QUESTION] * 5),
        "profile.ice_breakers[0].call_to_actions[4]",
        "at most 4 entries",
    ),
    (
        "5 ice breakers of the older form",
        lambda: V.set_messenger_profile({"ice_breakers": [QUESTION] * 5}),
        "profile.ice_breakers[4]",
        "at most 4 questions",
    ),
    (
        "ice breakers without their locale",
        lambda: V.set_ice_breakers([{"call_to_actions": [QUESTION]}]),
        "profile.ice_breakers[0].locale",
        "is missing",
    ),
    (
        "ice breakers of both forms",
        lambda: V.set_ice_breakers([{"call_to_actions": [QUESTION], "locale": "default"}, QUESTION]),
        "profile.ice_breakers[1].call_to_actions",
        "is missing",
    ),
    (
        "ice breakers without a default locale",
        lambda: V.set_ice_breakers([{"call_to_actions": [QUESTION], "locale": "de_DE"}]),
        "profile.ice_breakers",
        "one entry must have the locale default",
    ),
    (
        "101 commands of a locale",
        lambda: V.set_commands([{"locale": "default", "commands": [COMMAND] * 101}]),
        "profile.commands[0].commands[100]",
        "at most 100 entries",
    ),
    (
        "a locale without commands",
        lambda: V.set_commands([{"locale": "default", "commands": []}]),
        "profile.commands[0].commands",
        "at least 1 entry",
    ),
    (
        "a template that nobody names",
        V.delete_message_template,
        "name",
        "is missing: name the template, or give its template_id",
    ),
]


@pytest.mark.parametrize(
    ("make", "path", "problem"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_meta_would_refuse_is_refused_with_its_path(make: Make, path: str, problem: str) -> None:
    """The error names the path and the bound, and nothing of the value."""
    assert refusal_of(make) == (path, problem)
