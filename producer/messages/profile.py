"""Properties of the Messenger profile, with Meta's field names; a plain dict of the same form does as well.

Source: docs/messenger-platform/reference/messenger-profile-api and its pages.
"""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from producer import limits
from producer.messages.fields import Url

MenuTitle = Annotated[str, Meta(min_length=1, max_length=limits.MENU_ITEM_TITLE_CHARACTERS_MAX)]
MenuPayload = Annotated[str, Meta(max_length=limits.MENU_ITEM_PAYLOAD_CHARACTERS_MAX)]


class MenuPostback(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="postback"
):
    """A menu item that sends `payload` (at most 1000 characters) to the webhook; title of at most 30."""

    title: MenuTitle
    payload: MenuPayload


class MenuUrl(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="web_url"):
    """A menu item that opens `url`."""

    title: MenuTitle
    url: Url
    webview_height_ratio: str | None = None
    messenger_extensions: bool | None = None
    fallback_url: str | None = None
    webview_share_button: str | None = None


class MenuNested(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="nested"
):
    """A menu item with a menu of its own; Meta removed it with v8.0."""

    title: MenuTitle
    call_to_actions: Annotated[Sequence["MenuItem"], Meta(min_length=1, max_length=limits.MENU_ITEMS_MAX)]


MenuItem: TypeAlias = MenuPostback | MenuUrl | MenuNested


class PersistentMenu(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The menu of one locale, of at most 20 items; one of them must have the locale `default`."""

    locale: str
    composer_input_disabled: bool | None = None
    call_to_actions: Annotated[Sequence[MenuItem], Meta(max_length=limits.MENU_ITEMS_MAX)] | None = None
    disabled_surfaces: Sequence[str] | None = None


class GetStarted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The get started button: `payload` of at most 1000 characters."""

    payload: Annotated[str, Meta(min_length=1, max_length=limits.GET_STARTED_PAYLOAD_CHARACTERS_MAX)]


class Greeting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The greeting of one locale, of at most 160 characters."""

    locale: str
    text: Annotated[str, Meta(max_length=limits.GREETING_CHARACTERS_MAX)]


class IceBreakerQuestion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question of at most 80 characters; a tap sends `payload` to the webhook."""

    question: Annotated[str, Meta(min_length=1, max_length=limits.ICE_BREAKER_QUESTION_CHARACTERS_MAX)]
    payload: Annotated[str, Meta(max_length=limits.ICE_BREAKER_PAYLOAD_CHARACTERS_MAX)]


class IceBreaker(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """At most 4 questions of one locale, one of which is `default`; in the older form one question and its payload."""

    call_to_actions: (
        Annotated[Sequence[IceBreakerQuestion], Meta(min_length=1, max_length=limits.ICE_BREAKERS_MAX)] | None
    ) = None
    locale: str | None = None
    question: (
        Annotated[str, Meta(min_length=1, max_length=limits.ICE_BREAKER_QUESTION_CHARACTERS_MAX)] | None
    ) = None
    payload: Annotated[str, Meta(max_length=limits.ICE_BREAKER_PAYLOAD_CHARACTERS_MAX)] | None = None


class BotCommand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A keyword of at most 32 characters and what it does, in at most 64."""

    name: Annotated[str, Meta(min_length=1, max_length=limits.COMMAND_NAME_CHARACTERS_MAX)]
    description: Annotated[str, Meta(min_length=1, max_length=limits.COMMAND_DESCRIPTION_CHARACTERS_MAX)]


class BotCommands(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The commands of one locale, 1 to 100."""

    locale: str
    commands: Annotated[Sequence[BotCommand], Meta(min_length=1, max_length=limits.COMMANDS_MAX)]


class PaymentSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Settings of payments, which Meta has removed since."""

    privacy_url: str | None = None
    public_key: str | None = None
    test_users: Sequence[str] | None = None


class Countries(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Countries as ISO 3166 alpha-2 codes."""

    whitelist: Sequence[str] | None = None
    blacklist: Sequence[str] | None = None


class TargetAudience(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who may discover the Page: `audience_type` is `all`, `custom` or `none`; removed by Meta since."""

    audience_type: str
    countries: Countries | None = None


class HomeUrl(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The chat extension's home; removed by Meta with v7.0."""

    url: Url
    webview_height_ratio: str | None = None
    in_test: bool | None = None
    webview_share_button: str | None = None


class MessengerProfile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The Messenger profile: only what is given is changed."""

    get_started: GetStarted | None = None
    greeting: Sequence[Greeting] | None = None
    ice_breakers: Annotated[Sequence[IceBreaker], Meta(min_length=1)] | None = None
    persistent_menu: Annotated[Sequence[PersistentMenu], Meta(min_length=1)] | None = None
    whitelisted_domains: Annotated[Sequence[str], Meta(max_length=limits.WHITELISTED_DOMAINS_MAX)] | None = (
        None
    )
    account_linking_url: str | None = None
    commands: Sequence[BotCommands] | None = None
    payment_settings: PaymentSettings | None = None
    target_audience: TargetAudience | None = None
    home_url: HomeUrl | None = None
    platform: str | None = None
