"""From a command to the request that Graph gets: pure functions, no network."""

from worker.call.endpoints.call import (
    APP_SECRET,
    APP_TOKEN,
    PAGE_TOKEN,
    Call,
    CallContext,
    FilePart,
    Fill,
    Token,
)
from worker.call.endpoints.calling import call_for, part_call
from worker.call.endpoints.filling import filled
from worker.call.endpoints.json_text import json_text
from worker.call.endpoints.multipart import multipart_body, multipart_fields
from worker.call.endpoints.parts import Link, encode_part, encode_part_json, encode_parts_json
from worker.call.endpoints.percent import percent_encoded, query_string

__all__ = [
    "APP_SECRET",
    "APP_TOKEN",
    "PAGE_TOKEN",
    "Call",
    "CallContext",
    "FilePart",
    "Fill",
    "Link",
    "Token",
    "call_for",
    "encode_part",
    "encode_part_json",
    "encode_parts_json",
    "filled",
    "json_text",
    "multipart_body",
    "multipart_fields",
    "part_call",
    "percent_encoded",
    "query_string",
]
