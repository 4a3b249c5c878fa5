"""The vocabulary as parts for `send_batch([...])`: `batch.send_text(psid, "Hello!")` returns the command itself.

`part(command, name=…)` lets others wait for it, `depends_on=` names the one that must succeed first, and
`omit_response_on_success=False` shows the answer of a part that others depend on.
"""

from producer.commands.parts import Part, Single
from producer.errors import InvalidCommandError, given
from producer.vocabulary.airline import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.apps import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.attachments import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.broadcasts import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.handover import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.insights import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.labels import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.marketing import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.menus import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.methods import Vocabulary
from producer.vocabulary.pages import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.personas import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.profile import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.properties import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.retired_properties import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.sends import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.sends import send_raw_body
from producer.vocabulary.templates import *  # noqa: F403 (the functions themselves)
from producer.vocabulary.upkeep import *  # noqa: F403 (the functions themselves)

# The reference client's other name of it.
send_request = send_raw_body


def part(
    command: Single,
    *,
    name: str | None = None,
    depends_on: str | None = None,
    omit_response_on_success: bool | None = None,
) -> Part:
    """Returns `command` linked to other parts of its batch."""
    if not isinstance(command, Single):
        raise InvalidCommandError("", f"must be a command that a batch can hold{given(command)}")
    return Part(
        command=command, name=name, depends_on=depends_on, omit_response_on_success=omit_response_on_success
    )


def __dir__() -> list[str]:
    methods = (name for name in vars(Vocabulary) if not name.startswith("_"))
    return sorted({"part", "send_request", *methods})
