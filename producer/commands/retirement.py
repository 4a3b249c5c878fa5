"""What Meta has removed, since when, and what to use instead: one table, asked before a command is queued.

A row counts by version or by day. `version` is the Graph version that a worker calls, as (major, minor): what a version
lost is retired in it and in all after it, and 4.0, that of the reference document, still speaks of all it names. What
Meta has cut from all versions since then is retired at every version from its day on: it fails with code 100 whatever
version is called, and the oldest that lives answers for those that have ended.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final

import msgspec

from producer.commands.apps import GenerateMessengerCode
from producer.commands.broadcasts import (
    CancelBroadcast,
    CreateMessageCreative,
    GetBroadcast,
    GetBroadcastMessagesSent,
    GetReachEstimate,
    SendBroadcastMessage,
    SendSponsoredMessage,
    StartReachEstimation,
)
from producer.commands.pages import GetMessageTags
from producer.commands.parts import Command, Part, SendBatch
from producer.commands.profile import (
    DeleteMessengerProfile,
    GetMessengerProfile,
    GetProfileProperty,
    SetMessengerProfile,
    SetUserMenu,
)
from producer.commands.send import SendMessage
from producer.errors import OutboundError

Version = tuple[int, int]


class Retirement(msgspec.Struct, frozen=True, kw_only=True):
    """One row: `removed` says what happened, `instead` what to do.

    `since` is the first version without it, or `cut` the first day on which no version has it.
    """

    name: str
    removed: str
    instead: str
    since: Version | None = None
    cut: date | None = None

    def holds(self, version: Version, today: date | None = None) -> bool:
        """Tells whether Graph of `version` has it no more on `today`, a day in UTC; None is the present one."""
        if self.cut is not None:
            return (today or datetime.now(UTC).date()) >= self.cut
        return self.since is not None and version >= self.since


class RetiredCommandError(OutboundError):
    """A command that Meta no longer takes in the configured version; the message says what to use instead."""

    def __init__(self, retirement: Retirement, version: Version) -> None:
        self.retirement = retirement
        self.version = version
        lacking = f"Graph v{version[0]}.{version[1]} has" if retirement.cut is None else "Meta takes"
        super().__init__(
            f"{retirement.name}: {retirement.removed}, and {lacking} it no more; "
            f"{retirement.instead}, or pass allow_retired=True to send it all the same"
        )


_BROADCASTS: Final = "closed for all versions on 4 Mar 2020"
_LOOP: Final = "use broadcast_to(recipients, message)"
_AIRLINE: Final = "removed for all versions on 6 Dec 2021"
# "Fails with 100 on every version": developers.facebook.com/documentation/business-messaging/messenger-platform
# (changelog, as of 1 Dec 2026).
_CUT: Final = date(2026, 4, 27)
_CUT_FROM_ALL: Final = "refused on every version since 27 Apr 2026"

_COMMANDS: Final = {
    CreateMessageCreative: Retirement(
        name="create_message_creative", since=(6, 0), removed=_BROADCASTS, instead=_LOOP
    ),
    SendBroadcastMessage: Retirement(
        name="send_broadcast_message", since=(6, 0), removed=_BROADCASTS, instead=_LOOP
    ),
    CancelBroadcast: Retirement(
        name="cancel_broadcast", since=(6, 0), removed=_BROADCASTS, instead="use broadcast(id).cancel()"
    ),
    GetBroadcast: Retirement(
        name="get_broadcast", since=(6, 0), removed=_BROADCASTS, instead="use broadcast(id)"
    ),
    GetBroadcastMessagesSent: Retirement(
        name="get_broadcast_messages_sent", since=(6, 0), removed=_BROADCASTS, instead="use broadcast(id)"
    ),
    StartReachEstimation: Retirement(
        name="start_reach_estimation",
        since=(6, 0),
        removed=_BROADCASTS,
        instead="count the recipients yourself",
    ),
    GetReachEstimate: Retirement(
        name="get_reach_estimate", since=(6, 0), removed=_BROADCASTS, instead="count the recipients yourself"
    ),
    SendSponsoredMessage: Retirement(
        name="send_sponsored_message",
        since=(6, 0),
        removed=_BROADCASTS,
        instead="use send_marketing_message",
    ),
    GenerateMessengerCode: Retirement(
        name="generate_messenger_code",
        since=(5, 0),
        removed="removed in 2019",
        instead="make a QR code of an m.me link",
    ),
    GetMessageTags: Retirement(
        name="get_message_tags",
        since=(6, 0),
        removed="removed with most tags in 2020",
        instead="use HUMAN_AGENT, the one tag that is left",
    ),
}

_TEMPLATES: Final = {
    "list": Retirement(
        name="list template", since=(5, 0), removed="removed after v4.0", instead="use a generic template"
    ),
    "open_graph": Retirement(
        name="open graph template",
        since=(5, 0),
        removed="removed after v4.0",
        instead="use a generic template",
    ),
    **{
        kind: Retirement(
            name=f"{kind} template",
            since=(11, 0),
            removed=_AIRLINE,
            instead="use a generic or receipt template, or a message template",
        )
        for kind in ("airline_boardingpass", "airline_checkin", "airline_itinerary", "airline_update")
    },
}

_PROFILE: Final = {
    "target_audience": Retirement(
        name="target_audience", since=(8, 0), removed="removed with the Discover tab", instead="leave it out"
    ),
    "home_url": Retirement(
        name="home_url",
        since=(7, 0),
        removed="removed with v7.0",
        instead="use a web_url button or menu item",
    ),
    "payment_settings": Retirement(
        name="payment_settings",
        since=(8, 0),
        removed="removed with payments in Messenger",
        instead="use a web_url button to your check-out",
    ),
}

_NESTED_MENU: Final = Retirement(
    name="nested menu item",
    since=(8, 0),
    removed="removed with v8.0",
    instead="use a flat menu of at most 20 items",
)

_ALL_TAGS_BUT_THE_LAST: Final = Retirement(
    name="tag", since=(6, 0), removed="cut on 4 Mar 2020", instead="use HUMAN_AGENT or a message template"
)
_LATE_TAGS: Final = Retirement(
    name="tag", cut=_CUT, removed=_CUT_FROM_ALL, instead="use HUMAN_AGENT or a utility message template"
)
_LATE: Final = frozenset({"CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE", "ACCOUNT_UPDATE"})
_OLD: Final = frozenset(
    {
        "BUSINESS_PRODUCTIVITY",
        "COMMUNITY_ALERT",
        "CONFIRMED_EVENT_REMINDER",
        "NON_PROMOTIONAL_SUBSCRIPTION",
        "PAIRING_UPDATE",
        "APPLICATION_UPDATE",
        "PAYMENT_UPDATE",
        "PERSONAL_FINANCE_UPDATE",
        "SHIPPING_UPDATE",
        "RESERVATION_UPDATE",
        "ISSUE_RESOLUTION",
        "APPOINTMENT_UPDATE",
        "GAME_EVENT",
        "TRANSPORTATION_UPDATE",
        "FEATURE_FUNCTIONALITY_UPDATE",
        "TICKET_UPDATE",
    }
)
_NOTIFICATION_TOKENS: Final = Retirement(
    name="recipient.notification_messages_token",
    cut=_CUT,
    removed=_CUT_FROM_ALL,
    instead="use send_marketing_message, or a utility message template",
)


def retirement_of(command: Command, version: Version, today: date | None = None) -> Retirement | None:
    """Returns why `command` is retired in `version` on `today`, or None when Graph still takes it there.

    `today` is a day in UTC; None is the present one.
    """
    return next((row for row in _rows(command) if row.holds(version, today)), None)


def check_not_retired(command: Command, version: Version, today: date | None = None) -> None:
    """Raises `RetiredCommandError` when Graph of `version` no longer takes `command` on `today`."""
    row = retirement_of(command, version, today)
    if row is not None:
        raise RetiredCommandError(row, version)


def rows() -> list[Retirement]:
    """Returns the whole table."""
    return [
        *_COMMANDS.values(),
        *_TEMPLATES.values(),
        *_PROFILE.values(),
        _NESTED_MENU,
        _ALL_TAGS_BUT_THE_LAST,
        _LATE_TAGS,
        _NOTIFICATION_TOKENS,
    ]


def _rows(command: Command) -> Iterator[Retirement]:
    match command:
        case SendMessage():
            yield from _rows_of_send(command)
        case SetMessengerProfile():
            yield from (_PROFILE[name] for name in command.profile if name in _PROFILE)
            yield from _rows_of_menu(command.profile.get("persistent_menu"))
        case SetUserMenu():
            yield from _rows_of_menu(command.persistent_menu)
        case GetMessengerProfile() | DeleteMessengerProfile():
            yield from (_PROFILE[name] for name in command.fields if name in _PROFILE)
        case GetProfileProperty():
            if command.property in _PROFILE:
                yield _PROFILE[command.property]
        case SendBatch():
            for item in command.parts:
                yield from _rows(item.command if isinstance(item, Part) else item)
        case _:
            row = _COMMANDS.get(type(command))
            if row is not None:
                yield row


def _rows_of_send(command: SendMessage) -> Iterator[Retirement]:
    attachment = command.message.get("attachment")
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    kind = payload.get("template_type") if isinstance(payload, dict) else None
    if isinstance(kind, str) and kind in _TEMPLATES:
        yield _TEMPLATES[kind]
    if command.tag in _OLD:
        yield _ALL_TAGS_BUT_THE_LAST
    if command.tag in _LATE:
        yield _LATE_TAGS
    if not isinstance(command.recipient, str) and "notification_messages_token" in command.recipient:
        yield _NOTIFICATION_TOKENS


def _rows_of_menu(menus: object) -> Iterator[Retirement]:
    for menu in menus if isinstance(menus, list) else []:
        items = menu.get("call_to_actions") if isinstance(menu, dict) else None
        for item in items if isinstance(items, list) else []:
            if isinstance(item, dict) and item.get("type") == "nested":
                yield _NESTED_MENU
