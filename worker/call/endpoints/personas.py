"""Calls of personas."""

from typing import Final

from producer.commands.personas import CreatePersona, DeletePersona, GetAllPersonas, GetPersona, GetPersonas
from worker.call.endpoints.building import delete, get, post, segment
from worker.call.endpoints.call import Call, CallContext

_PERSONAS: Final = "me/personas"


def _create_persona(command: CreatePersona, _: CallContext) -> Call:
    body = {"name": command.name, "profile_picture_url": command.profile_picture_url, **command.extra}
    return post(command, _PERSONAS, body)


def _get_persona(command: GetPersona, _: CallContext) -> Call:
    return get(command, segment(command.persona_id))


def _get_personas(command: GetPersonas | GetAllPersonas, _: CallContext) -> Call:
    return get(command, _PERSONAS, *((("after", command.cursor),) if command.cursor else ()))


def _delete_persona(command: DeletePersona, _: CallContext) -> Call:
    return delete(command, segment(command.persona_id))


CALLS: Final = {
    CreatePersona: _create_persona,
    GetPersona: _get_persona,
    GetPersonas: _get_personas,
    GetAllPersonas: _get_personas,
    DeletePersona: _delete_persona,
}
