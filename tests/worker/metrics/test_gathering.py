"""The numbers of a worker's processes, added up."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from producer.errors import SettingsError
from worker.metrics.folder import FOLDER, folder_under, new_folder
from worker.metrics.gathering import Gathering

CHILD = """
import sys
from pathlib import Path
from prometheus_client import CollectorRegistry
from worker.metrics.beats import Beats
from worker.metrics.recording import Recorder
from worker.config.pages import Pages

recorder = Recorder(CollectorRegistry(), Pages, Beats(Path(sys.argv[1])))
recorder.chunk_begun()
recorder.called(7, 0.2)
recorder.redis_failed("take")
"""
KEPT = {
    "outbound_redis_errors_total": 1.0,
    "outbound_batch_commands_sum": 7.0,
    "outbound_call_seconds_count": 1.0,
}


def run_child(folder: Path) -> int:
    """Runs a process that counts, and is gone; returns its id."""
    child = subprocess.Popen(  # noqa: S603 - our own interpreter with fixed arguments
        [sys.executable, "-c", CHILD, str(folder)], env={**os.environ, FOLDER: str(folder)}
    )
    assert child.wait(30) == 0
    return child.pid


def seen(gathering: Gathering) -> dict[str, float]:
    """Returns the values that a test looks at, those of zero left out."""
    wanted = {*KEPT, "outbound_chunks_in_flight"}
    return {
        sample.name: sample.value
        for metric in gathering.collect()
        for sample in metric.samples
        if sample.name in wanted and sample.value
    }


def test_what_a_dead_process_counted_stays(tmp_path: Path) -> None:
    """Counts and histograms of ended processes stay in the sum, in one file each; their gauges do not."""
    gathering = Gathering(tmp_path)
    first, second = run_child(tmp_path), run_child(tmp_path)
    twice = {name: 2 * value for name, value in KEPT.items()}
    assert seen(gathering) == {**twice, "outbound_chunks_in_flight": 2.0}
    gathering.forget(first)
    assert seen(gathering) == {**twice, "outbound_chunks_in_flight": 1.0}
    gathering.forget(second)
    gathering.forget(second)
    assert seen(gathering) == twice
    assert sorted(path.name for path in tmp_path.iterdir()) == ["counter_ended.db", "histogram_ended.db"]


def test_strangers_are_forgotten(tmp_path: Path) -> None:
    """What processes of an earlier worker left behind is not taken for this one's life."""
    run_child(tmp_path)
    gathering = Gathering(tmp_path)
    gathering.forget_strangers()
    assert seen(gathering) == KEPT


def test_a_new_folder_is_gone_at_the_end() -> None:
    """Nobody else can read it, and nothing is left of it."""
    with new_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "x").touch()
    assert not folder.exists()


def test_processes_of_one_master_share_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under plain Dramatiq all find the same one, and refuse one that others could have written."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = folder_under(os.getpid())
    assert folder_under(os.getpid()) == folder
    assert folder_under(os.getppid()) != folder
    folder.chmod(0o755)
    with pytest.raises(SettingsError, match="not a folder of this user alone"):
        folder_under(os.getpid())


def test_without_a_place_for_files_the_setting_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container without /tmp is told what is missing, in a sentence."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="needs a folder for temporary files"), new_folder():
        pass
    with pytest.raises(SettingsError, match="needs a folder for temporary files"):
        folder_under(os.getpid())
