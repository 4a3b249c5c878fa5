"""What is deployed and what is documented is what the code knows."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest
import yaml

from producer.errors import SettingsError
from worker.cli.verbs.worker import verb as worker_verb
from worker.config.durations import duration_ms
from worker.config.pages import read_pages
from worker.config.settings import FIELDS, OTHERS, RATE_NAMES, Settings, read_settings
from worker.judge import DEFAULT
from worker.judge.file import read_table
from worker.process.probe import PROBES
from worker.process.supervisor import GRACE_S

ROOT = Path(__file__).parents[2]
NAMES = {*FIELDS, *RATE_NAMES, *OTHERS}


class _Service(msgspec.Struct):
    image: str = ""
    environment: dict[str, str] = {}
    command: list[str] = []
    cap_drop: list[str] = []
    security_opt: list[str] = []
    read_only: bool = False
    user: str = ""
    secrets: list[dict[str, str]] = []
    stop_grace_period: str = ""
    profiles: list[str] = []
    expose: list[str] = []


def _services() -> dict[str, _Service]:
    loaded = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))
    return msgspec.convert(loaded["services"], dict[str, _Service])


def _settings() -> Settings:
    """Returns the settings of the worker of the compose file, but for the files that are mounted there."""
    environ = _services()["worker"].environment
    return read_settings(
        {name: value for name, value in environ.items() if name != "OUTBOUND_REDIS_URL_FILE"}
    )


def test_compose_sets_only_settings_that_there_are() -> None:
    """A worker started by the compose file starts."""
    worker = _services()["worker"]
    mounted = {each["target"] for each in worker.secrets}
    assert mounted == {_settings().pages_file, worker.environment["OUTBOUND_REDIS_URL_FILE"]}


def test_a_worker_has_longer_to_stop_than_its_longest_call() -> None:
    """What is in flight at a deploy settles: a call ends before the worker does, and that before it is killed."""
    settings = _settings()
    (option,) = [each for each in worker_verb.params if each.name == "shutdown_s"]
    shutdown_ms = duration_ms(str(option.default))
    assert shutdown_ms > settings.call_timeout_ms + settings.connect_timeout_ms
    assert duration_ms(_services()["worker"].stop_grace_period) > shutdown_ms + GRACE_S * 1000


def test_the_tokens_stay_out_of_the_image_and_of_git() -> None:
    """No file of secrets of the compose file is sent to the builder or committed, and its head names each."""
    text = (ROOT / "deploy/compose.yaml").read_text("utf-8")
    sources = {f"deploy/{each}" for each in re.findall(r"^    file: \./(.*)$", text, flags=re.MULTILINE)}
    assert set(re.findall(r"^#   (\S+) ", text, flags=re.MULTILINE)) == sources
    for name in (".dockerignore", ".gitignore"):
        assert sources <= set((ROOT / name).read_text("utf-8").splitlines())


def test_the_image_copies_what_is_there() -> None:
    """Every path that the Dockerfile copies from the repository exists, and none of them is kept from the builder."""
    lines = re.findall(r"^COPY (?!--from)(.*)$", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    sources = [each for line in lines for each in line.split()[:-1]]
    kept_out = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert sources == ["deploy/locked", "pyproject.toml", "README.md", "producer", "worker"]
    assert [each for each in sources if not (ROOT / each).exists() or each in kept_out] == []


def test_the_image_installs_nothing_without_its_hash() -> None:
    """Whatever pip fetches is locked, for our own wheel too, and the locked versions are those of the constraints."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    fetching = [each for each in re.findall(r"pip install([^&;|\n]*)", text) if "--no-index" not in each]
    assert len(fetching) == 2
    assert [
        each for each in fetching if "--require-hashes" not in each or "--only-binary :all:" not in each
    ] == []
    constraints = set((ROOT / "deploy/constraints.txt").read_text("utf-8").splitlines())
    names = {each.partition("==")[0]: each.partition(" ;")[0] for each in constraints}
    locked = {path.stem: path.read_text("utf-8") for path in (ROOT / "deploy/locked").iterdir()}
    assert set(locked) == {"build", "worker", "door", "testing", "tracing"}
    for text in locked.values():
        pins = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
        assert [pin for pin in pins if "--hash=sha256:" not in pin] == []
        versions = {re.match(r"\S+", pin)[0] for pin in pins}  # type: ignore[index]  # a pin has a name
        wanted = {names.get(each.partition("==")[0], each) for each in versions}
        assert versions == wanted
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for extra in ("worker", "door", "testing", "tracing"):
        asked = [*project["dependencies"], *project["optional-dependencies"][extra]]
        bare = {re.match(r"[\w-]+", each)[0] for each in asked}  # type: ignore[index]  # so has a requirement
        bare.discard(project["name"])  # an extra that brings another
        assert bare <= set(re.findall(r"^([\w-]+)==", locked[extra], re.MULTILINE))


def test_what_is_fetched_is_known_by_its_digest() -> None:
    """An image of the same tag that somebody put there later is not taken."""
    images = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    images += [each.image for each in _services().values() if each.image]
    assert len(images) == 3
    assert [each for each in images if not re.search(r"@sha256:[0-9a-f]{64}$", each)] == []


def test_every_container_is_without_privileges() -> None:
    """No capability, none to be had, no file system to write on, and a user that is not root."""
    for name, each in _services().items():
        assert (each.cap_drop, each.security_opt, each.read_only) == (
            ["ALL"],
            ["no-new-privileges:true"],
            True,
        ), name
    assert _services()["valkey"].user.split(":")[0] not in {"", "0"}


def test_the_queue_wants_a_password() -> None:
    """The server of the compose file reads its users from a secret; nobody else gets further than PING."""
    valkey = _services()["valkey"]
    file = valkey.command[valkey.command.index("--aclfile") + 1]
    assert [each["target"] for each in valkey.secrets] == [file]
    assert not re.search(r"redis://\S+:(?!PASSWORD)\S+@", (ROOT / "deploy/compose.yaml").read_text("utf-8"))


def test_the_queue_is_kept_and_never_evicted() -> None:
    """The server of the compose file loses no accepted command."""
    command = " ".join(_services()["valkey"].command)
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_the_example_of_a_pages_file_is_one() -> None:
    """It is read as it stands, and with its commented lines too."""
    text = (ROOT / "deploy/pages.example.toml").read_text("utf-8")
    pages = read_pages(tomllib.loads(text), "the example")
    assert set(pages.by_id) == {"111111111111111", "222222222222222"}
    whole = re.sub(r"^# (app_\w+ = .*)$", r"\1", text, flags=re.MULTILINE)
    assert read_pages(tomllib.loads(whole), "the example").by_id["111111111111111"].app == "1234567890"


def test_the_example_of_a_verdicts_file_is_one() -> None:
    """It is read as it stands, has rows that change and rows that are new, and the README's example is one too."""
    table = read_table(str(ROOT / "deploy/verdicts.example.toml"))
    names = {row.name for row in DEFAULT.rows}
    assert [row.name for row in table.rows if row.name not in names] == ["our-gateway-busy", "our-files-slow"]
    changed = [row.name for row in table.rows if row.name in names and row != DEFAULT.row(row.name)]
    assert sorted(changed) == ["invalid-reply-though-sent", "outside-window", "page-restricted"]
    readme = (ROOT / "deploy/README.md").read_text("utf-8")
    [shown] = re.findall(r"```toml\n(\[rows\..*?)```", readme, flags=re.DOTALL)
    assert DEFAULT.with_overrides(shown).row("our-gateway-busy") == table.row("our-gateway-busy")


def test_the_compose_file_names_the_verdicts_file_where_it_is_mounted() -> None:
    """With its two commented lines the worker would read the file that lies beside the compose file."""
    text = (ROOT / "deploy/compose.yaml").read_text("utf-8")
    whole = re.sub(r"^( *)# (OUTBOUND_VERDICTS_FILE: |volumes: \[)", r"\1\2", text, flags=re.MULTILINE)
    worker = yaml.safe_load(whole)["services"]["worker"]
    del worker["environment"]["OUTBOUND_REDIS_URL_FILE"]  # it is there when it is mounted
    path = read_settings(worker["environment"]).verdicts_file
    assert worker["volumes"] == [f"./verdicts.toml:{path}:ro"]


def test_the_readme_lists_every_setting() -> None:
    """A setting that nobody can find is none; a name that is no setting misleads."""
    readme = (ROOT / "deploy/README.md").read_text("utf-8")
    listed = set(re.findall(r"^\| `(OUTBOUND_\w+)` \|", readme, flags=re.MULTILINE))
    named = set(re.findall(r"OUTBOUND_[A-Z_]+", readme))
    assert NAMES - named == set()
    assert named - NAMES == set()
    assert listed - NAMES == set()


def test_the_image_runs_the_worker_as_nobody() -> None:
    """The image's last stage has a user of its own, and stops by the signal that the worker knows."""
    last = (ROOT / "Dockerfile").read_text("utf-8").split("\nFROM ")[-1]
    assert re.search(r"^USER 10001$", last, flags=re.MULTILINE)
    assert re.search(r"^STOPSIGNAL SIGTERM$", last, flags=re.MULTILINE)
    assert 'ENTRYPOINT ["outbound"]' in last


def _example() -> tuple[dict[str, str], dict[str, str]]:
    """Returns the values of the example of all settings, and the line above each."""
    text = (ROOT / "deploy/settings.env.example").read_text("utf-8")
    found = re.findall(r"^# (.*)\n(OUTBOUND_\w+)=(.*)$", text, flags=re.MULTILINE)
    return {name: value for _, name, value in found}, {name: form for form, name, _ in found}


def test_the_example_of_the_settings_holds_every_default() -> None:
    """It names all settings there are, and setting all of it changes nothing."""
    values, _ = _example()
    assert set(values) == NAMES
    assert read_settings(values) == Settings()


def test_the_example_of_the_settings_tells_their_bounds() -> None:
    """The least and the most that it names are taken, and what lies beyond them is refused."""
    _, forms = _example()
    ranged = {name: re.match(r"([\d,]+)(\w*) to ([\d,]+)(\w*)", form) for name, form in forms.items()}
    bounds = {name: found for name, found in ranged.items() if found and name in FIELDS}
    del bounds["OUTBOUND_KEY_PREFIX"]  # its bounds are those of a length
    assert len(bounds) == 12
    for name, found in bounds.items():
        low, low_unit, high, high_unit = found.groups()
        most = int(high.replace(",", ""))
        read_settings({name: low + low_unit})
        read_settings({name: f"{most}{high_unit}"})
        for beyond in (f"{int(low) - 1}{low_unit}", f"{most + 1}{high_unit}"):
            with pytest.raises(SettingsError):
                read_settings({name: beyond})


def test_what_not_everybody_needs_waits_for_its_profile() -> None:
    """The stub of Graph and the door start only when they are asked for."""
    asked_for = {name: each.command[0] for name, each in _services().items() if each.profiles}
    assert asked_for == {"stub": "stub", "door": "door"}


def test_the_image_tells_its_health() -> None:
    """A worker whose queue is out of reach is not healthy: the image asks the port that it sets, and names."""
    last = (ROOT / "Dockerfile").read_text("utf-8").split("\nFROM ")[-1]
    asked = re.search(
        r'^HEALTHCHECK .*CMD \["python", "-P", "-m", "worker.process.probe", "(\w+)"\]$', last, re.MULTILINE
    )
    assert asked is not None
    assert asked[1] in PROBES
    names = dict(re.findall(r"(OUTBOUND_\w+)=(\S+)", last))
    settings = read_settings(names)
    assert (settings.metrics_port, settings.metrics_host) == (9464, "0.0.0.0")  # noqa: S104 (within a container)
    assert re.findall(r"^EXPOSE (\d+)$", last, re.MULTILINE) == [str(settings.metrics_port)]
    assert _services()["worker"].expose == [str(settings.metrics_port)]
