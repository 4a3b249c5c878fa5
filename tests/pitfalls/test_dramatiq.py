"""The 27 pitfalls of a stock broker, and for each what shows that it does not happen here.

Each test named below fails on the stock broker's behaviour. A pitfall that needs a part of Dramatiq which this worker
does not use says so, and names the test that the part stays unused.
"""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.running import ROOT

COUNT: Final = 27
HERE: Final = "tests/pitfalls/test_worker.py"
PARTS: Final = "tests/pitfalls/test_unused_parts.py"
ENGINE: Final = "tests/pitfalls/test_engine.py"
LAWS: Final = "tests/laws"
CRASH: Final = "tests/crash"

# By number: what the stock broker does, then the tests that show what happens here instead.
PITFALLS: Final[Mapping[int, tuple[str, tuple[str, ...]]]] = {
    1: (
        "a retry whose enqueue fails is acked and gone",
        (
            f"{HERE}::test_an_answer_is_settled_whatever_redis_says",
            f"{LAWS}/test_one_place.py::test_settle_again_changes_nothing",
        ),
    ),
    2: (
        "a worker whose prefetch is full stops its heartbeat, and what it does is done again",
        (f"{HERE}::test_a_busy_worker_is_not_taken_for_dead",),
    ),
    3: (
        "a time-out or READONLY at the ack leaves the message to be run again",
        (f"{HERE}::test_an_answer_is_settled_whatever_redis_says",),
    ),
    4: (
        "each worker's own clock decides who is dead",
        (
            f"{LAWS}/test_bounds.py::test_without_now_the_server_s_time_counts",
            f"{LAWS}/test_bounds.py::test_time_never_goes_back",
        ),
    ),
    5: (
        "a paused worker stops its heartbeat, and what it holds is run twice",
        (f"{HERE}::test_a_paused_worker_is_not_taken_for_dead",),
    ),
    6: (
        "the delay queue has no order: what is due soon waits behind what is due later",
        (f"{ENGINE}::test_what_is_due_soon_does_not_wait_behind_what_is_due_later",),
    ),
    7: (
        "one undecodable message stops its consumer and keeps the rest of its fetch",
        (
            "tests/worker/test_deliver.py::test_bytes_that_do_not_decode_go_to_quarantine_and_the_rest_goes_on",
            f"{LAWS}/test_poison.py::test_a_record_that_cannot_be_read_is_a_dead_letter",
        ),
    ),
    8: (
        "what a dead worker held comes back by chance, in a quarter of an hour",
        (f"{HERE}::test_what_a_dead_worker_held_is_sent_soon_though_nothing_else_happens",),
    ),
    9: (
        "a rate limit is a failure: it uses up the attempts and ends as a dead letter",
        (
            f"{ENGINE}::test_a_throttle_uses_up_no_attempt",
            "tests/worker/settle/test_settlements.py::test_a_throttle_holds_for_a_time",
        ),
    ),
    10: (
        "limiters let twice the burst through at the edges, on local clocks",
        (
            f"{LAWS}/test_limits.py::test_gcra_holds_over_any_pattern_of_takes",
            f"{LAWS}/test_limits.py::test_the_sliding_log_is_exact",
        ),
    ),
    11: (
        "a move is two steps: a crash between them doubles the message",
        (f"{LAWS}/test_crash.py::test_a_crash_around_settle_loses_and_doubles_nothing",),
    ),
    12: (
        "what comes back goes to the tail, and threads run side by side",
        (
            f"{LAWS}/test_crash.py::test_what_a_dead_worker_held_returns_to_the_head_in_its_order",
            f"{LAWS}/test_order.py::test_order_holds_through_a_retry",
            f"{LAWS}/test_order.py::test_one_of_a_conversation_is_on_its_way",
        ),
    ),
    13: (
        "dead letters vanish after seven days, without a trace, a list or a replay",
        (
            f"{LAWS}/test_operations.py::test_what_the_bound_drops_is_counted",
            "tests/worker/operations/test_dead_letters.py::test_replay_puts_all_back_in_their_order",
        ),
    ),
    14: (
        "KEYS runs over the whole key space, and keys of a script share no cluster slot",
        (f"{ENGINE}::test_no_script_asks_for_all_keys", f"{ENGINE}::test_every_key_begins_with_the_prefix"),
    ),
    15: (
        "an idle worker polls, and starts up to a second late",
        (
            "tests/flow/test_idle.py::test_a_lone_command_starts_at_once",
            "tests/flow/test_idle.py::test_an_idle_worker_asks_redis_rarely",
        ),
    ),
    16: (
        "many messages are as many round trips",
        (f"{ENGINE}::test_a_bulk_is_few_round_trips",),
    ),
    17: (
        "each queue costs two threads a process, so that no Page can have its own",
        (
            f"{PARTS}::test_a_page_costs_no_queue",
            f"{LAWS}/test_fairness.py::test_a_hundred_thousand_delay_a_single_command_by_one_round",
        ),
    ),
    18: (
        "a stop waits for ten minutes, sends what is left to the tail, and a dead child stops all",
        (
            f"{CRASH}/test_stop.py::test_a_worker_stops_in_order",
            f"{CRASH}/test_stop.py::test_the_master_replaces_a_process_that_died",
            f"{LAWS}/test_crash.py::test_goodbye_returns_everything_at_once",
        ),
    ),
    19: (
        "an async actor's batch is cancelled in its middle: cannot occur, no actor is async",
        (
            f"{PARTS}::test_no_part_of_dramatiq_interferes_with_a_call",
            f"{PARTS}::test_the_one_actor_is_an_ordinary_function",
        ),
    ),
    20: (
        "a time limit raises anywhere inside a thread: cannot occur, that middleware is not there",
        (
            f"{PARTS}::test_no_part_of_dramatiq_interferes_with_a_call",
            "tests/worker/test_deliver.py::test_a_failure_in_the_middle_of_a_call_leaves_doubt",
        ),
    ),
    21: (
        "a group's callback counts a repeated run twice",
        (
            f"{PARTS}::test_no_part_of_dramatiq_interferes_with_a_call",
            "tests/producer/broadcasts/test_broadcast.py::test_progress_counts_outcomes",
        ),
    ),
    22: (
        "a priority sorts only what was fetched already",
        (f"{LAWS}/test_fairness.py::test_interactive_goes_before_bulk",),
    ),
    23: (
        "an old worker kills what only a newer one knows",
        (
            f"{LAWS}/test_poison.py::test_a_type_that_nobody_knows_is_parked",
            f"{LAWS}/test_poison.py::test_a_worker_that_knows_the_type_frees_the_parked",
        ),
    ),
    24: (
        "encoder and broker are the process's: a host that uses Dramatiq itself clashes",
        (f"{PARTS}::test_a_hosts_own_dramatiq_is_left_alone",),
    ),
    25: (
        "what was accepted is lost with the server, or evicted",
        (
            f"{CRASH}/test_redis_outage.py::test_redis_dies_and_comes_back",
            f"{LAWS}/test_bounds.py::test_at_maxmemory_only_enqueue_refuses",
        ),
    ),
    26: (
        "figures lie in files of dead processes: cannot occur, that middleware is not there",
        (f"{PARTS}::test_no_part_of_dramatiq_interferes_with_a_call",),
    ),
    27: (
        "a hook's failure is swallowed and the message runs: cannot occur, no hook sees a message",
        (f"{PARTS}::test_no_hook_sees_a_message",),
    ),
}
NAMED: Final = sorted({test for _, tests in PITFALLS.values() for test in tests})


def test_every_pitfall_has_its_evidence() -> None:
    """The table has all 27 pitfalls, each with a sentence and with at least one test."""
    assert list(PITFALLS) == list(range(1, COUNT + 1))
    assert [number for number, (said, tests) in PITFALLS.items() if not said or not tests] == []


@pytest.mark.parametrize("named", NAMED)
def test_the_evidence_is_there(named: str) -> None:
    """A test that the table names is a test function of that file."""
    path, _, name = named.partition("::")
    tree = ast.parse((ROOT / Path(path)).read_text("utf-8"))
    functions = [each.name for each in tree.body if isinstance(each, ast.FunctionDef)]
    assert functions.count(name) == 1
