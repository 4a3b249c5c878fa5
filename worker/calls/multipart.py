"""Fields of a multipart request, in the order of the reference client: message, filedata, then the rest."""

import msgspec

from worker.calls.call import Call, FilePart

_encode_json = msgspec.json.Encoder().encode


def multipart_fields(call: Call) -> list[tuple[str, bytes] | FilePart]:
    """Returns text fields as (name, bytes) and files, in their order; objects are JSON text."""
    fields: list[tuple[str, bytes] | FilePart] = []
    for index, (name, value) in enumerate((call.body or {}).items()):
        fields.append((name, value.encode() if isinstance(value, str) else _encode_json(value)))
        if index == 0:
            fields.extend(call.files)
    return fields
