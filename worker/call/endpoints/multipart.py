"""Fields of a multipart request, in the order of the reference client: message, filedata, then the rest."""

from collections.abc import Sequence
from typing import Final

from worker.call.endpoints.call import Call, FilePart
from worker.call.endpoints.json_text import json_text

# As browsers write names in a form: a quote and a line break would end the header, other control characters as well.
_ESCAPES: Final = str.maketrans({'"': "%22", "\\": "\\\\"} | {chr(n): f"%{n:02X}" for n in (*range(32), 127)})


def multipart_fields(call: Call) -> list[tuple[str, bytes] | FilePart]:
    """Returns text fields as (name, bytes) and files, in their order; objects are JSON text."""
    fields: list[tuple[str, bytes] | FilePart] = []
    for index, (name, value) in enumerate((call.body or {}).items()):
        fields.append((name, value.encode() if isinstance(value, str) else json_text(value)))
        if index == 0:
            fields.extend(call.files)
    return fields


def multipart_body(fields: Sequence[tuple[str, bytes] | FilePart], boundary: str) -> bytes:
    """Returns the body of a multipart request; text fields have no content type, file names stay UTF-8."""
    chunks: list[bytes] = []
    for field in fields:
        if isinstance(field, FilePart):
            head = f'name="{_escaped(field.name)}"; filename="{_escaped(field.filename)}"'
            head += f"\r\nContent-Type: {field.content_type}"
            content = field.content
        else:
            head, content = f'name="{_escaped(field[0])}"', field[1]
        opening = f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n"
        chunks += (opening.encode("utf-8", "replace"), content, b"\r\n")
    return b"".join((*chunks, f"--{boundary}--\r\n".encode()))


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
