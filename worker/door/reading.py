"""From an HTTP request to what it asks: JSON, forms and multipart with files, within their bounds."""

from collections.abc import AsyncGenerator
from typing import Final

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from producer.commands.files import FileData
from worker.door.asking import (
    BODY_BYTES_MAX,
    FORM_BYTES_MAX,
    Asked,
    Members,
    asked,
    file_of,
    form_members,
    json_members,
    value_of,
)
from worker.door.refusing import Refusal, RefusedError, invalid

FILES_MAX: Final = 10
FIELDS_MAX: Final = 100
TOO_LONG: Final = 413


async def read(request: Request) -> Asked:
    """Returns what a request asks.

    Raises:
        RefusedError: it is longer than its kind may be, or none of the kinds that Graph takes.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body: Members | None
    files: list[FileData] = []
    if kind == "multipart/form-data":
        body, files = await _multipart(request)
    else:
        content = await _content(request, BODY_BYTES_MAX)
        body = json_members(content) if kind.endswith("json") else form_members(content) if content else None
    bearer = request.headers.get("authorization", "")
    return asked(
        request.method,
        request.url.path,
        request.query_params.multi_items(),
        body,
        bearer=bearer[7:].strip() if bearer[:7].lower() == "bearer " else "",
        files=files,
    )


async def _content(request: Request, bytes_max: int) -> bytes:
    content = bytearray()
    async for piece in _bounded(request, bytes_max):
        content += piece
    return bytes(content)


async def _bounded(request: Request, bytes_max: int) -> AsyncGenerator[bytes]:
    length = request.headers.get("content-length", "0")
    seen = int(length) if length.isdigit() else 0
    if seen > bytes_max:
        raise RefusedError(_too_long(bytes_max))
    seen = 0
    async for piece in request.stream():
        seen += len(piece)
        if seen > bytes_max:
            raise RefusedError(_too_long(bytes_max))
        yield piece


def _too_long(bytes_max: int) -> Refusal:
    return Refusal(status=TOO_LONG, code=100, message=f"(#100) the body is longer than {bytes_max} bytes")


async def _multipart(request: Request) -> tuple[Members, list[FileData]]:
    parser = MultiPartParser(
        request.headers,
        _bounded(request, FORM_BYTES_MAX),
        max_files=FILES_MAX,
        max_fields=FIELDS_MAX,
        max_part_size=BODY_BYTES_MAX,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError, UnicodeDecodeError):
        raise RefusedError(invalid("the multipart form cannot be read")) from None
    members: Members = {}
    files: list[FileData] = []
    names: list[str] = []
    try:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files.append(file_of(value.filename or "", await value.read(), value.content_type))
                names.append(name)
            else:
                members[name] = value_of(value)
    finally:
        await form.close()
    if names and "batch" in members:
        members["attached_files_names"] = names
    return members, files
