"""No secret of a call is in what is kept or told of its answer, wherever in it and however escaped it was."""

import json
from html import escape
from typing import Final
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from producer import batch
from producer.commands import Command, RawPart
from worker.call.endpoints import call_for
from worker.call.graph.answers import Answer, Answered, Lost
from worker.call.graph.escapes import plain, spans
from worker.call.graph.masking import masked_answer, masked_answers, masked_json, masked_text
from worker.call.graph.signing import signed
from worker.call.origin import Origin
from worker.config.credentials import Keyring, NamedSecret, proof_of
from worker.judge import judge
from worker.settle.kept_reply import detail_of

TOKEN: Final = "EAAG" + "Token0fPage/One+" * 10 + "=="
APP_SECRET: Final = "0123456789abcdef0123456789abcdef"
NAMED: Final = 'shop "Secret"/+=42é'
KEYRING: Final = Keyring(TOKEN, "1", APP_SECRET, secrets={"shop": NamedSecret(NAMED)})
PROOF: Final = proof_of(TOKEN, APP_SECRET)
COMMANDS: Final[dict[str, Command]] = {
    "a send": batch.send_text("1", "x"),
    "a read": batch.get_user_profile("1"),
    "a picked part": RawPart(
        part={"method": "GET", "relative_url": "me", "responseAccessPath": "data[0].echo"}
    ),
}


def _escaped(char: str, way: int) -> str:
    """Returns one character in one of the ways in which a far end may write it; all stand in a JSON string."""
    code = "".join(f"\\u{unit:04x}" for unit in _units(char))
    nested = code.replace("\\", "\\\\")
    ways = [json.dumps(char)[1:-1], code, quote(char, safe=""), code.upper().replace("\\U", "\\u"), nested]
    ways += [
        "\\/" if char == "/" else json.dumps(char, ensure_ascii=False)[1:-1],
        quote(quote(char, safe=""), safe=""),
    ]
    ways += [
        json.dumps(escape(char))[1:-1],
        f"&#{ord(char)};",
        "".join(f"%{byte:02X}" for byte in char.encode()),
    ]
    return ways[way % len(ways)]


def _units(char: str) -> list[int]:
    data = char.encode("utf-16-be")
    return [int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2)]


PLACES: Final = {
    "message": '{"error":{"code":100,"message":"%s"}}',
    "type": '{"error":{"code":100,"type":"x%s"}}',
    "user message": '{"error":{"code":100,"error_user_msg":"%s"}}',
    "trace": '{"error":{"code":100,"fbtrace_id":"%s"}}',
    "error text": '{"error":"%s"}',
    "id": '{"message_id":"%s","recipient_id":"1"}',
    "member": '{"message_id":"m","data":[{"echo":"%s"}]}',
    "member's name": '{"message_id":"m","data":[{"echo":{"%s":1}}]}',
    "text before": '{"message_id":"m","data":[{"echo":"' + "x" * 950 + ' %s"}]}',
    "error after much": '{"error":{"code":100,"message":"' + "x" * 900 + '%s"}}',
    "no JSON": "<html>%s",
    "cut JSON": '{"error":{"code":100,"message":"%s',
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(written=(TOKEN, [0]), place="error after much", status=400, in_header=False)
@example(written=(APP_SECRET, [2, 4]), place="trace", status=400, in_header=True)
@given(
    written=st.tuples(
        st.sampled_from([TOKEN, APP_SECRET, PROOF, NAMED, f"1|{APP_SECRET}"]),
        st.lists(st.integers(0, 9), min_size=1, max_size=7),
    ),
    place=st.sampled_from(sorted(PLACES)),
    status=st.sampled_from([200, 400, 500]),
    in_header=st.booleans(),
)
def test_no_secret_reaches_what_is_kept(
    command: Command, written: tuple[str, list[int]], place: str, status: int, in_header: bool
) -> None:
    """Any secret, in any place and escape of an answer, is in no outcome, log, dead letter or reply."""
    secret, ways = written
    echo = "".join(_escaped(char, ways[at % len(ways)]) for at, char in enumerate(secret))
    headers = {"x-fb-trace-id": secret[:40]} if in_header else {}
    answer: Answer = Answered(status, (PLACES[place] % echo).encode(), headers)
    call = signed(call_for(command), KEYRING)
    secrets = (*call.secrets, NAMED)
    (clean,) = masked_answers([answer], secrets)
    origin = Origin(command, (call,), "c0")
    verdict = judge(clean, is_send=True)
    shown = [detail_of(verdict, clean, origin).decode(), repr(verdict), str(verdict.fbtrace_id)]
    assert isinstance(clean, Answered)
    shown += [clean.body.decode(), str(clean.headers)]
    for text in shown:
        said = plain(text.encode())
        assert plain(secret.encode()) not in said
        assert plain(secret.encode())[:31] not in said


ODD: Final = st.text(alphabet='\\u0041%2/&#x;"+ é', max_size=40)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | ODD.map(str.encode))
def test_a_text_is_undone_alike_with_and_without_its_places(text: bytes) -> None:
    """What is searched is what is cut out: both ways to undo escapes say the same, and each place is in the text."""
    bare, places = spans(text)
    assert bare.replace(b"+", b" ") == plain(text).replace(b"+", b" ")
    assert len(places) == len(bare)
    assert all(0 <= first < last <= len(text) for first, last in places)


def test_a_clean_answer_is_the_same() -> None:
    """What holds no secret is neither copied nor written anew."""
    answers: list[Answer] = [
        Answered(200, b'{"a": "https:\\/\\/x\\u0026y"}', {"etag": "x"}),
        Lost("no answer in time"),
    ]
    assert masked_answers(answers, (TOKEN, APP_SECRET)) is answers


def test_json_stays_json() -> None:
    """A secret that is a number, a name, or looks like two texts leaves JSON that can be read."""
    assert masked_json(b'{"a":12345678,"b":"x"}', ("12345678",)) == b'{"a":"REMOVED","b":"x"}'
    assert masked_json(b'{"abcdefgh":1}', ("abcdefgh",)) == b'{"REMOVED":1}'
    assert json.loads(masked_json(b'{"a":["one","two"]}', ('one","two',))) == {"a": ["one", "two"]}


def test_what_is_named_a_token_is_masked_whole() -> None:
    """A token of another Page, which no call here carries, is masked by its name, in links, members and parts."""
    body = {
        "access_token": "EAAB/other",
        "data": [{"access_token": {"value": "EAAB/other"}}],
        "body": json.dumps({"data": [{"access_token": "EAAB/other"}]}),
        "next": "https://g/me?access_token=EAAB%2Fother&after=x",
        "quoted": "https://g/me%3Faccess_token%3DEAAB%2Fother%26after%3Dx",
    }
    found = json.loads(masked_json(json.dumps(body).replace("access_t", "access\\u005ft").encode()))
    assert found == {
        "access_token": "REMOVED",
        "data": [{"access_token": "REMOVED"}],
        "body": '{"data":[{"access_token":"REMOVED"}]}',
        "next": "https://g/me?access_token=REMOVED&after=x",
        "quoted": "https://g/me%3Faccess_token%3DREMOVED%26after%3Dx",
    }


def test_a_picked_value_is_masked_before_it_is_picked() -> None:
    """`responseAccessPath` gives a bare text, of which nobody could tell any more that it is a token."""
    part: dict[str, object] = {
        "method": "GET",
        "relative_url": "me/accounts",
        "responseAccessPath": "data[0].access_token",
    }
    command = RawPart(part=part)
    answer = Answered(200, b'{"data":[{"access_token":"EAAB-of-another"}]}')
    origin = Origin(command, (signed(call_for(command), KEYRING),), "c0")
    verdict = judge(answer, is_send=False)
    assert json.loads(detail_of(verdict, answer, origin)) == {"reply": "REMOVED"}


def test_a_timed_proof_is_masked_by_its_form() -> None:
    """The proof of a moment is not kept, so what has its form is masked where proofs are timed."""
    call = signed(call_for(batch.send_text("1", "x")), msgspec.structs.replace(KEYRING, timed=True))
    text = f"proof {proof_of(TOKEN, '7')}"
    assert masked_text(text, call.secrets) == "proof REMOVED"
    assert masked_text(text, (TOKEN,)) == text


def test_a_reason_is_masked() -> None:
    """Why no answer came may name the address, with all that is in it."""
    assert masked_answer(Lost(f"cannot read {TOKEN}"), (TOKEN,)) == Lost("cannot read REMOVED")
