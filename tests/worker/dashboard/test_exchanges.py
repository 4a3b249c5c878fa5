"""What the dashboard answers to requests as they come over the wire, honest and forged."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import msgspec
import pytest
import redis
from starlette.responses import PlainTextResponse

from producer import Producer, messages
from producer.store.keys import Keys
from tests.running import Valkey, wait_until
from tests.worker.dashboard.conftest import LOOKS, TOKEN, Caller, Said, running_dashboard
from worker.operations import holds
from worker.operations.acts import latest_acts
from worker.web import CONNECTIONS_MAX, Web

KEYS = Keys("outbound")
Start = Callable[..., Caller]


@contextmanager
def _held(client: "redis.Redis") -> Iterator[None]:
    """Holds Page 7, and tells at the end that it is still held."""
    holds.hold(client, KEYS, "page:7", for_s=None, reason="by hand")
    yield
    assert [each.scope for each in holds.list_holds(client, KEYS)] == ["page:7"]


PATHS = (
    "/",
    "/static/main.js",
    "/static/style.css",
    "/api/session",
    "/api/live",
    "/nothing",
    "/api/explain?id=!",
)


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_safe_headers(dashboard: Start, path: str) -> None:
    """Nothing is kept, framed or guessed at, and only our own files run: also on errors."""
    headers = dashboard().get(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_page_has_no_script_or_style_of_its_own(dashboard: Start) -> None:
    """The page runs nothing inline, and names no other machine."""
    page = dashboard().get("/").body.decode()
    assert re.findall(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=|https?://", page) == []


def test_no_script_makes_html_of_text(dashboard: Start) -> None:
    """What comes from Redis can only become text."""
    caller = dashboard()
    names = re.findall(r'from "\./(\w+\.js)"', caller.get("/static/main.js").body.decode())
    for name in (*names, "main.js", "spark.js"):
        found = caller.get(f"/static/{name}")
        assert found.status == 200
        assert (
            re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", found.body.decode())
            == []
        )


def test_without_a_token_nothing_can_be_changed(dashboard: Start, valkey: "redis.Redis") -> None:
    """Without OUTBOUND_DASHBOARD_TOKEN there is no way in."""
    caller = dashboard(token="")
    with _held(valkey):
        said = caller.post("/api/hold/release", {"scope": "page:7"})
        assert (said.status, said.json) == (
            403,
            {"problem": "the dashboard is read-only: OUTBOUND_DASHBOARD_TOKEN is not set"},
        )
        assert caller.log_in("").status == 403


def test_a_wrong_token_opens_nothing(dashboard: Start, valkey: "redis.Redis") -> None:
    """A wrong token makes no session, and the eleventh within a minute is not looked at."""
    caller = dashboard()
    with _held(valkey):
        said = [caller.log_in("wrong") for _ in range(11)]
        assert [each.status for each in said] == [403] * 10 + [429]
        assert [each.headers.get("set-cookie") for each in said] == [None] * 11
        assert caller.post("/api/hold/release", {"scope": "page:7"}).status == 401


def test_the_cookie_is_for_this_page_alone(dashboard: Start) -> None:
    """No script reads the session, no other site sends it, and the token is in no answer."""
    caller = dashboard()
    said = caller.log_in()
    cookie = said.headers["set-cookie"]
    assert re.fullmatch(
        r"outbound_session=[\w-]{43}; HttpOnly; Max-Age=43200; Path=/; SameSite=strict", cookie
    )
    answers = [said, *(caller.get(path) for path in PATHS)]
    assert [each for each in answers if TOKEN in f"{each.headers}{each.body!r}"] == []


def test_who_signed_in_can_act_until_signing_out(dashboard: Start, valkey: "redis.Redis") -> None:
    """A session releases a hold; the same request after signing out does not."""
    caller = dashboard()
    caller.log_in()
    holds.hold(valkey, KEYS, "page:7", for_s=None, reason="by hand")
    said = caller.post("/api/hold/release", {"scope": "page:7"})
    assert (said.status, said.json) == (200, {"sentence": "released; it comes back gently"})
    assert holds.list_holds(valkey, KEYS) == []
    assert "Max-Age=0" in caller.post("/api/logout", {}).headers["set-cookie"]
    with _held(valkey):
        assert caller.post("/api/hold/release", {"scope": "page:7"}).status == 401


FORGED: dict[str, tuple[dict[str, str], int]] = {
    "from another site": ({"Origin": "https://evil.example"}, 403),
    "from another port": ({"Origin": "http://127.0.0.1:1"}, 403),
    "without an origin": ({"Origin": ""}, 403),
    "without the CSRF token": ({"X_CSRF_Token": ""}, 403),
    "with a wrong CSRF token": ({"X_CSRF_Token": "x" * 43}, 403),
    "as a form": ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
    "as a text": ({"Content_Type": "text/plain"}, 415),
    "by a rebound name": ({"Host": "evil.example", "Origin": "http://evil.example"}, 421),
    "without its cookie": ({"Cookie": ""}, 403),
}


@pytest.mark.parametrize(("headers", "status"), FORGED.values(), ids=FORGED)
def test_a_forged_act_is_refused(
    dashboard: Start, valkey: "redis.Redis", headers: dict[str, str], status: int
) -> None:
    """A request that does not come from our own page changes nothing, though the cookie is right."""
    caller = dashboard()
    caller.log_in()
    with _held(valkey):
        assert caller.post("/api/hold/release", {"scope": "page:7"}, **headers).status == status


def test_a_rebound_name_reads_nothing(dashboard: Start) -> None:
    """A site whose name was rebound to this machine sees neither the page nor a figure."""
    caller = dashboard()
    answers = [caller.get(path, Host="evil.example") for path in ("/", "/api/live", "/api/session")]
    assert [each.status for each in answers] == [421] * 3


def test_beyond_loopback_reading_wants_a_session(dashboard: Start, valkey: "redis.Redis") -> None:
    """Where others reach the dashboard, it shows nothing before the sign-in, not even its name."""
    caller = dashboard(host="0.0.0.0")  # noqa: S104 (for the guard: the server itself listens on loopback)
    Producer.on(valkey, page="7").send_text("1", "Hello!")
    paths = ("/api/live", "/api/dead", "/api/dead/chosen", "/api/dead/letter?id=x", "/api/explain?id=x")
    assert [caller.get(path).status for path in paths] == [401] * 5
    told = caller.get("/api/session").json
    assert (told["must_log_in"], told["name"]) == (True, "")
    caller.log_in()
    assert caller.get("/api/live").json["totals"]["not_ended"] == 1


BAD: dict[str, tuple[str, str, bytes, int]] = {
    "no such path": ("GET", "/nothing", b"", 404),
    "out of the folder": ("GET", "/static/../server.py", b"", 404),
    "out of the folder, hidden": ("GET", "/static/%2e%2e/server.py", b"", 404),
    "a question as an act": ("POST", "/api/live", b"{}", 405),
    "an act as a question": ("GET", "/api/dead/drop", b"", 405),
    "another method": ("DELETE", "/api/live", b"", 405),
    "no JSON": ("POST", "/api/dead/drop", b"{", 400),
    "no ids": ("POST", "/api/dead/drop", b'{"ids":[]}', 400),
    "too many ids": ("POST", "/api/dead/drop", msgspec.json.encode({"ids": ["x"] * 10_001}), 400),
    "no id": ("POST", "/api/dead/drop", b'{"ids":["a b"]}', 400),
    "a field that there is not": ("POST", "/api/dead/drop", b'{"ids":["a"],"all":true}', 400),
    "a broadcast that there is not": ("POST", "/api/broadcast/pause", b'{"id":"none"}', 400),
    "too long a search": ("GET", f"/api/live?search={'x' * 101}", b"", 400),
    "a screen before the first": ("GET", "/api/live?offset=-1", b"", 400),
    "a screen without an end": ("GET", "/api/live?limit=100000", b"", 400),
    "a code that is none": ("GET", "/api/dead?code=abc", b"", 400),
    "an age that is none": ("GET", "/api/dead?older=yesterday", b"", 400),
    "a place that is none": ("GET", "/api/dead?after=x", b"", 400),
    "an id that is none": ("GET", "/api/explain?id=%3Cscript%3E", b"", 400),
    "a sign-in without a name": ("POST", "/api/login", b'{"token":"x","name":" "}', 400),
    "a hold of nothing": ("POST", "/api/hold", b'{"on":"a b","reason":"x"}', 400),
    "a hold of no lane": ("POST", "/api/hold", b'{"on":"1/x","reason":"x"}', 400),
    "a hold without a reason": ("POST", "/api/hold", b'{"on":"1","reason":""}', 400),
    "a hold for no time": ("POST", "/api/hold", b'{"on":"1","reason":"x","time":"soon"}', 400),
    "a letter that there is not": ("GET", "/api/dead/letter?id=none", b"", 400),
}


@pytest.mark.parametrize(("method", "path", "body", "status"), BAD.values(), ids=BAD)
def test_a_bad_request_is_a_sentence(
    dashboard: Start, method: str, path: str, body: bytes, status: int
) -> None:
    """What cannot be answered is refused in a sentence, in JSON, and the dashboard goes on."""
    caller = dashboard()
    caller.log_in()
    csrf = caller.get("/api/session").json["csrf"]
    said = caller.ask(
        method,
        path,
        body,
        Origin=f"http://{caller.host}",
        Content_Type="application/json",
        X_CSRF_Token=csrf,
    )
    assert (said.status, bool(said.json["problem"])) == (status, True)
    assert caller.get("/api/live").status == 200


def test_a_broadcast_that_is_done_cannot_be_steered(dashboard: Start, valkey: "redis.Redis") -> None:
    """A button pressed too late changes nothing, and the answer says so."""
    Producer.on(valkey, page="7").broadcast_to(["1"], messages.text("x"), broadcast_id="sale")
    valkey.hset("outbound:counts:broadcast:sale", "sent", 1)
    caller = dashboard()
    caller.log_in()
    said = [caller.post(f"/api/broadcast/{act}", {"id": "sale"}) for act in ("pause", "cancel")]
    assert [(each.status, each.json) for each in said] == [
        (200, {"sentence": "nothing to pause: nobody is left to be sent to"}),
        (200, {"sentence": "nothing to cancel: nobody is left to be sent to"}),
    ]
    shown = caller.get("/api/live").json
    assert ([each["state"] for each in shown["broadcasts"]], shown["holds"]) == (["done"], [])


def test_too_long_a_body_is_not_read(dashboard: Start) -> None:
    """A body of more than a mebibyte is refused by its length alone."""
    caller = dashboard()
    said = caller.ask("POST", "/api/login", Content_Length=str(1024 * 1024 + 1))
    assert (said.status, said.headers["connection"]) == (413, "close")
    assert caller.ask("POST", "/api/login", Content_Length="-1").status == 400
    assert _said(
        caller, b"Transfer-Encoding: chunked", b"100001\r\n" + b"x" * 0x100001 + b"\r\n0\r\n\r\n"
    ) == ["413"]


def _said(caller: Caller, header: bytes, body: bytes, method: bytes = b"POST") -> list[str]:
    """Returns the status of each answer to one request, as it is sent over a connection of its own."""
    lines = (method + b" /api/login HTTP/1.1", b"Host: " + caller.host.encode(), header, b"Connection: close")
    head = b"\r\n".join(lines) + b"\r\n\r\n"
    with socket.create_connection(("127.0.0.1", caller.port), timeout=5) as connection:
        connection.sendall(head + body)
        answer = b""
        with suppress(ConnectionError):
            while part := connection.recv(65_536):
                answer += part
    return re.findall(r"^HTTP/1\.1 (\d+)", answer.decode("latin-1"), re.MULTILINE)


SMUGGLED = b"GET /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
FRAMES: dict[str, tuple[bytes, bytes, list[str]]] = {
    "a length that is honest": (b"Content-Length: %d" % len(SMUGGLED), SMUGGLED, ["404"]),
    "chunks": (
        b"Transfer-Encoding: chunked",
        b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n",
        ["404"],
    ),
    "two lengths": (b"Content-Length: 2\r\nContent-Length: 50", b"{}" + SMUGGLED, ["400"]),
    "a length of 5,000 digits": (b"Content-Length: " + b"9" * 5_000, b"{}", ["400"]),
    "a length with a sign": (b"Content-Length: +5", b"{}xxx", ["400"]),
}


@pytest.mark.parametrize(("header", "body", "answers"), FRAMES.values(), ids=FRAMES)
def test_a_request_has_one_answer(dashboard: Start, header: bytes, body: bytes, answers: list[str]) -> None:
    """What stands in the body of a request is never answered as another one, behind a proxy or before it."""
    caller = dashboard()
    assert _said(caller, header, body, method=b"GET") == answers


def test_a_slow_request_gives_its_place_up() -> None:
    """A connection that does not finish a request in time is closed; one that is idle between two is not."""
    web = Web(PlainTextResponse("well"), "127.0.0.1", 0, name="test", request_s=0.2)
    web.start()
    try:
        with socket.create_connection(("127.0.0.1", web.number), timeout=5) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-")
            assert slow.recv(100) == b""
        with socket.create_connection(("127.0.0.1", web.number), timeout=5) as prompt:
            prompt.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert prompt.recv(4_096).startswith(b"HTTP/1.1 200")
    finally:
        web.close()


def test_redis_away_is_told_with_its_beginning_and_is_over_by_itself() -> None:
    """While Redis is away, each answer says so and since when; when it is back, the figures are."""
    with Valkey() as valkey, valkey.client() as client, running_dashboard(client) as server:
        caller = Caller(server)
        assert caller.get("/api/live").status == 200
        valkey.crash()
        first, second = _until_away(caller), caller.get("/api/live")
        assert (first.status, second.status) == (503, 503)
        assert first.json["problem"].startswith("Redis was not reached")
        assert first.json["since"] == second.json["since"]
        assert caller.get("/").status == 200
        valkey.restart()
        assert caller.get("/api/live").status == 200


def _until_away(caller: Caller) -> Said:
    for _ in range(20):
        said = caller.get("/api/live")
        if said.status != 200:
            return said
    raise AssertionError("Redis is still there")


def test_connections_are_bounded(dashboard: Start) -> None:
    """More connections than the bound are answered that there are too many, and those that are open go on."""
    caller = dashboard()
    with ExitStack() as stack:
        for _ in range(CONNECTIONS_MAX):
            stack.enter_context(socket.create_connection(("127.0.0.1", caller.port), timeout=5))
        assert caller.get("/").status == 503
    wait_until(lambda: caller.get("/").status == 200, within_s=5, why="their places are free")


def test_the_cookie_goes_back_over_tls_where_it_came_so(dashboard: Start) -> None:
    """Behind a proxy with a certificate the session is never sent without it."""
    caller = dashboard()
    origin = f"https://{caller.host}"
    said = caller.post("/api/login", {"token": TOKEN, "name": "Ann"}, Origin=origin)
    assert "; Secure" in said.headers["set-cookie"]


def test_behind_a_proxy_reading_wants_a_session(dashboard: Start) -> None:
    """Who lets others in under a name shows them nothing before the sign-in, on loopback too."""
    caller = dashboard(names=("dash.example",))
    assert [caller.get(path, Host="dash.example").status for path in ("/api/live", "/api/dead")] == [401] * 2


def test_who_looks_cannot_act(dashboard: Start, valkey: "redis.Redis") -> None:
    """One token looks and the other acts: the first shows everything but content, and changes nothing."""
    caller = dashboard(read_token=LOOKS)
    assert caller.get("/api/live").status == 401
    caller.log_in(LOOKS)
    told = caller.get("/api/session").json
    assert (told["logged_in"], told["acts"], told["can_act"], told["who"]) == (True, False, True, "Ann")
    assert caller.get("/api/live").status == 200
    with _held(valkey):
        refused = [
            caller.post(path, body)
            for path, body in (
                ("/api/hold/release", {"scope": "page:7"}),
                ("/api/hold", {"on": "8", "reason": "x"}),
                ("/api/dead/content", {"id": "x"}),
            )
        ]
    assert [(each.status, each.json["problem"][:13]) for each in refused] == [(403, "you may look:")] * 3
    assert latest_acts(valkey, KEYS) == []


def test_a_token_that_only_looks_needs_no_other(dashboard: Start) -> None:
    """Beyond loopback too: who has it sees, and there is nobody who acts."""
    caller = dashboard(token="", read_token=LOOKS, host="0.0.0.0")  # noqa: S104 (for the guard)
    assert caller.log_in("wrong-but-long-enough").status == 403
    assert caller.log_in(LOOKS).status == 200
    assert caller.get("/api/live").status == 200
    assert caller.post("/api/hold", {"on": "8", "reason": "x"}).status == 403


def test_every_act_is_noted_with_a_name(dashboard: Start, valkey: "redis.Redis") -> None:
    """A Page and a lane are held and released, and the log says by whom."""
    caller = dashboard()
    caller.log_in()
    assert caller.post("/api/hold", {"on": "7", "reason": "new menu"}).status == 200
    assert caller.post("/api/hold", {"on": "7/text/bulk", "reason": "slow", "time": "1h"}).status == 200
    assert [(each.scope, each.until is None) for each in holds.list_holds(valkey, KEYS)] == [
        ("lane:7/t/b", False),
        ("page:7", True),
    ]
    caller.post("/api/hold/release", {"scope": "page:7"})
    caller.post("/api/dead/drop", {"ids": ["a"]})
    found = caller.get("/api/acts").json
    assert {(each["who"], each["by"]) for each in found} == {("Ann", "page")}
    assert [
        (each["act"], each["on"], each["told"]) for each in found if each["on"] != "lane 7/text/bulk"
    ] == [
        ("drop", "dead letters a", "1 left alone: no dead letter of this id"),
        ("release", "Page 7", "released; it comes back gently"),
        ("hold", "Page 7", "held until it is released: new menu"),
    ]
