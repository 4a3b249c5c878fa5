"""Calls of the app: metrics, built-in NLP, custom events, ID matching, Messenger codes."""

from typing import Final

from producer.commands.apps import GenerateMessengerCode, GetUserField, LogCustomEvents, SetNlpConfigs
from producer.commands.insights import GetInsight, GetInsights
from producer.commands.secrets import Secret
from producer.errors import InvalidCommandError
from worker.call.endpoints.building import get, pairs_of, post, segment, text_of
from worker.call.endpoints.call import APP_SECRET, Body, Call, CallContext, Fill, token_of
from worker.call.endpoints.json_text import json_text

_INSIGHTS: Final = "me/insights/"


def _get_insights(command: GetInsights, _: CallContext) -> Call:
    return get(command, _INSIGHTS, *pairs_of({"metric": ",".join(command.metrics), **command.params}))


def _get_insight(command: GetInsight, _: CallContext) -> Call:
    return get(command, _INSIGHTS, *pairs_of({"metric": command.metric, **command.params}))


def _set_nlp_configs(command: SetNlpConfigs, _: CallContext) -> Call:
    given: dict[str, object] = {
        "nlp_enabled": command.nlp_enabled,
        "model": command.model,
        "custom_token": command.custom_token,
        "verbose": command.verbose,
        "n_best": command.n_best,
        **command.extra,
    }
    custom = command.custom_token
    named = isinstance(custom, Secret)
    query = {
        name: value for name, value in given.items() if value is not None and not isinstance(value, Secret)
    }
    fill = (Fill(place="query", name="custom_token", token=token_of(custom)),) if named else ()
    return Call(
        method="POST",
        path="me/nlp_configs",
        query=pairs_of(query),
        body={},
        token=token_of(command.access_token),
        place="body",
        fill=fill,
    )


def _log_custom_events(command: LogCustomEvents, context: CallContext) -> Call:
    app_id = context.app_id if command.app_id is None else command.app_id
    if app_id is None:
        raise InvalidCommandError("app_id", "is needed: give it here, or configure the app's id")
    body: Body = {
        "event": "CUSTOM_APP_EVENTS",
        "custom_events": json_text(command.events).decode(),
        "advertiser_tracking_enabled": 0,
        "application_tracking_enabled": 0,
        "extinfo": '["mb1"]',
        "page_id": command.page_id,
        "page_scoped_user_id": command.page_scoped_user_id,
    }
    return post(command, f"{segment(app_id)}/activities", body)


def _get_user_field(command: GetUserField, _: CallContext) -> Call:
    query = tuple(
        (name, text_of(value))
        for name, value in (("app", command.app), ("page", command.page))
        if value is not None
    )
    secret = command.app_secret
    return Call(
        method="GET",
        path=f"{segment(command.user_id)}/{segment(command.field)}",
        query=query,
        token=token_of(command.access_token),
        proof_secret=APP_SECRET if secret is None else token_of(secret),
    )


def _generate_messenger_code(command: GenerateMessengerCode, _: CallContext) -> Call:
    body: Body = {"type": "standard"}
    if command.data is not None:
        body["data"] = command.data
    if command.image_size is not None:
        body["image_size"] = command.image_size
    return post(command, "me/messenger_codes", body | command.extra, "both")


CALLS: Final = {
    GetInsights: _get_insights,
    GetInsight: _get_insight,
    SetNlpConfigs: _set_nlp_configs,
    LogCustomEvents: _log_custom_events,
    GetUserField: _get_user_field,
    GenerateMessengerCode: _generate_messenger_code,
}
