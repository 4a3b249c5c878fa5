"""`producer.batch` is the whole vocabulary as commands, linked by options or by `part`."""

from typing import Any

import pytest

from producer import batch
from producer.commands import GetAssociatedLabels, GetUserProfile, Part, SendMessage
from producer.errors import InvalidCommandError
from producer.vocabulary.methods import Vocabulary


def test_every_method_of_the_vocabulary_is_a_function_with_its_docstring() -> None:
    """Nothing of the vocabulary is missing, and nothing is added but `part` and `send_request`."""
    methods = {name for name in dir(Vocabulary) if not name.startswith("_")}
    assert set(dir(batch)) == methods | {"part", "send_request"}
    assert {name: getattr(batch, name).__doc__ for name in methods} == {
        name: getattr(Vocabulary, name).__doc__ for name in methods
    }


def test_a_link_makes_a_part() -> None:
    """With a link the command comes as a part, without one as itself."""
    command = SendMessage(recipient="1", message={"text": "x"})
    assert batch.send_text("1", "x") == command
    assert batch.part(
        batch.send_text("1", "x"), name="a", depends_on="b", omit_response_on_success=False
    ) == Part(command=command, name="a", depends_on="b", omit_response_on_success=False)
    assert batch.part(batch.send_text("1", "x"), name="a") == Part(command=command, name="a")


def test_a_method_with_a_name_of_its_own_is_linked_by_part() -> None:
    """`name` of a label or a persona is not a link."""
    label = batch.create_label(name="vip")
    assert batch.part(label, name="made") == Part(command=label, name="made")


def test_a_part_is_the_command_of_its_method() -> None:
    """With the method's default fields, as the reference document shows them."""
    assert batch.get_user_profile("1") == GetUserProfile(user_id="1")
    assert batch.get_user_profile("1", fields=["name"]) == GetUserProfile(user_id="1", fields=["name"])
    assert batch.get_associated_labels("1") == GetAssociatedLabels(user_id="1")


def test_what_is_no_command_is_no_part() -> None:
    """A batch does not go into a batch, and there is no other name."""
    with pytest.raises(InvalidCommandError):
        batch.part(batch.send_batch([batch.mark_seen("1")]))  # type: ignore[arg-type]
    with pytest.raises(AttributeError, match="send_txt"):
        batch.send_txt  # type: ignore[attr-defined] # noqa: B018


@pytest.mark.parametrize("link", ["name", "depends_on", "omit_response_on_success"])
def test_a_link_among_the_options_is_refused(link: str) -> None:
    """It would go to Graph as a field of the message, and link nothing."""
    options: Any = {link: "a"}
    for make in (lambda: batch.send_text("1", "x", **options), lambda: batch.mark_seen("1", **options)):
        with pytest.raises(InvalidCommandError, match=r"batch\.part\(command, "):
            make()
