"""What is idle is used again, by the process that opened it."""

import os

from producer.store.idle import Idle


def test_the_latest_used_comes_back_first() -> None:
    """So those that are not needed grow old, and can be closed."""
    idle: Idle[str] = Idle()
    for each in ("a", "b"):
        idle.keep(each)
    assert [idle.take(), idle.take(), idle.take()] == ["b", "a", None]


def test_a_child_process_has_nothing_of_its_parent_s() -> None:
    """What the parent has open the child neither uses nor gives back; its own it keeps."""
    idle: Idle[str] = Idle()
    idle.keep("parent's")
    child = os.fork()
    if child == 0:
        idle.keep("taken by the parent before")
        seen = [idle.take()]
        idle.keep("child's")
        seen.append(idle.take())
        os._exit(0 if seen == [None, "child's"] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert idle.take() == "parent's"
