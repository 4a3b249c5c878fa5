"""The dashboard and the alerts ask for nothing that a real worker does not expose."""

import json
import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

import httpx
import msgspec
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from producer import Producer, batch
from producer.store.keys import PRIORITIES
from tests.running import Valkey, outbound_worker, settings_of, wait_until
from worker.cli.program import VERBS
from worker.config.durations import duration_ms
from worker.stub import StubProcess

ROOT = Path(__file__).parents[2]
FUNCTIONS: Final = frozenset(
    {"absent", "delta", "histogram_quantile", "increase", "max", "min", "rate", "sum", "topk"}
)
WORDS: Final = frozenset({"and", "by", "or", "without", "on"})
# Labels that Prometheus adds, and those of its histograms.
OWN_LABELS: Final = frozenset({"instance", "job", "le"})
SELECTOR: Final = re.compile(r"(outbound_\w+)(?:\{([^}]*)\})?")
MATCHER: Final = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
GROUPING: Final = re.compile(r"\b(?:by|without)\s*\(([^)]*)\)")
PAIRS: Final = {")": "(", "}": "{", "]": "["}


class _Rule(msgspec.Struct, forbid_unknown_fields=True):
    alert: str
    expr: str
    labels: dict[str, str]
    annotations: dict[str, str]
    for_: str = msgspec.field(default="0s", name="for")


def rules() -> list[_Rule]:
    """Returns the alerts."""
    loaded = yaml.safe_load((ROOT / "deploy/alerts.yaml").read_text("utf-8"))
    return msgspec.convert([rule for group in loaded["groups"] for rule in group["rules"]], list[_Rule])


def panels() -> list[dict[str, object]]:
    """Returns the dashboard's panels."""
    document = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text("utf-8"))
    return cast("list[dict[str, object]]", document["panels"])


def shown() -> dict[str, str]:
    """Returns every expression of the dashboard with its legend."""
    targets = [
        target for panel in panels() for target in cast("list[dict[str, str]]", panel.get("targets", []))
    ]
    return {target["expr"]: target["legendFormat"] for target in targets}


EXPRESSIONS: Final = {**{rule.alert: rule.expr for rule in rules()}, **{expr: expr for expr in shown()}}


class Family(msgspec.Struct):
    """One exposed metric: its type, and its labels with the values that were seen."""

    type: str
    labels: dict[str, set[str]]


@pytest.fixture(scope="module")
def idle() -> Iterator[Mapping[str, Family]]:
    """What a real worker exposes before anything has happened."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        number = int(found.getsockname()[1])
    with Valkey() as valkey:
        settings = settings_of(valkey.url, "http://127.0.0.1:1", {"P1": "TOKEN-P1"}, metrics_port=str(number))
        with outbound_worker(settings, processes=1, threads=1), httpx.Client() as client:
            url = f"http://127.0.0.1:{number}"
            wait_until(lambda: _is_ready(client, url), within_s=60, why="it is ready")
            yield _families(client.get(f"{url}/metrics").text)


def _is_ready(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(f"{url}/readyz").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


# Of what is not there nothing is to be said: an empty lane has no age, and no verdict but success has been met.
ABSENT_WHEN_IDLE: Final = {
    "outbound_lane_waiting_commands",
    "outbound_lane_backlog_seconds",
    "outbound_lane_oldest_seconds",
    "outbound_rate_budget_used_ratio",
    "outbound_verdicts_total",
    "outbound_redis_memory_ratio",
    "outbound_hold_age_seconds",
}


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_an_idle_worker_exposes_what_is_asked_for(expression: str, idle: Mapping[str, Family]) -> None:
    """Zero is told as zero, so that the first of anything is seen, and no panel or alert is blind before it."""
    for name, matchers in selectors(expression):
        if name in ABSENT_WHEN_IDLE:
            assert name not in idle
            continue
        labels = idle[name].labels
        for label, operator, value in MATCHER.findall(matchers):
            assert label in OWN_LABELS or (operator != "=" or value in labels[label])


def test_no_worker_is_told_from_no_redis() -> None:
    """A worker without Redis tells of Redis alone: only where that is absent too there is no worker."""
    expr = {rule.alert: rule.expr for rule in rules()}["OutboundNoWorker"]
    assert re.findall(r"absent\((\w+)", expr) == ["outbound_redis_up"]


@pytest.fixture(scope="module")
def exposed() -> Iterator[Mapping[str, Family]]:
    """Every name of a sample that a real worker exposes after a success and a failure, while commands wait."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        number = int(found.getsockname()[1])
    with Valkey(maxmemory="500mb") as valkey, StubProcess() as stub:
        with valkey.client() as server:
            server.hset("outbound:hold", "page:P2", '0||1|0|throttle|{"reason":"too many calls"}')
        stub.faults.add("error", code=2, is_transient=True, times=1)
        settings = settings_of(
            valkey.url, stub.origin, {"P1": "TOKEN-P1"}, metrics_port=str(number), rate_text="2/s"
        )
        producer = Producer.connect(valkey.url, page="P1")
        for priority in PRIORITIES:
            texts = (batch.send_text(f"1{each:015}", "x") for each in range(200))
            producer.with_options(priority=priority).send_many(texts)  # type: ignore[arg-type]  # a name of the table
        producer.close()
        with outbound_worker(settings, processes=1, threads=2), httpx.Client() as client:
            wait_until(
                lambda: _is_seen(client, number), within_s=90, why="a success and a failure are counted"
            )
            yield _families(client.get(f"http://127.0.0.1:{number}/metrics").text)


def _is_seen(client: httpx.Client, number: int) -> bool:
    try:
        text = client.get(f"http://127.0.0.1:{number}/metrics").text
    except httpx.HTTPError:
        return False
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    counted = {sample.name for sample in samples if sample.value}
    # what is read of the installation may be two seconds old, from before its worker came
    wanted = {"outbound_retries_total", "outbound_commands_total", "outbound_lane_backlog_seconds"}
    return wanted <= counted


def _families(text: str) -> Mapping[str, Family]:
    found: dict[str, Family] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = found.setdefault(sample.name, Family(family.type, {})).labels
            for name, value in sample.labels.items():
                labels.setdefault(name, set()).add(value)
    return found


def selectors(expression: str) -> list[tuple[str, str]]:
    """Returns the metrics of an expression, each with its matchers."""
    return [(found[1], found[2] or "") for found in SELECTOR.finditer(expression)]


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_every_name_and_label_is_exposed(expression: str, exposed: Mapping[str, Family]) -> None:
    """A metric, a label or a label's value that no worker exposes would be an alert that never fires."""
    assert selectors(expression)
    known = set(OWN_LABELS)
    for name, matchers in selectors(expression):
        assert name in exposed
        labels = exposed[name].labels
        known |= set(labels)
        for label, operator, value in MATCHER.findall(matchers):
            assert label in {*labels, *OWN_LABELS}
            assert operator != "=" or value in labels[label]
    grouped = {label.strip() for group in GROUPING.findall(expression) for label in group.split(",")}
    assert grouped - known == set()


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_an_expression_can_be_read(expression: str, exposed: Mapping[str, Family]) -> None:
    """Its brackets match, its words are Prometheus's, and exactly what only grows is looked at over a time."""
    open_brackets: list[str] = []
    for character in re.sub(r'"[^"]*"', "", expression):
        if character in PAIRS.values():
            open_brackets.append(character)
        elif character in PAIRS:
            assert open_brackets.pop() == PAIRS[character]
    assert open_brackets == []
    bare = SELECTOR.sub("", GROUPING.sub("", re.sub(r"\[[^\]]*\]", "", expression)))
    assert set(re.findall(r"[a-z_]+", bare)) - FUNCTIONS - WORDS == set()
    for found in SELECTOR.finditer(expression):
        before, after = expression[: found.start()], expression[found.end() :]
        grows = exposed[found[1]].type in {"counter", "histogram"}
        spanned = re.match(r"\[(\d+[smh]|\$__rate_interval)\]\)", after) is not None
        assert before.endswith(("rate(", "increase(")) == grows
        assert spanned == before.endswith(("rate(", "increase(", "delta("))


def test_legends_name_labels_that_are_left() -> None:
    """A legend with a label that was summed away is empty."""
    for expression, legend in shown().items():
        grouped = {each.strip() for group in GROUPING.findall(expression)[:1] for each in group.split(",")}
        assert set(re.findall(r"{{(\w+)}}", legend)) <= grouped, expression


def test_everything_exposed_is_shown_and_documented(exposed: Mapping[str, Family]) -> None:
    """The dashboard or an alert uses each metric, and the README names each, and no other."""
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exposed}
    used = {
        re.sub(r"_(bucket|sum|count)$", "", name)
        for expr in EXPRESSIONS.values()
        for name, _ in selectors(expr)
    }
    section = (ROOT / "deploy/README.md").read_text("utf-8").split("\n### Metrics\n")[1].split("\n### ")[0]
    assert used == families
    assert set(re.findall(r"`(outbound_\w+)`", section)) == families


def test_alerts_say_what_to_do() -> None:
    """Each has a severity, a sentence, an action, a paragraph of the handbook and a name; what it names is there."""
    names = [rule.alert for rule in rules()]
    heads = re.findall(r"^#+ (.+)$", (ROOT / "deploy/README.md").read_text("utf-8"), re.MULTILINE)
    anchors = {f"deploy/README.md#{head.lower().replace(' ', '-')}" for head in heads}
    assert len(names) == len(set(names))
    for rule in rules():
        assert rule.labels["severity"] in {"warning", "critical"}
        assert set(rule.annotations) == {"summary", "action", "runbook_url"}
        assert rule.annotations["runbook_url"] in anchors
        assert duration_ms(rule.for_) >= 0
        for verb in re.findall(r"`outbound (\w+)", rule.annotations["action"]):
            assert verb in VERBS


def test_panels_have_places_of_their_own() -> None:
    """No two panels lie upon each other, and none is wider than the page."""
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = cast("dict[str, int]", panel["gridPos"])
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells
