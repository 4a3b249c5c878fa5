"""Calls about the Page, its token, its webhook subscriptions and its features."""

from typing import Final

from producer.commands.pages import (
    CreateSubscription,
    DebugToken,
    GetMessageTags,
    GetMessagingFeatureReview,
    GetPageInfo,
    GetPageSubscription,
    GetSubscriptions,
)
from producer.commands.secrets import Secret
from producer.errors import InvalidCommandError
from worker.call.endpoints.building import fields_query, get, segment
from worker.call.endpoints.call import APP_TOKEN, Body, Call, CallContext, Fill, Token, token_of

_FIELDS: Final = (
    "messages",
    "messaging_postbacks",
    "messaging_optins",
    "messaging_referrals",
    "messaging_handovers",
    "messaging_policy_enforcement",
)


def _get_page_info(command: GetPageInfo, _: CallContext) -> Call:
    return get(command, "me", *fields_query(command.fields, ()))


def _debug_token(command: DebugToken, _: CallContext) -> Call:
    inspected = Fill(place="query", name="input_token", token=token_of(command.access_token))
    return Call(method="GET", path="debug_token", token=APP_TOKEN, fill=(inspected,))


def _create_subscription(command: CreateSubscription, context: CallContext) -> Call:
    fields = _FIELDS if command.fields is None else command.fields
    body: Body = {"object": command.object}
    if command.callback_url is not None:
        body["callback_url"] = command.callback_url
    body["fields"] = ",".join(fields)
    if command.include_values is not None:
        body["include_values"] = command.include_values
    fill: tuple[Fill, ...] = ()
    if isinstance(command.verify_token, str):
        body["verify_token"] = command.verify_token
    else:
        fill = (Fill(place="body", name="verify_token", token=_verify_token(command.verify_token)),)
    return Call(
        method="POST",
        path=_subscriptions(command.app_id, context),
        body=body,
        token=_app_token(command.access_token),
        fill=fill,
    )


def _get_subscriptions(command: GetSubscriptions | GetPageSubscription, context: CallContext) -> Call:
    path = _subscriptions(command.app_id, context)
    return Call(method="GET", path=path, token=_app_token(command.access_token))


def _get_messaging_feature_review(command: GetMessagingFeatureReview, _: CallContext) -> Call:
    return get(command, "me/messaging_feature_review")


def _get_message_tags(command: GetMessageTags, _: CallContext) -> Call:
    return get(command, "page_message_tags")


def _subscriptions(app_id: str | int | None, context: CallContext) -> str:
    chosen = context.app_id if app_id is None else app_id
    if chosen is None:
        raise InvalidCommandError("app_id", "is needed: give it here, or configure the app's id")
    return f"{segment(chosen)}/subscriptions"


def _app_token(override: str | Secret | None) -> Token:
    return APP_TOKEN if override is None else token_of(override)


def _verify_token(named: Secret | None) -> Token:
    return Token(source="verify_token") if named is None else token_of(named)


CALLS: Final = {
    GetPageInfo: _get_page_info,
    DebugToken: _debug_token,
    CreateSubscription: _create_subscription,
    GetSubscriptions: _get_subscriptions,
    GetPageSubscription: _get_subscriptions,
    GetMessagingFeatureReview: _get_messaging_feature_review,
    GetMessageTags: _get_message_tags,
}
