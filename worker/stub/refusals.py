"""Graph's errors as values, and how they look on the wire."""

from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """An error as Graph words it: `code` and `error_subcode` say what it is, `status` is HTTP's."""

    code: int
    message: str
    status: int = 400
    subcode: int | None = None
    type: str = "OAuthException"
    is_transient: bool | None = None
    user_title: str | None = None
    user_message: str | None = None
    extra: dict[str, Any] | None = None

    def text(self, trace: str) -> str:
        """Returns the JSON text of the answer's body, with `trace` as its `fbtrace_id`."""
        error: dict[str, Any] = {"message": self.message, "type": self.type, "code": self.code}
        optional = {
            "error_subcode": self.subcode,
            "is_transient": self.is_transient,
            "error_user_title": self.user_title,
            "error_user_msg": self.user_message,
        }
        error.update({name: value for name, value in optional.items() if value is not None})
        if self.extra:
            error.update(self.extra)
        error["fbtrace_id"] = trace
        return _encode({"error": error}).decode()


def invalid(message: str, subcode: int | None = None) -> Refusal:
    """Returns code 100, Graph's answer to a wrong parameter."""
    return Refusal(code=100, subcode=subcode, message=f"(#100) {message}")


def unknown_object(method: str, node: str) -> Refusal:
    """Returns code 100/33, Graph's answer to an id that the token cannot see."""
    return Refusal(
        code=100,
        subcode=33,
        type="GraphMethodException",
        message=(
            f"Unsupported {method.lower()} request. Object with ID '{node}' does not exist, cannot be "
            "loaded due to missing permissions, or does not support this operation."
        ),
    )


def unknown_edge(edge: str) -> Refusal:
    """Returns code 2500, Graph's answer to a path that has no such edge."""
    return Refusal(code=2500, message=f"Unknown path components: /{edge}")


def token_missing() -> Refusal:
    """Returns code 104, Graph's answer to a call without any token."""
    return Refusal(code=104, message="An access token is required to request this resource.")


def page_token_wanted() -> Refusal:
    """Returns code 2500, Graph's answer when `me` is asked of a token that stands for nobody."""
    return Refusal(
        code=2500,
        message="An active access token must be used to query information about the current user.",
    )
