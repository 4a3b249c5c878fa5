"""Personas: the people as whom a Page speaks."""

from typing import Any, Unpack

from producer.commands.personas import (
    CreatePersona,
    DeletePersona,
    GetAllPersonas,
    GetPersona,
    GetPersonas,
)
from producer.commands.secrets import Secret
from producer.messages.builders import plain_object
from producer.vocabulary.checking import checked
from producer.vocabulary.options import CallOptions


def create_persona(
    *,
    name: str,
    profile_picture_url: str,
    access_token: str | Secret | None = None,
    **extra: object,
) -> CreatePersona:
    """Creates a persona: `name` of at most 50 characters, a picture of at most 8 MB; gives its `id`.

    Args:
        name: text of 1 to 50 characters.
        profile_picture_url: text.
        access_token: another token, as text or `producer.secret("name")`.
        extra: further members, as Meta takes them.
    """
    more: dict[str, Any] = plain_object(extra, "persona")
    command = CreatePersona(
        name=name, profile_picture_url=profile_picture_url, extra=more, access_token=access_token
    )
    return checked(command)


def get_persona(persona_id: str, **options: Unpack[CallOptions]) -> GetPersona:
    """Reads a persona's name and picture.

    Args:
        persona_id: text of 1 to 512 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetPersona(persona_id=persona_id, **options))


def get_personas(cursor: str | None = None, **options: Unpack[CallOptions]) -> GetPersonas:
    """Reads one page of personas: the first, or the one after `cursor`.

    Args:
        cursor: text of a page's `paging.cursors.after`.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetPersonas(cursor=cursor, **options))


def get_all_personas(**options: Unpack[CallOptions]) -> GetAllPersonas:
    """Reads all personas, page by page; stops at a cursor that comes again. In a batch: the first page.

    Args:
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetAllPersonas(**options))


def delete_persona(persona_id: str, **options: Unpack[CallOptions]) -> DeletePersona:
    """Deletes a persona.

    Args:
        persona_id: text of 1 to 512 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(DeletePersona(persona_id=persona_id, **options))
