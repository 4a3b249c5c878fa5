"""Fields of commands carry their bound in their type; it holds at both ends of the queue."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from producer import limits

Platform: TypeAlias = Literal["messenger", "instagram"]
IdText = Annotated[str, Meta(min_length=1, max_length=limits.ID_CHARACTERS_MAX)]
# Meta's samples write many ids as numbers; they arrive as they were given.
Id: TypeAlias = IdText | int
Fields = Annotated[list[IdText], Meta(max_length=limits.FIELDS_MAX)]
ThreadMetadata = Annotated[str, Meta(max_length=limits.THREAD_METADATA_CHARACTERS_MAX)]
ControlSeconds = Annotated[int, Meta(ge=1, le=limits.THREAD_CONTROL_SECONDS_MAX)]
GapSeconds = Annotated[int, Meta(ge=1)]
PersonaName = Annotated[str, Meta(min_length=1, max_length=limits.PERSONA_NAME_CHARACTERS_MAX)]
NBest = Annotated[int, Meta(ge=limits.NLP_N_BEST_MIN, le=limits.NLP_N_BEST_MAX)]
Pixels = Annotated[int, Meta(ge=limits.MESSENGER_CODE_PIXELS_MIN, le=limits.MESSENGER_CODE_PIXELS_MAX)]
UserIds = Annotated[list[IdText], Meta(min_length=1, max_length=limits.MODERATED_USERS_MAX)]
Actions = Annotated[list[IdText], Meta(min_length=1, max_length=limits.MODERATION_ACTIONS_MAX)]
