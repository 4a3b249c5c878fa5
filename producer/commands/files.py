"""The bytes of an upload have a name, a content type and a bound, and travel beside their command."""

import re
from typing import Final

import msgspec

from producer import limits
from producer.errors import InvalidCommandError

CONTENT_TYPE_DEFAULT: Final = "application/octet-stream"
CONTENT_TYPE_CHARACTERS_MAX: Final = 255
# What would end a header: control characters, the separators of lines; and halves of a pair, which no encoding takes.
_UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WORD: Final = r"[A-Za-z0-9!#$&^_.+-]+"
_CONTENT_TYPE: Final = re.compile(rf"{_WORD}/{_WORD}(?: ?; ?{_WORD}=(?:{_WORD}|\"[A-Za-z0-9 ,:/=._+-]*\"))*")
_CONTENT_TYPES: Final = {
    "aac": "audio/aac",
    "amr": "audio/amr",
    "avi": "video/x-msvideo",
    "bmp": "image/bmp",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "gif": "image/gif",
    "heic": "image/heic",
    "htm": "text/html",
    "html": "text/html",
    "ics": "text/calendar",
    "jpe": "image/jpeg",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "m4a": "audio/mp4",
    "m4v": "video/x-m4v",
    "mkv": "video/x-matroska",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "mpeg": "video/mpeg",
    "mpg": "video/mpeg",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "opus": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "svg": "image/svg+xml",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "txt": "text/plain",
    "wav": "audio/wave",
    "weba": "audio/webm",
    "webm": "video/webm",
    "webp": "image/webp",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


class FileData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A file to upload: `content` is at most 25 MB, and empty while the bytes lie elsewhere (`size_bytes` stays)."""

    filename: str
    content_type: str = CONTENT_TYPE_DEFAULT
    size_bytes: int = 0
    content: bytes = b""

    def __repr__(self) -> str:
        return f"FileData(filename={self.filename!r}, size_bytes={self.size_bytes})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("filename", self.filename), ("size_bytes", self.size_bytes)]


def content_type_of(filename: str) -> str:
    """Returns the content type that goes with the ending of `filename`, else `application/octet-stream`."""
    _, dot, ending = filename.rpartition(".")
    return _CONTENT_TYPES.get(ending.lower(), CONTENT_TYPE_DEFAULT) if dot else CONTENT_TYPE_DEFAULT


def file_data(content: bytes, filename: str, content_type: str | None = None) -> FileData:
    """Returns the upload of `content`; a path loses its folders, since Meta wants a bare name."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return FileData(
        filename=name,
        content_type=content_type or content_type_of(name),
        size_bytes=len(content),
        content=bytes(content),
    )


def check_file(file: FileData, path: str) -> None:
    """Raises `InvalidCommandError` unless the file has a name, and 1 byte to 25 MB."""
    if not file.filename:
        raise InvalidCommandError(f"{path}.filename", "must not be empty")
    if len(file.filename) > limits.FILENAME_CHARACTERS_MAX:
        raise InvalidCommandError(f"{path}.filename", f"at most {limits.FILENAME_CHARACTERS_MAX} characters")
    check_header(file, path)
    if not 0 < file.size_bytes <= limits.UPLOAD_BYTES_MAX:
        raise InvalidCommandError(path, f"must hold 1 to {limits.UPLOAD_BYTES_MAX} bytes; use a URL for more")


def check_header(file: FileData, path: str) -> None:
    """Raises `InvalidCommandError` unless name and content type fit into a header of a multipart request."""
    if _UNFIT.search(file.filename):
        raise InvalidCommandError(f"{path}.filename", "holds a control character")
    kind = file.content_type
    if len(kind) > CONTENT_TYPE_CHARACTERS_MAX or not _CONTENT_TYPE.fullmatch(kind):
        raise InvalidCommandError(f"{path}.content_type", "must be a content type, such as image/png")
