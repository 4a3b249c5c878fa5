"""From a command to the request that Graph gets: pure functions, no network."""

from worker.calls.call import APP_SECRET, APP_TOKEN, PAGE_TOKEN, Call, CallContext, FilePart, Fill, Token
from worker.calls.calling import call_for, part_call
from worker.calls.filling import filled
from worker.calls.json_text import json_text
from worker.calls.multipart import multipart_body, multipart_fields
from worker.calls.parts import Link, encode_part, encode_part_json, encode_parts_json
from worker.calls.percent import percent_encoded, query_string

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
