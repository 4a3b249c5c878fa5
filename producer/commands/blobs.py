"""The bytes of an upload leave their command before it is queued, and come back before it is called."""

from typing import TypeVar

import msgspec

from producer.commands.send import SendMessage
from producer.commands.uploads import UploadAttachment
from producer.errors import InvalidCommandError

FileCommand = TypeVar("FileCommand", bound=SendMessage | UploadAttachment)


def detached(command: FileCommand) -> tuple[FileCommand, bytes]:
    """Returns the command without its bytes, and the bytes, to be stored beside it; empty when it has none."""
    file = command.filedata
    if file is None:
        return command, b""
    return msgspec.structs.replace(command, filedata=msgspec.structs.replace(file, content=b"")), file.content


def attached(command: FileCommand, content: bytes) -> FileCommand:
    """Returns the command with its bytes again; raises `InvalidCommandError` when they are not as many as before."""
    file = command.filedata
    if file is None:
        return command
    if len(content) != file.size_bytes:
        raise InvalidCommandError("filedata", f"must hold {file.size_bytes} bytes, as when it was queued")
    return msgspec.structs.replace(command, filedata=msgspec.structs.replace(file, content=content))
