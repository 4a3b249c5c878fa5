"""Parameters that are secrets are filled in at the last moment, by whoever knows them."""

from collections.abc import Callable

import msgspec

from worker.call.endpoints.call import Call, Token


def filled(call: Call, value_of: Callable[[Token], str | None]) -> Call:
    """Returns the call with every `fill` in its query or body; one whose value is None is left out.

    Args:
        call: any call; one without `fill` comes back as it is.
        value_of: gives the text of a token or secret, or None; what it raises goes through.
    """
    if not call.fill:
        return call
    values = [(fill, value_of(fill.token)) for fill in call.fill]
    known = [(fill, value) for fill, value in values if value is not None]
    query = tuple((fill.name, value) for fill, value in known if fill.place == "query")
    body = {fill.name: value for fill, value in known if fill.place == "body"}
    whole = {**(call.body or {}), **body} if body else call.body
    return msgspec.structs.replace(call, query=call.query + query, body=whole, fill=())
