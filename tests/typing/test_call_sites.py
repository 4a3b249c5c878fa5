"""What an editor shows of the vocabulary: pyright refuses just those lines of `call_sites.py` that mypy refuses."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SITES = Path(__file__).with_name("call_sites.py")


def test_pyright_sees_the_same_errors_as_mypy(tmp_path: Path) -> None:
    """Arguments, misspelt options and replies are known to both, for every executor, without a stub."""
    config = tmp_path / "pyrightconfig.json"
    config.write_text(
        json.dumps(
            {
                "include": [str(SITES)],
                "extraPaths": [str(ROOT)],
                "typeCheckingMode": "standard",
                "enableTypeIgnoreComments": False,
                "reportUnusedCoroutine": "error",
            }
        )
    )
    done = subprocess.run(  # noqa: S603 (a tool of ours)
        [
            sys.executable,
            "-m",
            "basedpyright",
            "--pythonpath",
            sys.executable,
            "-p",
            str(config),
            "--outputjson",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout)["generalDiagnostics"]
    refused = {each["range"]["start"]["line"] + 1 for each in found if each["severity"] == "error"}
    lines = SITES.read_text("utf-8").splitlines()
    assert refused == {number for number, line in enumerate(lines, 1) if re.search(r"# type: ignore", line)}
    assert len(refused) > 5


def test_there_is_no_stub() -> None:
    """The vocabulary is written once: types come from the functions themselves."""
    assert [each for folder in ("producer", "worker") for each in (ROOT / folder).rglob("*.pyi")] == []
