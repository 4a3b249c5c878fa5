"""Every method of the reference document is there in all three executors, each with its parameters explained."""

import inspect
import re
from pathlib import Path

import pytest

from producer import Producer, batch
from worker import MessengerClient

NAMES = (Path(__file__).parent / "method_names.txt").read_text("utf-8").split()
# Words for a type or a bound, or the values themselves.
BOUND = re.compile(
    r"text|number|list|object|true|bool|bytes|token|seconds|URL|PSID|commands|options|members|\d+ |`\w+`",
    re.IGNORECASE,
)


def snake(name: str) -> str:
    """Returns a name of the document in this project's spelling."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


@pytest.mark.parametrize("executor", [Producer, batch, MessengerClient], ids=["queued", "batched", "direct"])
@pytest.mark.parametrize("name", NAMES)
def test_a_documented_method_is_there_and_explained(name: str, executor: object) -> None:
    """The method exists, and its docstring gives every parameter with its type and bound."""
    method = getattr(executor, snake(name))
    documentation = inspect.getdoc(method) or ""
    explained = dict(re.findall(r"^    (\w+): (.+)", documentation, re.MULTILINE))
    parameters = [each for each in inspect.signature(method).parameters if each != "self"]
    assert [each for each in parameters if not BOUND.search(explained.get(each, ""))] == []


def test_the_list_is_the_documents() -> None:
    """The document names a hundred methods; a list that lost some would prove nothing."""
    assert len(NAMES) == len(set(NAMES)) == 100
    assert {"sendText", "setNLPConfigs", "getAccountLinkingURL", "getIdsForPages"} <= set(NAMES)
