"""The plugin costs a run that does not use it nothing, and says what is missing to one that does."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAVY = ("producer", "redis", "msgspec", "fakeredis", "dramatiq", "httpx", "httptools", "structlog")


def run(folder: Path, source: str, *options: str, prelude: str = "") -> subprocess.CompletedProcess[str]:
    """Runs pytest on one file, in a process of its own, with warnings as errors and no other plugin."""
    (folder / "test_it.py").write_text(source, "utf-8")
    code = (
        f"import sys; sys.path[:0] = []; {prelude}\n"
        "import pytest; sys.exit(pytest.main(['-q', '-W', 'error', '-p', 'no:cacheprovider', *sys.argv[1:]]))"
    )
    return subprocess.run(  # noqa: S603 - our own interpreter with fixed arguments
        [sys.executable, "-c", code, "--rootdir", str(folder), str(folder / "test_it.py"), *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": ""},
    )


def test_pytest_finds_the_plugin_of_the_package() -> None:
    """Its entry point is there once the package is installed."""
    [found] = [each for each in entry_points(group="pytest11") if each.name == "outbound"]
    assert found.value == "worker.testing.plugin"


def test_a_run_that_uses_no_fixture_loads_nothing(tmp_path: Path) -> None:
    """Neither the producer nor what it stands on is imported for it."""
    source = (
        f"import sys\ndef test_it() -> None:\n    assert [n for n in {HEAVY!r} if n in sys.modules] == []\n"
    )
    done = run(tmp_path, source, "-p", "worker.testing.plugin")
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_outbox_loads_nothing_of_the_worker(tmp_path: Path) -> None:
    """A service that is installed with the producer alone tests with it."""
    source = (
        "import sys\n"
        "def test_it(outbox) -> None:\n"
        "    outbox.send_text('7', 'x')\n"
        "    outbox.only(recipient='7', page='111111111111111')\n"
        "    heavy = ('fakeredis', 'dramatiq', 'httpx', 'httptools', 'structlog')\n"
        "    assert [n for n in heavy if n in sys.modules] == []\n"
    )
    done = run(tmp_path, source, "-p", "worker.testing.plugin")
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("package", ["producer", "worker"])
def test_a_run_that_has_loaded_the_package_before_is_not_warned(tmp_path: Path, package: str) -> None:
    """A wheel's modules are listed as the plugin's own, and pytest would say that it came too late to rewrite them."""
    (tmp_path / "test_it.py").write_text("def test_it() -> None:\n    pass\n", "utf-8")
    wheel = tmp_path / "as_a_wheel-1.0.dist-info"
    wheel.mkdir()
    (wheel / "METADATA").write_text("Metadata-Version: 2.1\nName: as-a-wheel\nVersion: 1.0\n", "utf-8")
    (wheel / "entry_points.txt").write_text("[pytest11]\nas_a_wheel = worker.testing.plugin\n", "utf-8")
    (wheel / "RECORD").write_text("producer/__init__.py,,\nworker/__init__.py,,\n", "utf-8")
    code = f"import sys, {package}, pytest; sys.exit(pytest.main(sys.argv[1:]))"
    options = ["-q", "-W", "error", "-p", "no:cacheprovider", "-p", "no:valkey", "-p", "no:outbound"]
    done = subprocess.run(  # noqa: S603 - our own interpreter with fixed arguments
        [sys.executable, "-c", code, *options, "--rootdir", str(tmp_path), "test_it.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": ""},
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_a_failed_assert_shows_the_line_of_the_test(tmp_path: Path) -> None:
    """And the listing, and nothing of the kit's own code."""
    source = "def test_it(outbox) -> None:\n    outbox.send_text('7', 'a')\n    outbox.only(text='b')\n"
    done = run(tmp_path, source, "-p", "worker.testing.plugin")
    assert (
        ">       outbox.only(text='b')\nE       AssertionError: no command was enqueued with text='b'\n"
        in done.stdout
    )
    assert "__tracebackhide__" not in done.stdout


@pytest.mark.parametrize(
    ("fixture", "package"),
    [
        ("outbound_redis", "fakeredis"),
        ("outbound_redis", "lupa"),
        ("graph", "httptools"),
        ("outbound_worker", "dramatiq"),
    ],
)
def test_a_package_that_is_missing_is_named(tmp_path: Path, fixture: str, package: str) -> None:
    """With what to install, and without a traceback."""
    hide = (
        "import importlib.abc\n"
        "class Hidden(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] == {package!r}:\n"
        f"            raise ModuleNotFoundError('hidden', name={package!r})\n"
        "sys.meta_path.insert(0, Hidden())"
    )
    source = f"def test_it({fixture}) -> None:\n    pass\n"
    done = run(tmp_path, source, "-p", "worker.testing.plugin", prelude="\n" + hide)
    assert f"the fixture {fixture} needs the package {package}, which is not installed" in done.stdout, (
        done.stdout
    )
    assert "pip install 'messenger-outbound[worker,testing]'" in done.stdout
    assert "Traceback" not in done.stdout
