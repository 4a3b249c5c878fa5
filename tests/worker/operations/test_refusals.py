"""A server that was reached and lets nobody in is told as what it is: a password, its ACL, or its certificate."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from producer import Producer
from producer.errors import QueueUnavailableError
from worker.doctor.examination import examine
from worker.operations.sentences import sentence_of

PEM = Path(__file__).parents[1] / "call/graph/localhost.pem"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def tls_url() -> Iterator[str]:
    """The URL of a server whose certificate nobody has signed but itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            while True:
                try:
                    connection = listening.accept()[0]
                except OSError:
                    return
                with connection, suppress(OSError):
                    context.wrap_socket(connection, server_side=True).close()

        threading.Thread(target=serve, daemon=True).start()
        yield f"rediss://localhost:{listening.getsockname()[1]}/0"
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def narrow_url(valkey: "redis.Redis", valkey_url: str) -> Iterator[str]:
    """The URL of a user who may say PING, and nothing else."""
    valkey.acl_setuser("narrow", enabled=True, passwords=["+hush"], keys=["outbound:*"], commands=["+ping"])
    yield f"{valkey_url}?username=narrow&password=hush"
    valkey.acl_deluser("narrow")


def findings(url: str, check: str) -> list[tuple[str, str]]:
    """Returns what the doctor finds under one name, with what it says to do."""
    report = examine({"OUTBOUND_REDIS_URL": url}, NOW, offline=True)
    return [(each.what, each.do) for each in report.findings if each.check == check]


def test_an_untrusted_certificate_is_no_server_that_is_away(
    tls_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Producer, command line and doctor say what is wrong with it, and what to do."""
    what = "Redis answers, and its certificate is not trusted (self-signed certificate)"
    do = "name the CA that signed it in the URL (ssl_ca_certs=…), or the host that it was made for"
    producer = Producer.connect(tls_url, page="1")
    with pytest.raises(QueueUnavailableError) as caught:
        producer.send_text("7", "Hello!")
    assert str(caught.value) == f"{what}: {do}"
    monkeypatch.setenv("OUTBOUND_REDIS_URL", tls_url)
    with pytest.raises(redis.RedisError) as refused, redis.Redis.from_url(tls_url) as client:
        client.ping()
    assert sentence_of(refused.value) == f"{what}: {do} (the address is {tls_url})"
    assert findings(tls_url, "redis.reach") == [(f"{what}; the address is {tls_url}", do)]


def test_a_refusal_by_an_acl_is_no_wrong_password(narrow_url: str) -> None:
    """It names the command that was refused, and where the rules are."""
    producer = Producer.connect(narrow_url, page="1")
    with pytest.raises(QueueUnavailableError) as caught:
        producer.send_text("7", "Hello!")
    assert str(caught.value).startswith("Redis knows the user of the URL, and its ACL does not allow this (")
    assert "'evalsha' command" in str(caught.value)
    assert "hush" not in str(caught.value)
    assert findings(narrow_url, "redis.reach") == [("it answers", "")]
    [(what, do)] = findings(narrow_url, "redis")
    assert "'time' command" in what
    assert do == "give the user the rules of deploy/README.md, with the key prefix of the installation"


def test_a_wrong_password_is_told_as_that(valkey_url: str, valkey: "redis.Redis") -> None:
    """Not as a server that was not reached, though the client's error is one of connection."""
    assert valkey.ping()
    url = f"{valkey_url}?username=nobody&password=hush"
    with redis.Redis.from_url(url) as client, pytest.raises(redis.RedisError) as caught:
        client.ping()
    assert sentence_of(caught.value).startswith(
        "Redis refused the user or password of the URL: check OUTBOUND_"
    )
