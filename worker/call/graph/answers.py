"""What may come back for one call: an answer of Graph, silence after the request left, or a request that never left.

What is expected is a value: none of these is an exception.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

# Graph's answer for a part that it did not finish, did not run, or ran and leaves out.
NULL_PART: Final = "Graph answered null for this part"
# Of a request for which there was no connection, and before its cause.
NO_CONNECTION: Final = "no connection to Graph"
# Of a request whose guard said no.
GIVEN_UP: Final = "this worker may have been given up: its request does not begin"

# The JSON of the headers of what has none of its own.
NO_HEADERS: Final = b"null"


class Answered(msgspec.Struct, frozen=True):
    """Graph, or something before it, answered this call.

    `body` is the raw answer: JSON, HTML or nothing. `headers` holds lower-case names, of the part where the call was
    part of a batch. `whole` tells that the answer was to a whole batch, and none of its parts was answered on its own.
    `listed` is the JSON list of a part's own headers, or null.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = {}
    whole: bool = False
    listed: bytes = NO_HEADERS

    def __repr__(self) -> str:
        return f"Answered({self.status}, {len(self.body)} bytes{', whole' if self.whole else ''})"


class Lost(msgspec.Struct, frozen=True):
    """The request, or a part of it, left, and no answer came: Graph may have acted on it."""

    reason: str


class NotSent(msgspec.Struct, frozen=True):
    """Nothing of the request left this machine, or Graph says that it did not run this part."""

    reason: str


Answer = Answered | Lost | NotSent
