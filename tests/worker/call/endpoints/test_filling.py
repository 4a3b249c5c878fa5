"""Secrets of the worker come into a call at the last moment."""

from worker.call.endpoints import Call, Fill, Token, filled

HOOK = Token(source="verify_token")
SHOP = Token(source="secret", value="shop")
CALL = Call(
    method="POST",
    path="5/subscriptions",
    query=(("a", "b"),),
    body={"object": "page"},
    fill=(Fill(place="body", name="verify_token", token=HOOK), Fill(place="query", name="x", token=SHOP)),
)


def test_a_call_is_filled_in() -> None:
    """Each value goes where its name belongs, and nothing is left to fill."""
    values = {HOOK: "V", SHOP: "S"}
    assert filled(CALL, values.get) == Call(
        method="POST",
        path="5/subscriptions",
        query=(("a", "b"), ("x", "S")),
        body={"object": "page", "verify_token": "V"},
    )


def test_what_nobody_knows_is_left_out() -> None:
    """A value of None adds no parameter; a call without anything to fill is the same call."""
    plain = Call(method="POST", path="5/subscriptions", query=(("a", "b"),), body={"object": "page"})
    assert filled(CALL, lambda _: None) == plain
    assert filled(plain, lambda _: "V") is plain
