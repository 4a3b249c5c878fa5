"""What is installed has the page in it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "worker/dashboard/static"


@pytest.mark.process
def test_the_wheel_carries_the_page(tmp_path: Path) -> None:
    """A wheel built from the sources holds each file of the page as it is."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--disable-pip-version-check"]
    subprocess.run([*command, "--wheel-dir", str(tmp_path), str(ROOT)], check=True, timeout=240)  # noqa: S603 (our own sources)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        found = {
            Path(name).name: packed.read(name)
            for name in packed.namelist()
            if name.startswith("worker/dashboard/static/")
        }
    expected = {each.name: each.read_bytes() for each in STATIC.iterdir()}
    assert {"index.html", "style.css", "main.js", "icon.svg"} <= set(expected)
    assert found == expected
