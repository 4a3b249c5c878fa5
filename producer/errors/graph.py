"""What Graph's refusals and silences are for the caller: the same errors from the direct client and from a ticket."""

import re
from collections.abc import Mapping
from typing import Final, Self

import msgspec

from producer.errors import OutboundError
from producer.errors.advice import advice_of

TEXT_CHARACTERS_MAX: Final = 1_000
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}")
_NUMBER_MAX: Final = 10**15
_TRACE: Final = re.compile(r"[A-Za-z0-9_+/=-]{1,40}")
_OK_LAST: Final = 299
# Graph's own member names, by the name that they have here.
_MEMBERS: Final = {
    "message": "message",
    "type": "type",
    "code": "code",
    "subcode": "error_subcode",
    "user_title": "error_user_title",
    "user_message": "error_user_msg",
    "is_transient": "is_transient",
    "fbtrace_id": "fbtrace_id",
}


class RequestInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it may be shown: `url` is without token and proof, secrets in the body are masked.

    `headers` have lower-case names. `body` is the value before it became JSON or form fields, or None.
    """

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: object = None


class ResponseInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it may be shown: parsed JSON, or text that is none; secrets are masked."""

    status: int
    headers: Mapping[str, str] = {}
    body: object = None


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an answer says of a failure; texts are at most 1,000 characters, and hold no secret of the call."""

    status: int | None = None
    code: int | None = None
    subcode: int | None = None
    type: str | None = None
    message: str | None = None
    user_title: str | None = None
    user_message: str | None = None
    fbtrace_id: str | None = None
    is_transient: bool | None = None

    def as_graph(self) -> dict[str, object]:
        """Returns the error object as Graph wrote it, as far as it is known."""
        pairs = ((member, getattr(self, name)) for name, member in _MEMBERS.items())
        return {member: value for member, value in pairs if value is not None}


def facts_of(status: int, body: object, fbtrace_id: str | None = None) -> Facts:
    """Returns what the parsed body of an answer says of a failure, whatever is in it; nothing here raises.

    Args:
        status: HTTP status of the answer, or of its part of a batch.
        body: the JSON value, or text that is none.
        fbtrace_id: Graph's id of the request from the headers, where the body has none.
    """
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return Facts(status=status, message=_text(error), fbtrace_id=trace_of(fbtrace_id))
    found = {name: error.get(member) for name, member in _MEMBERS.items()}
    return Facts(
        status=status,
        code=_number(found["code"]),
        subcode=_number(found["subcode"]),
        type=_text(found["type"]),
        message=_text(found["message"]),
        user_title=_text(found["user_title"]),
        user_message=_text(found["user_message"]),
        fbtrace_id=trace_of(found["fbtrace_id"]) or trace_of(fbtrace_id),
        is_transient=found["is_transient"] if isinstance(found["is_transient"], bool) else None,
    )


def trace_of(text: object) -> str | None:
    """Returns Graph's id of a request, when it has the form of one."""
    return text if isinstance(text, str) and _TRACE.fullmatch(text) else None


def _number(value: object) -> int | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _NUMBER_MAX:
        return value
    return None


def _text(value: object) -> str | None:
    return value[:TEXT_CHARACTERS_MAX] if isinstance(value, str) and value else None


class GraphError(OutboundError):
    """Graph, or something before it, refused the call; `str()` tells what, why and what to do, without a secret.

    Attributes:
        status: HTTP status; of a part its own.
        code, subcode, type, message: of Graph's error, None where the answer had none.
        user_title, user_message: what Meta suggests to show to a user.
        fbtrace_id: what Meta's support asks for.
        is_transient: True when Graph says that trying again may help, False when it says it will not, else None.
        request, response: as they may be shown; None for a queued command.
        replies: of a batch of more than 50 parts, the answers to the parts before the request that failed.
    """

    def __init__(
        self,
        facts: Facts,
        *,
        request: RequestInfo | None = None,
        response: ResponseInfo | None = None,
        replies: list[object] | None = None,
    ) -> None:
        self.facts = facts
        self.request = request
        self.response = response
        self.replies = replies
        super().__init__(_sentence(facts, request))

    def __reduce__(self) -> tuple[object, ...]:
        return _graph_error, (type(self), self.facts, self.request, self.response, self.replies)

    @property
    def status(self) -> int | None:
        """HTTP status of the answer."""
        return self.facts.status

    @property
    def code(self) -> int | None:
        """Graph's error code."""
        return self.facts.code

    @property
    def subcode(self) -> int | None:
        """Graph's error subcode."""
        return self.facts.subcode

    @property
    def type(self) -> str | None:
        """Graph's type of the error, such as `OAuthException`."""
        return self.facts.type

    @property
    def message(self) -> str | None:
        """Graph's sentence for developers."""
        return self.facts.message

    @property
    def user_title(self) -> str | None:
        """Graph's title for users."""
        return self.facts.user_title

    @property
    def user_message(self) -> str | None:
        """Graph's sentence for users."""
        return self.facts.user_message

    @property
    def fbtrace_id(self) -> str | None:
        """Graph's id of the request."""
        return self.facts.fbtrace_id

    @property
    def is_transient(self) -> bool | None:
        """Whether Graph says that trying again may help."""
        return self.facts.is_transient


def _graph_error(
    kind: type[GraphError],
    facts: Facts,
    request: RequestInfo | None,
    response: ResponseInfo | None,
    replies: list[object] | None,
) -> GraphError:
    return kind(facts, request=request, response=response, replies=replies)


def _sentence(facts: Facts, request: RequestInfo | None) -> str:
    where = f"{request.method} {request.url.partition('?')[0]}: " if request is not None else ""
    named = " ".join(str(each) for each in (facts.code, facts.type) if each is not None)
    if facts.subcode is not None:
        named = f"{named} (subcode {facts.subcode})".strip()
    said = ": ".join(each for each in (named, facts.message) if each) or _unreadable(facts)
    for_users = ": ".join(each for each in (facts.user_title, facts.user_message) if each)
    traces = [f"HTTP {facts.status}"] if facts.status is not None else []
    traces += [f"fbtrace_id {facts.fbtrace_id}"] if facts.fbtrace_id else []
    tail = f" [{', '.join(traces)}]" if traces else ""
    advice = advice_of(facts.code, facts.status, is_transient=facts.is_transient)
    return f"{where}{said}{f' - {for_users}' if for_users else ''}{tail}; {advice}"


def _unreadable(facts: Facts) -> str:
    if facts.status is not None and facts.status <= _OK_LAST:
        return "Graph answered with success, but with nothing that can be read"
    return "Graph refused it, and did not say why"


class NoAnswer(OutboundError):  # noqa: N818 - the name is the contract: it is no error of Graph's
    """No answer came: `may_have_arrived` tells whether Graph may have carried the call out.

    Attributes:
        reason: what happened, in a few words.
        may_have_arrived: False when nothing of the request left this machine.
        request: as it may be shown; None for a queued command.
        replies: of a batch of more than 50 parts, the answers to the parts before the request that failed.
    """

    def __init__(
        self,
        reason: str,
        *,
        may_have_arrived: bool,
        request: RequestInfo | None = None,
        replies: list[object] | None = None,
    ) -> None:
        self.reason = reason
        self.may_have_arrived = may_have_arrived
        self.request = request
        self.replies = replies
        tail = (
            "Graph may have carried it out; look before you send it again"
            if may_have_arrived
            else "nothing was sent; try again"
        )
        super().__init__(f"{reason}: {tail}")

    def __reduce__(self) -> tuple[object, ...]:
        return _no_answer, (type(self), self.reason, self.may_have_arrived, self.request, self.replies)

    @classmethod
    def lost(cls, reason: str) -> Self:
        """Returns the error of a request that left and was not answered."""
        return cls(reason, may_have_arrived=True)


def _no_answer(
    kind: type[NoAnswer],
    reason: str,
    may_have_arrived: bool,
    request: RequestInfo | None,
    replies: list[object] | None,
) -> NoAnswer:
    return kind(reason, may_have_arrived=may_have_arrived, request=request, replies=replies)
