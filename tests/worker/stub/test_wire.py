"""Decoding is the same as the standard library's, only faster."""

import json
from urllib.parse import parse_qsl, quote, quote_plus, unquote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.stub.wire import MalformedError, form_of_json, parse_body, parse_form, unquote

TEXTS = st.text(max_size=50)
ENCODED = st.text(alphabet='%0123456789abcdefABCDEFxyz+"\\&=é\n ', max_size=40)


@given(TEXTS)
def test_what_was_quoted_comes_back(text: str) -> None:
    """Any text survives both ways of percent-encoding."""
    assert (unquote(quote(text)), unquote(quote_plus(text))) == (text, text)


@given(ENCODED)
def test_broken_escapes_are_read_as_the_standard_library_reads_them(text: str) -> None:
    """Half escapes, quotes, backslashes and raw text decode as `unquote_plus` does."""
    assert unquote(text) == unquote_plus(text)


@given(st.dictionaries(st.text(min_size=1, max_size=10), TEXTS, max_size=5))
def test_a_form_comes_back(form: dict[str, str]) -> None:
    """A query string gives the pairs that went into it."""
    encoded = urlencode(form)
    assert parse_form(encoded) == dict(parse_qsl(encoded, keep_blank_values=True)) == form


def test_json_becomes_a_form() -> None:
    """Text stays text, everything else is its JSON text, and null is absent."""
    payload = {"a": "é", "b": {"c": [1, None]}, "d": True, "e": 75.0, "f": None, "g": ""}
    assert form_of_json(json.dumps(payload, separators=(",", ":")).encode()) == {
        "a": "é",
        "b": '{"c":[1,null]}',
        "d": "true",
        "e": "75.0",
        "g": "",
    }


@pytest.mark.parametrize(
    "body",
    [b"--B\r\n\r\nx\r\n--B--", b'--B\r\ncontent-disposition: form-data; name="a"\r\n\r\nx', b"x"],
    ids=["a section without a name", "no end", "no boundary in it"],
)
def test_broken_multipart_is_refused(body: bytes) -> None:
    """A multipart body that is cut or nameless is refused, never half read."""
    with pytest.raises(MalformedError):
        parse_body("multipart/form-data; boundary=B", body)
