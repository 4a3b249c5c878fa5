"""The reference client itself, of two versions: what it asks of Graph directly and by the door is the same."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conformance.far_end import SINGLE, Case, FarEnd
from tests.worker.door.doors import APP, KEY
from tests.worker.door.node import CLIENTS, Script, installed

pytestmark = [pytest.mark.process]

SCRIPT = Path(__file__).parent / "reference_client.js"
SIGNS = {"access_token", "appsecret_proof"}
# Arguments that JSON cannot carry to Node: bytes and open files.
SHOWN = [case for case in SINGLE if "$" not in json.dumps(case["call"])]
# 1.1.0 calls some differently, and has dropped some: what it cannot do directly is not tried by the door.
WORKING_MIN = {"0.8.5": 85, "1.1.0": 60}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both versions of the client."""
    made = tmp_path_factory.mktemp("node")
    problem = installed(made)
    if problem is not None:
        pytest.fail(problem)
    return made


@pytest.fixture(scope="module")
def direct(far: FarEnd) -> Iterator[str]:
    """The far end as a server of its own: its origin."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            request = httpx.Request(
                self.command, f"http://far{self.path}", headers=dict(self.headers), content=content
            )
            answer = far.handle(request)
            self.send_response(answer.status_code)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815 (the library's names)

        def log_message(self, *_arguments: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def asked(script: Script, case: Case, origin: str, token: str, *, camel_case: bool) -> Any:  # noqa: ANN401 (any JSON)
    """Calls the recorded method of the client, whose Graph is at an origin."""
    config = {
        "accessToken": token,
        "appId": "APP_ID",
        "appSecret": "APP_SECRET",
        "origin": origin,
        "version": "4.0",
    }
    written = json.dumps(case["call"])
    for text, instead in APP.items():
        written = written.replace(f'"{text}"', f'"{instead}"')
    call = json.loads(written)
    return script.ask(
        {"call": call, "config": config | {"skipAppSecretProof": True}, "camelCase": camel_case}
    )


@pytest.mark.parametrize("version", CLIENTS)
def test_the_client_does_by_the_door_what_it_does_directly(
    version: str, folder: Path, direct: str, client: httpx.Client, far: FarEnd
) -> None:
    """Each method asks Graph for the same and gives the same, by a queue and a worker, as without them."""
    door, differing, working = str(client.base_url).rstrip("/"), {}, 0
    camel_case = version != "0.8.5"
    with Script(folder, SCRIPT, CLIENTS[version]) as script:
        for case in SHOWN:
            far.answer(case["reply"]["body"])
            gave = asked(script, case, direct, "PAGE_TOKEN", camel_case=camel_case)
            wanted = [_shown(each) for each in far.requests]
            if "gave" not in gave or len(wanted) != 1 or not _has_token(far.requests[0]):
                continue  # the client refuses it by itself, asks several times, or asks without saying for which Page
            far.answer(case["reply"]["body"])
            by_the_door = asked(script, case, door, f"{KEY}@proving", camel_case=camel_case)
            found = [_shown(each) for each in far.requests]
            working += 1
            if (gave, wanted) != (by_the_door, found):
                differing[case["id"]] = (gave, wanted, by_the_door, found)
    assert differing == {}
    assert working >= WORKING_MIN[version]


@pytest.mark.parametrize("version", CLIENTS)
def test_the_client_shows_an_error_as_it_shows_graphs(
    version: str, folder: Path, direct: str, client: httpx.Client, far: FarEnd
) -> None:
    """What Graph refuses is raised by the client in the same words, directly and by the door."""
    error = {"message": "(#100) Invalid parameter", "type": "OAuthException", "code": 100}
    case = next(each for each in SHOWN if each["call"]["method"] == "send_text")
    raised = []
    with Script(folder, SCRIPT, CLIENTS[version]) as script:
        for origin, token in ((direct, "PAGE_TOKEN"), (str(client.base_url).rstrip("/"), f"{KEY}@proving")):
            far.answer(httpx.Response(400, json={"error": error}))
            raised.append(asked(script, case, origin, token, camel_case=version != "0.8.5"))
    words = "Messenger API - 100 OAuthException (#100) Invalid parameter"
    assert raised == [{"raised": words}] * 2


def _has_token(request: Case) -> bool:
    return "access_token" in dict(request["query"]) or "access_token" in request.get("json", {})


def _shown(request: Case) -> Case:
    """Returns a request without what signs it, and with its Page's token for the key that stands for it."""
    pairs = [pair for pair in request["query"] if pair[0] not in SIGNS]
    shown = request | {
        "query": [[name, "PAGE_TOKEN" if value == f"{KEY}@proving" else value] for name, value in pairs]
    }
    if "json" in request:
        shown["json"] = {name: value for name, value in request["json"].items() if name not in SIGNS}
    return shown
