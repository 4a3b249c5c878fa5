"""Media may be given as a URL, a payload, bytes, a path or an open file."""

import os
from collections.abc import Mapping
from typing import Final, Protocol, TypeAlias, runtime_checkable

from producer import limits
from producer.commands.files import FileData, file_data
from producer.errors import InvalidCommandError
from producer.messages.builders import plain
from producer.messages.message import AttachmentPayload


@runtime_checkable
class BinaryFile(Protocol):
    """Anything opened for reading in binary mode; its `name`, if it has one, becomes the file's name."""

    def read(self, size: int = -1, /) -> bytes:
        """Returns at most `size` bytes."""
        ...


Bytes: TypeAlias = bytes | bytearray | memoryview
Upload: TypeAlias = Bytes | os.PathLike[str] | BinaryFile
Media: TypeAlias = str | AttachmentPayload | Mapping[str, object] | Upload

# Graph refuses an upload without a name, and wants its ending to fit.
_NAMES: Final = {"audio": "audio.mp3", "image": "image.jpg", "video": "video.mp4"}
_BEGINNINGS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image.png"),
    (b"\xff\xd8\xff", "image.jpg"),
    (b"GIF8", "image.gif"),
    (b"OggS", "audio.ogg"),
    (b"RIFF", "audio.wav"),
    (b"%PDF", "file.pdf"),
)


def is_upload(value: object) -> bool:
    """Tells whether `value` is bytes, a path or an open file."""
    return isinstance(value, bytes | bytearray | memoryview | os.PathLike | BinaryFile)


def payload_of(media: Media) -> dict[str, object] | None:
    """Returns the attachment's payload of a URL or a payload object; None for bytes, paths and files."""
    if isinstance(media, str):
        return {"url": media}
    if isinstance(media, Mapping | AttachmentPayload):
        payload = plain(media)
        return payload if isinstance(payload, dict) else {}
    return None


def read_upload(
    media: Media, kind: str, path: str, *, filename: str | None = None, content_type: str | None = None
) -> FileData:
    """Returns the bytes of `media` with their name; reads at most 25 MB, and refuses more.

    Without `filename` the name is that of the path or file, else one that fits `kind` and the first bytes.
    """
    if isinstance(media, bytes | bytearray | memoryview):
        content, name = bytes(media), ""
    elif isinstance(media, os.PathLike):
        with open(media, "rb") as file:  # noqa: PTH123 - any PathLike, not pathlib's alone
            content, name = _read(file, path), os.fspath(media)
    elif isinstance(media, BinaryFile):
        content, name = _read(media, path), getattr(media, "name", "")
    else:
        raise InvalidCommandError(path, "must be a URL, a payload object, bytes, a path or an open file")
    chosen = filename or (name if isinstance(name, str) else "") or _name_for(kind, content)
    return file_data(content, chosen, content_type)


def _read(file: BinaryFile, path: str) -> bytes:
    content = file.read(limits.UPLOAD_BYTES_MAX + 1)
    if not isinstance(content, bytes):
        raise InvalidCommandError(path, "must be opened in binary mode")
    return content


def _name_for(kind: str, content: bytes) -> str:
    for beginning, name in _BEGINNINGS:
        if content.startswith(beginning) and (
            kind == "file" or (isinstance(kind, str) and name.startswith(kind))
        ):
            return name
    return _NAMES.get(kind, "file") if isinstance(kind, str) else "file"
