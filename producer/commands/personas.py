"""Commands of personas."""

import msgspec

from producer.commands.command import CommandOf
from producer.commands.fields import IdText, PersonaName
from producer.commands.results import Created, Persona, PersonaPage, Success


class CreatePersona(
    CommandOf[Created],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="create_persona",
    forbid_unknown_fields=True,
):
    """Creates a persona."""

    name: PersonaName
    profile_picture_url: str
    extra: dict[str, object] = msgspec.field(default_factory=dict)


class GetPersona(
    CommandOf[Persona],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_persona",
    forbid_unknown_fields=True,
):
    """Reads a persona."""

    persona_id: IdText


class GetPersonas(
    CommandOf[PersonaPage],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_personas",
    forbid_unknown_fields=True,
):
    """Reads one page of the Page's personas."""

    cursor: str | None = None


class GetAllPersonas(
    CommandOf[list[Persona]],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_all_personas",
    forbid_unknown_fields=True,
):
    """Reads all personas of the Page, page by page."""

    cursor: str | None = None


class DeletePersona(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="delete_persona",
    forbid_unknown_fields=True,
):
    """Deletes a persona."""

    persona_id: IdText
