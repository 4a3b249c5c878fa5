"""Fields of messages carry their bound in their type, so that a dict and a struct are held to the same."""

from typing import Annotated, TypeAlias

from msgspec import Meta

from producer import limits

# Meta's samples write ids, times and amounts as text and as numbers; both arrive as they were given.
Id: TypeAlias = str | int
Amount: TypeAlias = int | float | str

Text = Annotated[str, Meta(min_length=1, max_length=limits.TEXT_CHARACTERS_MAX)]
Metadata = Annotated[str, Meta(max_length=limits.METADATA_CHARACTERS_MAX)]
Url = Annotated[str, Meta(min_length=1)]

QuickReplyTitle = Annotated[
    str, Meta(min_length=1, max_length=limits.QUICK_REPLY_TITLE_CHARACTERS_MAX, extra={"trimmed": True})
]
QuickReplyPayload = Annotated[str, Meta(max_length=limits.QUICK_REPLY_PAYLOAD_CHARACTERS_MAX)]
ButtonTitle = Annotated[str, Meta(min_length=1, max_length=limits.BUTTON_TITLE_CHARACTERS_MAX)]
ButtonPayload = Annotated[str, Meta(max_length=limits.BUTTON_PAYLOAD_CHARACTERS_MAX)]
ElementTitle = Annotated[str, Meta(min_length=1, max_length=limits.ELEMENT_TITLE_CHARACTERS_MAX)]
ElementSubtitle = Annotated[str, Meta(max_length=limits.ELEMENT_SUBTITLE_CHARACTERS_MAX)]
