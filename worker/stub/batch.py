"""The batch endpoint: up to fifty calls in one request, each with its own answer."""

import random

import msgspec

from worker.stub.calls import Call, Credentials, prepare
from worker.stub.execution import Result, execute
from worker.stub.faults import Fault
from worker.stub.ledger import Request
from worker.stub.links import Links, fill_in, find_links, mentions_links, running_order
from worker.stub.refusals import Refusal, invalid
from worker.stub.wire import MalformedError, Part, Upload, decode_batch, parse_form
from worker.stub.world import World

PARTS_MAX = 50

_encode = msgspec.json.Encoder().encode
_FIRST_FAILURE = 400


class Batch(msgspec.Struct, gc=False):
    """A batch whose parts are ready to run."""

    parts: list[Part]
    calls: list[Call]
    links: Links | None
    fallback: Credentials
    with_headers: bool
    version: str


def read_batch(
    world: World,
    request: Request,
    at: tuple[float, float],
    version: str,
    arguments: tuple[dict[str, str], dict[str, Upload]],
) -> Batch | Refusal:
    """Returns the batch of a request, or the refusal of the whole of it: then nothing runs.

    Args:
        world: The stub's state.
        request: The HTTP request; its `parts` are set.
        at: Unix and monotonic seconds.
        version: Graph's version as answers name it.
        arguments: Form and files of the request.
    """
    form, files = arguments
    fallback = Credentials(form.get("access_token"), form.get("appsecret_proof"), form.get("appsecret_time"))
    refusal = _refuse_top(world, fallback)
    if refusal is not None:
        return refusal
    text = form["batch"]
    try:
        parts = decode_batch(text)
    except MalformedError as error:
        return invalid(str(error))
    if not 0 < len(parts) <= PARTS_MAX:
        return invalid(f"Too many requests in batch message. Maximum batch size is {PARTS_MAX}")
    links = find_links(parts) if mentions_links(text) else None
    if isinstance(links, Refusal):
        return links
    request.parts = len(parts)
    batch = Batch(parts, [], links, fallback, form.get("include_headers") not in {"false", "0"}, version)
    for index, part in enumerate(parts):
        batch.calls.append(_prepare_part(world, (request, index, at), part, files, fallback))
    return batch


def _refuse_top(world: World, fallback: Credentials) -> Refusal | None:
    identity = world.tokens.identify(fallback.token)
    if identity.refusal is not None:
        return identity.refusal
    if not world.tokens.checks_proofs:
        return None
    return world.tokens.check_proof(identity, identity.page, fallback.proof, fallback.proof_time, world.now())


def _prepare_part(
    world: World,
    source: tuple[Request, int, tuple[float, float]],
    part: Part,
    uploads: dict[str, Upload],
    fallback: Credentials,
) -> Call:
    body = part.body
    files: dict[str, Upload] = {}
    if part.attached_files:
        names = [name.strip() for name in part.attached_files.split(",")]
        files = {name: uploads[name] for name in names if name in uploads}
    form = parse_form(body) if isinstance(body, str) and body else {}
    target = world.targets.get(part.relative_url)
    call = prepare(world, source, (part.method.upper(), target), (form, files), fallback)
    if body is not None and not isinstance(body, str):
        call.refusal = invalid("The body of a batched request must be a query string")
    return call


def run_batch(world: World, batch: Batch, chance: random.Random | None) -> list[Result]:
    """Runs every part and returns the results in the order of the request.

    Independent parts run as given, or shuffled with `chance`; a part whose parent failed does not run.
    """
    count = len(batch.calls)
    links = batch.links
    if links is None and chance is None:
        return [execute(world, call) for call in batch.calls]
    results: list[Result | None] = [None] * count
    for index in running_order(count, links, chance):
        if links is None:
            results[index] = execute(world, batch.calls[index])
        else:
            results[index] = _run_linked(world, batch, links, index, results)
    return [_omit(batch, links, index, result) for index, result in enumerate(results) if result is not None]


def _run_linked(world: World, batch: Batch, links: Links, index: int, results: list[Result | None]) -> Result:
    for parent in links.parents[index]:
        result = results[parent]
        if result is None or result.text is None or result.status >= _FIRST_FAILURE:
            return Result(_FIRST_FAILURE, None)
    call = batch.calls[index]
    if links.parents[index]:
        bodies = [result.text if result is not None else None for result in results]
        call = _refill(world, batch, links, index, bodies)
    return execute(world, call)


def _refill(world: World, batch: Batch, links: Links, index: int, bodies: list[str | None]) -> Call:
    """Returns the part's call with what it takes from its parents filled in."""
    part, call = batch.parts[index], batch.calls[index]
    url = fill_in(part.relative_url.replace("%7Bresult%3D", "{result="), links, bodies)
    form = parse_form(part.body) if isinstance(part.body, str) else {}
    form = {name: fill_in(value, links, bodies) for name, value in form.items()}
    source = (call.request, index, call.at)
    arguments = (form, call.files)
    return prepare(world, source, (call.method, world.targets.get(url)), arguments, batch.fallback)


def _omit(batch: Batch, links: Links | None, index: int, result: Result) -> Result:
    """Leaves out the answer of a part that succeeded and that others waited for, as Graph does."""
    if links is None or index not in links.awaited or result.status >= _FIRST_FAILURE:
        return result
    if batch.parts[index].omit_response_on_success is False:
        return result
    return Result(result.status, None)


def write_batch(batch: Batch, results: list[Result], common: list[tuple[str, str]]) -> bytes:
    """Returns the JSON array that answers a batch; `common` headers are repeated in every part."""
    plain = _opening(batch, 200, common)
    written: list[bytes] = []
    for result in results:
        if result.text is None:
            written.append(b"null")
            continue
        opening = plain
        if result.status != 200 or result.headers:  # noqa: PLR2004 - HTTP's OK
            opening = _opening(batch, result.status, [*common, *result.headers])
        written.append(opening + _encode(result.text) + b"}")
    return b"[" + b",".join(written) + b"]"


def _opening(batch: Batch, status: int, headers: list[tuple[str, str]]) -> bytes:
    if not batch.with_headers:
        return b'{"code":%d,"body":' % status
    pairs = [
        ("Content-Type", "application/json; charset=UTF-8"),
        ("Facebook-API-Version", batch.version),
        *headers,
    ]
    listed = _encode([{"name": name, "value": value} for name, value in pairs])
    return b'{"code":%d,"headers":%s,"body":' % (status, listed)


def shorten(results: list[Result], faults: list[Fault]) -> list[Result]:
    """Returns the results without those that a `short` fault leaves out."""
    for fault in faults:
        if fault.action == "short":
            return results[: max(0, len(results) - fault.short_by)]
    return results
