"""Each alert fires when what it says is true, and not before: asked of Prometheus's own promtool."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
import pytest
import yaml

RULES: Final = Path(__file__).parents[2] / "deploy/alerts.yaml"
PROMTOOL: Final = Path("/usr/bin/promtool")
APT_S: Final = 300
COMMAND_S: Final = 60


class Case(msgspec.Struct, frozen=True):
    """Series by the minute with which an alert fires at a time, and series with which it does not."""

    at: str
    fires: Mapping[str, str]
    not_with: Mapping[str, str]


def same(name: str, at: str, fires: str, not_with: str) -> Case:
    """Returns the case of one series with other values."""
    return Case(at, {name: fires}, {name: not_with})


WAITING: Final = 'outbound_unfinished_commands{place="waiting"}'
SENT: Final = 'outbound_ended_commands_total{outcome="sent"}'
ALIVE: Final = 'outbound_workers{state="alive"}'
REFUSED: Final = 'outbound_commands_total{outcome="refused",page="1"}'
PAGE_SENT: Final = 'outbound_commands_total{outcome="sent",page="1"}'
HELD: Final = 'outbound_hold_age_seconds{kind="token",scope="page",name="Page 1",reason="dead"}'
BROADCAST: Final = 'outbound_hold_age_seconds{kind="hand",scope="broadcast",name="sale",reason="x"}'
THROTTLED: Final = 'outbound_hold_age_seconds{kind="throttle",scope="page",name="Page 1",reason="x"}'
INTERACTIVE: Final = 'outbound_lane_oldest_seconds{priority="interactive",page="1"}'
BULK: Final = 'outbound_lane_oldest_seconds{priority="bulk",page="1"}'

CASES: Final[Mapping[str, Case]] = {
    "OutboundNothingDelivered": Case(
        "12m", {WAITING: "5x20", SENT: "7x20"}, {WAITING: "5x20", SENT: "0 0 0 0 0 7x14"}
    ),
    "OutboundGraphAway": same("outbound_graph_away_workers", "3m", "0 3x10", "3 0 3 3x10"),
    "OutboundNoWorker": Case(
        "3m", {ALIVE: "0x10", "outbound_redis_up": "1x10"}, {"outbound_redis_up": "0x10"}
    ),
    "OutboundRedisAway": same("outbound_redis_up", "2m", "1 0x10", "0 1x10"),
    "OutboundRedisErrors": same("outbound_redis_errors_total", "20m", "0+30x30", "0+5x30"),
    "OutboundRedisMemory": same("outbound_redis_memory_ratio", "6m", "0.85x10", "0.79x10"),
    "OutboundRedisRefuses": same(
        'outbound_redis_refused_writes_total{error="OOM"}', "6m", "0 0 3x10", "3x10"
    ),
    "OutboundRedisUnsafe": Case(
        "3m",
        {'outbound_troubles{kind="redis_evicts"}': "1x10"},
        {'outbound_troubles{kind="redis_memory"}': "1x10"},
    ),
    "OutboundTimerStale": same("outbound_timer_late_seconds", "3m", "20x10", "14x10"),
    "OutboundBacklog": same("outbound_backlog_seconds", "16m", "1900x30", "1700x30"),
    "OutboundOldestWaiting": Case("6m", {INTERACTIVE: "1000x10"}, {BULK: "1000x10"}),
    "OutboundHeld": Case("6m", {HELD: "0+60x10"}, {BROADCAST: "0+60x10"}),
    "OutboundThrottled": same(THROTTLED, "20m", "0+60x30", "0+30x30"),
    "OutboundUnserved": same("outbound_unserved_pages", "11m", "1x20", "1 0 1x20"),
    "OutboundDeadLetters": same("outbound_dead_letters", "10m", "0 1x20", "5x20"),
    "OutboundUnknown": same('outbound_ended_commands_total{outcome="unknown"}', "5m", "0 1x20", "1x20"),
    "OutboundRefusals": Case(
        "25m", {REFUSED: "0+5x40", PAGE_SENT: "0+10x40"}, {REFUSED: "0+5x40", PAGE_SENT: "0+50x40"}
    ),
    "OutboundProcessesDie": same("outbound_process_deaths_total", "10m", "0+1x20", "0 1x20"),
    "OutboundWorkersDiffer": same('outbound_troubles{kind="workers_differ"}', "31m", "1x40", "1x10 0 1x40"),
}


@pytest.fixture(scope="module")
def promtool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Debian's promtool; unpacked from its package where it is not installed, so that no service is started."""
    if PROMTOOL.exists():
        yield PROMTOOL
        return
    folder = tmp_path_factory.mktemp("prometheus")
    apt, unpack = shutil.which("apt-get"), shutil.which("dpkg-deb")
    if apt is None or unpack is None:
        pytest.skip("there is no promtool, and no apt-get to bring it")
    for command in ([apt, "download", "prometheus"], [apt, "update"], [apt, "download", "prometheus"]):
        subprocess.run(command, cwd=folder, capture_output=True, timeout=APT_S, check=False)  # noqa: S603 (fixed words)
        if list(folder.glob("*.deb")):
            break
    (package,) = folder.glob("*.deb")
    subprocess.run([unpack, "-x", package, folder], check=True, timeout=APT_S)  # noqa: S603 (fixed words)
    yield folder / "usr/bin/promtool"


def test_each_alert_fires_and_does_not(promtool: Path, tmp_path: Path) -> None:
    """Of every rule both are tried, over series as a worker exposes them."""
    names = [
        rule["alert"]
        for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"]
        for rule in group["rules"]
    ]
    assert set(names) == set(CASES)
    tests = [
        _test(name, case.at, series, fires=fires)
        for name, case in CASES.items()
        for series, fires in ((case.fires, True), (case.not_with, False))
    ]
    file = tmp_path / "tests.yaml"
    file.write_text(
        yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}), "utf-8"
    )
    done = subprocess.run(  # noqa: S603 (our own files)
        [promtool, "test", "rules", file], capture_output=True, text=True, timeout=COMMAND_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _test(name: str, at: str, series: Mapping[str, str], *, fires: bool) -> dict[str, object]:
    firing = f'count(ALERTS{{alertname="{name}",alertstate="firing"}})'
    return {
        "name": f"{name} {'fires' if fires else 'does not fire'}",
        "interval": "1m",
        "input_series": [
            {"series": _with_job(each), "values": _spelt(values)} for each, values in series.items()
        ],
        "promql_expr_test": [
            {
                "expr": firing,
                "eval_time": at,
                "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
            }
        ],
    }


def _with_job(series: str) -> str:
    return series.replace("{", '{job="a",', 1) if "{" in series else f'{series}{{job="a"}}'


def _spelt(values: str) -> str:
    """Returns values as promtool reads them: `5x20` is 5 and 20 times 5 more."""
    return " ".join(
        each.replace("x", "+0x") if "x" in each and "+" not in each else each for each in values.split()
    )
