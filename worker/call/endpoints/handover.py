"""Calls that say which app speaks in a conversation."""

from typing import Final

from producer.commands.handover import (
    ExtendThreadControl,
    GetSecondaryReceivers,
    GetThreadOwner,
    PassThreadControl,
    ReleaseThreadControl,
    RequestThreadControl,
    TakeThreadControl,
)
from producer.commands.recipients import full
from worker.call.endpoints.building import get, platform_query, post
from worker.call.endpoints.call import Body, Call, CallContext


def _pass_thread_control(command: PassThreadControl, _: CallContext) -> Call:
    body: Body = {"recipient": full(command.recipient)}
    if command.target_app_id is not None:
        body["target_app_id"] = command.target_app_id
    if command.metadata is not None:
        body["metadata"] = command.metadata
    return post(command, "me/pass_thread_control", body)


def _release_thread_control(command: ReleaseThreadControl, _: CallContext) -> Call:
    return post(command, "me/release_thread_control", _body(command))


def _extend_thread_control(command: ExtendThreadControl, _: CallContext) -> Call:
    body: Body = {"recipient": full(command.recipient), "duration": command.duration}
    return post(command, "me/extend_thread_control", body)


def _take_thread_control(command: TakeThreadControl, _: CallContext) -> Call:
    return post(command, "me/take_thread_control", _body(command))


def _request_thread_control(command: RequestThreadControl, _: CallContext) -> Call:
    return post(command, "me/request_thread_control", _body(command))


def _body(command: ReleaseThreadControl | TakeThreadControl | RequestThreadControl) -> Body:
    body: Body = {"recipient": full(command.recipient)}
    if command.metadata is not None:
        body["metadata"] = command.metadata
    return body


def _get_thread_owner(command: GetThreadOwner, _: CallContext) -> Call:
    return get(command, "me/thread_owner", ("recipient", command.user_id))


def _get_secondary_receivers(command: GetSecondaryReceivers, context: CallContext) -> Call:
    platform = platform_query(command, context)
    return get(command, "me/secondary_receivers", ("fields", "id,name"), *platform)


CALLS: Final = {
    PassThreadControl: _pass_thread_control,
    ReleaseThreadControl: _release_thread_control,
    ExtendThreadControl: _extend_thread_control,
    TakeThreadControl: _take_thread_control,
    RequestThreadControl: _request_thread_control,
    GetThreadOwner: _get_thread_owner,
    GetSecondaryReceivers: _get_secondary_receivers,
}
