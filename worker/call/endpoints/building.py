"""Calls are built from a few plain shapes: a read, a write with a JSON body, a deletion."""

import re
from typing import Final, Literal, Protocol

from producer.commands.command import CommandOf
from producer.errors import InvalidCommandError
from worker.call.endpoints.call import Body, Call, CallContext, token_of
from worker.call.endpoints.json_text import json_text
from worker.call.endpoints.percent import percent_encoded


class ForPlatform(Protocol):
    """A command that may name the platform that it is for."""

    @property
    def platform(self) -> str | None:
        """`messenger`, `instagram`, or None for the account's own."""
        ...


def get(command: CommandOf[object], path: str, *query: tuple[str, str]) -> Call:
    """Returns a read with the token that the command brings, or the Page's."""
    return Call(method="GET", path=path, query=query, token=token_of(command.access_token))


def post(
    command: CommandOf[object], path: str, body: Body | None, place: Literal["query", "both"] = "query"
) -> Call:
    """Returns a write; with `both` an overriding token stands in the body too, as the reference client has it."""
    if command.access_token is None:
        return Call(method="POST", path=path, body=body)
    return Call(method="POST", path=path, body=body, token=token_of(command.access_token), place=place)


def delete(
    command: CommandOf[object], path: str, body: Body | None = None, query: tuple[tuple[str, str], ...] = ()
) -> Call:
    """Returns a deletion; Graph takes a body with it."""
    return Call(method="DELETE", path=path, query=query, body=body, token=token_of(command.access_token))


_ACCOUNT: Final = "act_"
# What stands for a value of another part's answer: Graph looks for it in a part's URL as it is written here.
_REFERENCE: Final = re.compile(r"\{result=[^{}/?#&]+\}")


def segment(value: str | int) -> str:
    """Returns an id as one segment of a path, a reference to another part as it is.

    Raises:
        InvalidCommandError: the id would leave its place.
    """
    if isinstance(value, str) and _REFERENCE.fullmatch(value):
        return value
    encoded = percent_encoded(str(value))
    if encoded in ("", ".", ".."):
        raise InvalidCommandError("", "has an id that is no id")
    return encoded


def account_segment(ad_account_id: str | int) -> str:
    """Returns an ad account as one segment of a path, with its `act_` once."""
    return f"{_ACCOUNT}{segment(str(ad_account_id).removeprefix(_ACCOUNT))}"


def text_of(value: object) -> str:
    """Returns a value as it stands in a query: nothing for None, text as it is, everything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json_text(value).decode()


def pairs_of(params: dict[str, object]) -> tuple[tuple[str, str], ...]:
    """Returns query parameters; a list repeats its name."""
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        items = value if isinstance(value, list | tuple) else [value]
        pairs.extend((name, text_of(item)) for item in items)
    return tuple(pairs)


def platform_query(command: ForPlatform, context: CallContext) -> tuple[tuple[Literal["platform"], str], ...]:
    """Returns the `platform` parameter of a command, none on Messenger unless it is given."""
    platform = context.platform_of(command.platform)
    return () if platform is None else (("platform", platform),)


def fields_query(fields: list[str] | None, default: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Returns the `fields` parameter: the default for None, no parameter for an empty list."""
    chosen = default if fields is None else fields
    return (("fields", ",".join(chosen)),) if chosen else ()
