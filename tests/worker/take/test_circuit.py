"""The circuit to Graph."""

import pytest

from worker.call.graph.answers import GIVEN_UP, NULL_PART, Answer, Answered, Lost, NotSent
from worker.take.circuit import Away, Circuit, fault_of, is_healthy


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Returns where the test moved it."""
        return self.now


def _opened() -> tuple[Circuit, Clock]:
    clock = Clock()
    circuit = Circuit(clock)
    for _ in range(5):
        circuit.record(healthy=False)
    return circuit, clock


def test_it_opens_after_five_failures_in_a_row() -> None:
    """Four failures are bad luck."""
    circuit = Circuit(Clock())
    for _ in range(4):
        circuit.record(healthy=False)
    assert circuit.room(50) == 50
    circuit.record(healthy=False)
    assert circuit.room(50) == 0
    assert circuit.is_open


def test_it_opens_when_half_of_many_fail() -> None:
    """Failures between successes count by their share."""
    circuit = Circuit(Clock())
    for n in range(9):
        circuit.record(healthy=bool(n % 2))
    assert not circuit.is_open
    circuit.record(healthy=False)
    assert circuit.is_open


def test_one_command_probes_after_the_pause() -> None:
    """While the probe is out, nothing else is taken."""
    circuit, clock = _opened()
    clock.now = 1.0
    assert [circuit.room(50), circuit.room(50)] == [1, 0]


def test_a_probe_that_fails_doubles_the_pause_up_to_its_bound() -> None:
    """Graph that is down for hours is asked twice a minute."""
    circuit, clock = _opened()
    pauses = []
    for _ in range(8):
        start = clock.now
        while not circuit.room(1):
            clock.now += 0.5
        pauses.append(clock.now - start)
        circuit.record(healthy=False)
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_probe_that_succeeds_closes_it() -> None:
    """Everything goes on at once, and old failures are forgotten."""
    circuit, clock = _opened()
    clock.now = 1.0
    assert circuit.room(50) == 1
    circuit.record(healthy=True)
    assert circuit.room(50) == 50
    circuit.record(healthy=False)
    assert not circuit.is_open


def test_a_probe_without_a_command_can_be_made_again() -> None:
    """An empty lane does not keep the circuit open for ever."""
    circuit, clock = _opened()
    clock.now = 1.0
    assert circuit.room(50) == 1
    circuit.give_probe_back()
    assert circuit.room(50) == 1


@pytest.mark.parametrize(
    ("answers", "healthy"),
    [
        pytest.param([Answered(200, b"[]")], True, id="an answer"),
        pytest.param([Answered(400, b'{"error":{}}', whole=True)], True, id="a refusal is an answer"),
        pytest.param([Answered(500, b'{"error":{}}'), Lost(NULL_PART)], True, id="parts were answered"),
        pytest.param([Lost(NULL_PART)], True, id="a null part"),
        pytest.param([Answered(502, b"<html>", whole=True)], False, id="an edge's page"),
        pytest.param([Lost("silence")], False, id="no answer"),
        pytest.param([NotSent("no connection")], False, id="no connection"),
        pytest.param([NotSent(GIVEN_UP)], None, id="a request that we held back"),
        pytest.param([], None, id="no request"),
    ],
)
def test_only_silence_and_server_errors_are_failures(answers: list[Answer], healthy: bool | None) -> None:
    """What Graph refuses shows that Graph is there."""
    assert is_healthy(answers) is healthy


def test_calls_in_flight_when_it_opens_are_no_failed_probes() -> None:
    """A blip that breaks fifty open calls costs one short pause, and not one for each of them."""
    clock = Clock()
    circuit = Circuit(clock)
    clock.now = 1.0
    for _ in range(50):
        circuit.record(healthy=False, begun_s=0.5)
    clock.now = 1.5
    assert circuit.room(50) == 1
    circuit.record(healthy=False, begun_s=0.9)  # one more of those, while the probe is out
    assert circuit.room(50) == 0
    circuit.record(healthy=True, begun_s=1.5)
    assert circuit.room(50) == 50


def test_only_the_probes_own_chunk_tells_that_it_failed_or_gives_it_back() -> None:
    """What other chunks come to meanwhile neither lengthens the pause nor lets a second probe out."""
    circuit, clock = _opened()
    clock.now = 1.0
    assert circuit.room(50, token=7) == 1
    circuit.give_probe_back(6)
    circuit.record(healthy=None, token=5)
    circuit.record(healthy=False, token=4, begun_s=1.0)  # taken before it opened, begun after
    assert circuit.room(50, token=8) == 0
    circuit.give_probe_back(7)
    assert circuit.room(50, token=9) == 1


def test_what_fails_after_a_probe_has_succeeded_and_began_before_it_counts_nothing() -> None:
    """The calls that a blip broke end one by one, up to a time-out later: Graph is there by then."""
    circuit, clock = _opened()
    clock.now = 1.0
    assert circuit.room(50, token=1) == 1
    circuit.record(healthy=True, token=1, begun_s=1.0)
    for token in range(2, 52):
        circuit.record(healthy=False, token=token, begun_s=-1.0)
    assert circuit.room(50) == 50
    for token in range(5):
        circuit.record(healthy=False, token=token, begun_s=1.5)
    assert circuit.is_open


def test_a_late_success_closes_it() -> None:
    """Graph that answered a call begun before it opened is there."""
    circuit, clock = _opened()
    clock.now = 0.1
    circuit.record(healthy=True, begun_s=-1.0)
    assert circuit.room(50) == 50


def test_it_probes_within_a_second_at_first() -> None:
    """A blip stops nobody for long."""
    circuit, clock = _opened()
    clock.now = 0.9
    assert circuit.room(50) == 1


def test_since_when_and_why_graph_is_away_is_known() -> None:
    """From the first failure of the row, with the last one's reason; an answer ends it."""
    times = iter((1_000.0, 2_000.0))
    circuit = Circuit(wall=lambda: next(times))
    for fault in ("HTTP 500", "HTTP 500", "HTTP 500", "HTTP 500"):
        circuit.record(healthy=False, fault=fault)
    seen = [circuit.away]
    circuit.record(healthy=False, fault="connection refused")
    seen.append(circuit.away)
    circuit.record(healthy=True)
    assert [*seen, circuit.away] == [None, Away(1_000.0, "connection refused"), None]


FAULTS = {
    "refused": ([NotSent("no connection to Graph: connection refused")], "connection refused"),
    "silence": ([Lost("Graph did not answer in time")], "Graph did not answer in time"),
    "a server's error": ([Answered(503, b"")], "HTTP 503"),
    "well": ([Answered(200, b"{}")], ""),
    "a null part": ([Lost(NULL_PART)], ""),
}


@pytest.mark.parametrize(("answers", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_in_a_few_words(answers: list[Answer], fault: str) -> None:
    """As it stands in `outbound status`."""
    assert fault_of(answers) == fault
