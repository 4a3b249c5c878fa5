"""Refusals of the door's own, in Graph's words and form: a client reads them as it reads Graph's."""

from typing import Final

import msgspec

BAD_REQUEST: Final = 400
UNAVAILABLE: Final = 503


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of Graph's form: `code` as Graph has it; `transient` says that the same may work later."""

    status: int
    code: int
    message: str
    type: str = "OAuthException"
    transient: bool = False

    def body(self) -> dict[str, object]:
        """Returns the answer's JSON value; `fbtrace_id` is empty, since Graph was not asked."""
        error: dict[str, object] = {"message": self.message, "type": self.type, "code": self.code}
        if self.transient:
            error["is_transient"] = True
        return {"error": error | {"fbtrace_id": ""}}


class RefusedError(Exception):
    """Carries a refusal to where it is answered."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def invalid(problem: str) -> Refusal:
    """Returns code 100, Graph's for a wrong parameter."""
    return Refusal(status=BAD_REQUEST, code=100, message=f"(#100) {problem}")


def no_token() -> Refusal:
    """Returns code 104, Graph's for a call without a token."""
    return Refusal(
        status=BAD_REQUEST, code=104, message="An access token is required to request this resource."
    )


def wrong_token() -> Refusal:
    """Returns code 190, Graph's for a token that it does not know."""
    return Refusal(
        status=BAD_REQUEST, code=190, message="Invalid OAuth access token - Cannot parse access token"
    )


def away(reason: str) -> Refusal:
    """Returns code 2, Graph's for what may work later: the queue takes nothing now."""
    return Refusal(status=UNAVAILABLE, code=2, message=f"(#2) {reason}", transient=True)
