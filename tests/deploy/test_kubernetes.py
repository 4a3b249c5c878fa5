"""What `deploy/kubernetes/` says of the worker is what the code knows: settings, ports, probes, times, metrics."""

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

from worker.cli.verbs.door import verb as door_verb
from worker.cli.verbs.worker import verb as worker_verb
from worker.config.durations import duration_ms
from worker.config.pages import read_pages
from worker.config.settings import FIELDS, OTHERS, RATE_NAMES, read_settings
from worker.doctor.pages_file import entries
from worker.door.wanting import WAIT_S_MAX
from worker.process.supervisor import GRACE_S

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/kubernetes"
NAMES = {*FIELDS, *RATE_NAMES, *OTHERS}


def document(name: str) -> Any:  # noqa: ANN401 (YAML)
    """Returns the one document of a file."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))


def pod() -> Any:  # noqa: ANN401 (YAML)
    """Returns the specification of a worker's pod."""
    return document("deployment")["spec"]["template"]["spec"]


def container() -> Any:  # noqa: ANN401 (YAML)
    """Returns the one container of a worker's pod."""
    (only,) = pod()["containers"]
    return only


def environment() -> dict[str, str]:
    """Returns the environment that the pod gives to the worker."""
    sources = {
        ("configMapRef", document("settings")["metadata"]["name"]): document("settings")["data"],
        ("secretRef", document("redis")["metadata"]["name"]): document("redis")["stringData"],
    }
    found: dict[str, str] = {each["name"]: each["value"] for each in container().get("env", [])}
    for each in container()["envFrom"]:
        ((kind, reference),) = each.items()
        found |= sources[(kind, reference["name"])]
    return found


def test_every_file_is_applied() -> None:
    """A file that the kustomization does not name is never applied."""
    there = {path.name for path in FOLDER.iterdir()} - {"kustomization.yaml"}
    assert set(document("kustomization")["resources"]) == there


def test_no_label_is_put_into_foreign_selectors() -> None:
    """Labels that kustomize puts into every selector would also change whom workers may reach."""
    kustomization = document("kustomization")
    assert "commonLabels" not in kustomization
    assert [each for each in kustomization["labels"] if each.get("includeSelectors")] == []


def test_the_pod_sets_only_settings_that_there_are() -> None:
    """A worker with this environment starts, whatever Services there are beside it."""
    given = environment()
    assert set(given) - NAMES == set()
    settings = read_settings(given)
    assert (settings.processes, settings.threads) == (1, 16)
    assert pod()["enableServiceLinks"] is False


def test_the_arguments_are_right_usage() -> None:
    """The worker's own command line takes them."""
    verb, *options = container()["args"]
    context = worker_verb.make_context("worker", list(options))
    assert (verb, context.params["shutdown_s"]) == ("worker", 90.0)


def test_the_pages_are_where_the_setting_says() -> None:
    """The Secret is mounted as a folder, for a file that is mounted alone never changes, and others may not read it."""
    (mount,) = [each for each in container()["volumeMounts"] if each["name"] == "pages"]
    (volume,) = [each for each in pod()["volumes"] if each["name"] == "pages"]
    (file,) = document("pages")["stringData"]
    assert environment()["OUTBOUND_PAGES_FILE"] == f"{mount['mountPath']}/{file}"
    assert (mount["readOnly"], "subPath" in mount) == (True, False)
    assert volume["secret"] == {"secretName": document("pages")["metadata"]["name"], "defaultMode": 0o440}


def test_the_secret_of_the_pages_holds_placeholders() -> None:
    """It is read as a Pages file, and the doctor says that its tokens are none."""
    pages = read_pages(tomllib.loads(document("pages")["stringData"]["pages.toml"]), "the Secret")
    told = [(each.level, each.what) for each in entries(pages, "")]
    assert told == [("error", "the token of Page 111111111111111 is a placeholder")]


def test_the_pod_may_nothing() -> None:
    """It runs as the image's user, writes to /tmp alone, and has no privilege to gain."""
    (user,) = re.findall(r"^USER (\d+)$", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    assert pod()["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": int(user),
        "runAsGroup": int(user),
        "fsGroup": int(user),
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod()["automountServiceAccountToken"] is False
    writable = [each["mountPath"] for each in container()["volumeMounts"] if not each.get("readOnly")]
    assert writable == ["/tmp"]  # noqa: S108 (the pod's own)


def test_a_pod_has_longer_to_stop_than_its_longest_call() -> None:
    """Calls in flight settle: a call ends within the worker's time to stop, and that within the pod's."""
    settings = read_settings(environment())
    shutdown_s = duration_ms(container()["args"][2]) / 1000
    _, pre_stop_s = container()["lifecycle"]["preStop"]["exec"]["command"]
    assert shutdown_s > (settings.call_timeout_ms + settings.connect_timeout_ms) / 1000
    assert pod()["terminationGracePeriodSeconds"] > int(pre_stop_s) + shutdown_s + GRACE_S


def test_every_port_is_that_of_the_metrics() -> None:
    """The pod, its probes, Prometheus and the NetworkPolicy mean one port, on an address that they reach."""
    given = environment()
    port = int(given["OUTBOUND_METRICS_PORT"])
    assert container()["ports"] == [{"name": "metrics", "containerPort": port}]
    probes = {
        name: container()[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")
    }
    assert probes == {
        "startupProbe": {"path": "/livez", "port": "metrics"},
        "livenessProbe": {"path": "/livez", "port": "metrics"},
        "readinessProbe": {"path": "/readyz", "port": "metrics"},
    }
    annotations = document("deployment")["spec"]["template"]["metadata"]["annotations"]
    assert annotations == {
        "prometheus.io/scrape": "true",
        "prometheus.io/path": "/metrics",
        "prometheus.io/port": str(port),
    }
    (rule,) = document("network")["spec"]["ingress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": port}]
    assert given["OUTBOUND_METRICS_HOST"] == "0.0.0.0"  # noqa: S104 (inside the pod)


def test_a_worker_reaches_its_queue_names_and_graph_alone() -> None:
    """The NetworkPolicy opens the port of the queue's URL, DNS and HTTPS, and no address of the cloud's metadata."""
    spec = document("network")["spec"]
    (queue,) = re.findall(r":(\d+)/", environment()["OUTBOUND_REDIS_URL"])
    opened = {(port["protocol"], port["port"]) for rule in spec["egress"] for port in rule["ports"]}
    assert opened == {("UDP", 53), ("TCP", 53), ("TCP", int(queue)), ("TCP", 443)}
    assert set(spec["policyTypes"]) == {"Ingress", "Egress"}
    (outside,) = [each["ipBlock"] for rule in spec["egress"] for each in rule["to"] if "ipBlock" in each]
    assert "169.254.0.0/16" in outside["except"]


def test_every_selector_finds_the_pods() -> None:
    """Deployment, budget, policy and spread select by labels that the pods have; the scaler names the Deployment."""
    template = document("deployment")["spec"]["template"]["metadata"]["labels"]
    selectors = [
        document("deployment")["spec"]["selector"]["matchLabels"],
        document("disruption")["spec"]["selector"]["matchLabels"],
        document("network")["spec"]["podSelector"]["matchLabels"],
        *(each["labelSelector"]["matchLabels"] for each in pod()["topologySpreadConstraints"]),
    ]
    assert selectors == [template] * 5
    target = document("scaling")["spec"]["scaleTargetRef"]
    whole = document("deployment")
    assert target == {
        "apiVersion": whole["apiVersion"],
        "kind": whole["kind"],
        "name": whole["metadata"]["name"],
    }


def test_the_budget_leaves_room_to_drain() -> None:
    """Fewer pods must stay than there always are, and the number of pods is the scaler's alone."""
    least = document("scaling")["spec"]["minReplicas"]
    assert document("disruption")["spec"]["minAvailable"] < least
    assert "replicas" not in document("deployment")["spec"]


def test_the_image_is_named_once() -> None:
    """What the Deployment runs is what the kustomization names, at this version of the package."""
    (image,) = document("kustomization")["images"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert (image["name"], image["newTag"]) == (container()["image"], project["version"])


def test_every_metric_and_path_is_one_of_the_endpoint() -> None:
    """The scaler's metric and the probes' paths are written in the code that serves them."""
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "worker").rglob("*.py"))
    (metric,) = document("scaling")["spec"]["metrics"]
    probes = ("startupProbe", "livenessProbe", "readinessProbe")
    named = {container()[name]["httpGet"]["path"] for name in probes}
    wanted = {*named, "/metrics", metric["external"]["metric"]["name"]}
    assert {name for name in wanted if f'"{name}"' not in source} == set()


def test_the_door_may_nothing_either() -> None:
    """Its pod has the worker's image, user, environment and Secret, and no privilege."""
    spec = document("door")["spec"]["template"]["spec"]
    (door,) = spec["containers"]
    for name in ("image", "envFrom", "securityContext", "volumeMounts"):
        assert door[name] == container()[name], name
    for name in ("securityContext", "automountServiceAccountToken", "enableServiceLinks", "volumes"):
        assert spec[name] == pod()[name], name
    assert spec["terminationGracePeriodSeconds"] > WAIT_S_MAX + 5


def test_the_door_is_found_on_its_port() -> None:
    """Arguments, probes, Prometheus, Service and policy mean one port, by labels that its pods have."""
    template = document("door")["spec"]["template"]
    (door,) = template["spec"]["containers"]
    verb, *options = door["args"]
    port = door_verb.make_context("door", list(options)).params["port"]
    assert (verb, door["ports"]) == ("door", [{"name": "http", "containerPort": port}])
    paths = {name: door[name]["httpGet"] for name in ("livenessProbe", "readinessProbe")}
    assert paths == {
        "livenessProbe": {"path": "/livez", "port": "http"},
        "readinessProbe": {"path": "/readyz", "port": "http"},
    }
    assert template["metadata"]["annotations"]["prometheus.io/port"] == str(port)
    labels = template["metadata"]["labels"]
    service, policy = document("door-service")["spec"], document("door-network")["spec"]
    assert (service["selector"], policy["podSelector"]["matchLabels"]) == (labels, labels)
    assert service["ports"] == [{"name": "http", "port": 80, "targetPort": "http"}]
    (rule,) = policy["ingress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": port}]
