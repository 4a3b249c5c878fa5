"""What the kit's worker logs goes where pytest keeps logs, and never among what the service prints."""

import logging

import pytest
import structlog

from producer import Producer
from worker.testing.draining import Worker
from worker.testing.graph import Graph


def _refuse_one(producer: Producer, worker: Worker, graph: Graph) -> None:
    graph.faults.add("error", code=100, times=1)
    producer.send_text("7", "Hello!")
    worker.drain()


def test_a_services_output_is_its_own(
    outbound_producer: Producer,
    outbound_worker: Worker,
    graph: Graph,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A refusal is a warning of the log, without time and level, which pytest writes; nothing is printed."""
    _refuse_one(outbound_producer, outbound_worker, graph)
    told = [(each.name, each.levelname, each.getMessage()) for each in caplog.records]
    [refused] = [each for each in told if each[2].startswith("command.refused ")]
    assert refused[:2] == ("outbound.delivery", "WARNING")
    assert "code=100" in refused[2]
    assert "timestamp" not in refused[2]
    assert [each for each in told if each[1] == "INFO"] == []
    assert capfd.readouterr() == ("", "")


def test_every_chunk_is_told_on_demand(
    outbound_producer: Producer, outbound_worker: Worker, graph: Graph, caplog: pytest.LogCaptureFixture
) -> None:
    """`--log-level=INFO`, or a test that asks for it."""
    caplog.set_level(logging.INFO)
    _refuse_one(outbound_producer, outbound_worker, graph)
    assert [each for each in caplog.messages if each.startswith("chunk.settled ")]


def test_the_configuration_of_a_service_is_left_alone(graph: Graph, outbound_redis: object) -> None:
    """Its structlog stays as it is; where it has none, that is so again when the worker ends."""
    assert not structlog.is_configured()
    with Worker(outbound_redis, graph.origin, ["P1"]):  # type: ignore[arg-type]  # a redis.Redis
        structlog.get_logger("shop").bind()
        assert isinstance(structlog.get_logger("outbound.delivery").bind()._logger, logging.Logger)
        assert isinstance(structlog.get_logger("shop").bind()._logger, structlog.PrintLogger)
    assert not structlog.is_configured()
    mine = structlog.ReturnLoggerFactory()
    structlog.configure(logger_factory=mine)
    try:
        with Worker(outbound_redis, graph.origin, ["P1"]):  # type: ignore[arg-type]  # a redis.Redis
            assert structlog.get_config()["logger_factory"] is mine
        assert structlog.get_config()["logger_factory"] is mine
    finally:
        structlog.reset_defaults()
