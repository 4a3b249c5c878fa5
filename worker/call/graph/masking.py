"""What is shown or kept of requests and answers is free of the secrets of their calls, in every form that they take.

A secret is looked for in what a text says once its escapes are undone (JSON's, nested ones too, percent-encoding and
HTML's), so it is found however it was escaped; and by its parts, so it is found when something cut it off.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

import msgspec

from producer.commands.secrets import SECRET_MEMBERS
from worker.call.graph.answers import NO_HEADERS, Answer, Answered
from worker.call.graph.escapes import plain, spans
from worker.config.credentials import ANY_PROOF

MASK: Final = "REMOVED"
# A shorter one would be found in every other word.
SECRET_CHARACTERS_MIN: Final = 6
# A longer secret is looked for by its parts of so many bytes: whoever shows twice as many less one shows one of them.
PART_BYTES: Final = 16
# What is nested deeper is not gone through, and not shown.
NESTED_MAX: Final = 100
_NAMES: Final = "|".join(sorted(SECRET_MEMBERS))
_EQUALS: Final = r"(?:=|%(?:25)*3[dD])"
_END: Final = r"(?:[&#\s\"'<>\\]|%(?:25)*(?:26|23|20|22))"
_IN_QUERY: Final = re.compile(rf"(?i)((?:{_NAMES}){_EQUALS})(?:(?!{_END}).)+")
_PROOF: Final = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_TELLING: Final = (b"token", b"app_secret", b"appsecret")
_UNREADABLE: Final = (msgspec.MsgspecError, ValueError, RecursionError)


def masked_answers(answers: list[Answer], secrets: tuple[str, ...]) -> list[Answer]:
    """Returns the answers to a request without its `secrets`, and without tokens in links and members.

    Nearly always there are none, and one look at all of them together says so.
    """
    seen, texts = set[int](), list[bytes]()
    for each in answers:
        if isinstance(each, Answered):
            texts += (each.body, each.listed)
            if id(each.headers) not in seen:  # mostly all parts of a batch have the same
                seen.add(id(each.headers))
                texts += (value.encode("utf-8", "replace") for value in each.headers.values())
        else:
            texts.append(each.reason.encode("utf-8", "replace"))
    return (
        answers
        if _is_clean(b"\n".join(texts), secrets)
        else [masked_answer(each, secrets) for each in answers]
    )


def masked_answer(answer: Answer, secrets: Iterable[str]) -> Answer:
    """Returns an answer without `secrets`, and without tokens in links and members, wherever in it they are."""
    known = tuple(secrets)
    if not isinstance(answer, Answered):
        reason = masked_text(answer.reason, known)
        return answer if reason == answer.reason else type(answer)(reason)
    body = masked_json(answer.body, known)
    listed = answer.listed if answer.listed == NO_HEADERS else masked_json(answer.listed, known)
    headers = {name: masked_text(value, known) for name, value in answer.headers.items()}
    if body is answer.body and listed is answer.listed and headers == answer.headers:
        return answer
    return msgspec.structs.replace(answer, body=body, headers=headers, listed=listed)


def masked_json(body: bytes, secrets: Iterable[str] = ()) -> bytes:
    """Returns a JSON text, or any other, without `secrets`, and without tokens in links and members.

    What was JSON stays JSON. What is clean comes back as it is.
    """
    known = tuple(secrets)
    if _is_clean(body, known):
        return body
    try:
        return msgspec.json.encode(masked(msgspec.json.decode(body), known))
    except _UNREADABLE:
        return masked_text(body.decode("utf-8", "replace"), known).encode()


def masked(value: object, secrets: Iterable[str]) -> object:
    """Returns a copy of a JSON value without `secrets`, and without what stands under the name of a secret."""
    return _masked(value, tuple(secrets), NESTED_MAX)


def _masked(value: object, secrets: tuple[str, ...], levels: int) -> object:
    if isinstance(value, str):
        return _masked_string(value, secrets, levels)
    if isinstance(value, Mapping | list | tuple):
        return _masked_within(value, secrets, levels) if levels else MASK
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return MASK if _shown_in(str(value).encode(), secrets) else value
    return value


def _masked_within(
    value: Mapping[str, object] | list[object] | tuple[object, ...], secrets: tuple[str, ...], levels: int
) -> object:
    if isinstance(value, Mapping):
        return {
            masked_text(str(name), secrets): MASK
            if name in SECRET_MEMBERS and member not in (None, "")
            else _masked(member, secrets, levels - 1)
            for name, member in value.items()
        }
    return [_masked(item, secrets, levels - 1) for item in value]


def _masked_string(text: str, secrets: tuple[str, ...], levels: int) -> str:
    """Returns a text without secrets; JSON in a string, as of a batch's part, is gone through as well."""
    if text[:1] in {"{", "["} and any(word.decode() in text for word in _TELLING):
        try:
            inside = _masked(msgspec.json.decode(text), secrets, levels - 1)
            return msgspec.json.encode(inside).decode()
        except _UNREADABLE:
            pass
    return masked_text(text, secrets)


def masked_text(text: str, secrets: Iterable[str]) -> str:
    """Returns a text without `secrets`, and without tokens in links."""
    data = text.encode("utf-8", "replace")
    known = tuple(secrets)
    if _shown_in(plain(data), known):
        data = _without(data, known)
        text = data.decode("utf-8", "replace")
    return _IN_QUERY.sub(rf"\1{MASK}", text) if "=" in text or "%" in text else text


def _is_clean(text: bytes, secrets: tuple[str, ...]) -> bool:
    bare = plain(text)
    return not _shown_in(bare, secrets) and not any(word in bare for word in _TELLING)


def _shown_in(bare: bytes, secrets: tuple[str, ...]) -> bool:
    """Tells whether a text whose escapes are undone shows a secret, or a part of one."""
    for part in _all_parts(secrets):
        if part in bare:
            return True
    return ANY_PROOF in secrets and _PROOF.search(bare) is not None


@lru_cache(maxsize=256)
def _all_parts(secrets: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(part for secret in secrets if secret != ANY_PROOF for part in _parts(secret))


def _parts(secret: str) -> tuple[bytes, ...]:
    """Returns what a secret is looked for by, with its own escapes undone as those of the text are."""
    known = _bare(secret)
    if len(known) < SECRET_CHARACTERS_MIN:
        return ()
    starts = range(0, max(1, len(known) - PART_BYTES + 1), PART_BYTES)
    return tuple(known[at : at + PART_BYTES] for at in starts)


def _bare(secret: str) -> bytes:
    return plain(secret.encode("utf-8", "replace"))


def _without(data: bytes, secrets: tuple[str, ...]) -> bytes:
    bare, places = spans(data)
    shown = bytearray(len(bare))  # 1 where a secret's byte is
    for secret in secrets:
        if secret == ANY_PROOF:
            found = [match.span() for match in _PROOF.finditer(bare)]
        else:
            found = [_grown(bare, at, _bare(secret), of) for of, at in _found(bare, secret)]
        for first, last in found:
            shown[first:last] = b"\1" * (last - first)
    kept, end = bytearray(), 0
    for run in re.finditer(b"\1+", bytes(shown)):
        first, last = places[run.start()][0], places[run.end() - 1][1]
        kept += data[end:first] + MASK.encode()
        end = max(end, last)
    return bytes(kept + data[end:])


def _found(bare: bytes, secret: str) -> Iterable[tuple[int, int]]:
    """Yields each place where a part of a secret stands: the place in the secret, and that in the text."""
    for number, part in enumerate(_parts(secret)):
        at = bare.find(part)
        while at >= 0:
            yield number * PART_BYTES, at
            at = bare.find(part, at + 1)


def _grown(bare: bytes, at: int, secret: bytes, of: int) -> tuple[int, int]:
    """Returns the whole run of a secret around a part that was found: from and to, in the text."""
    before = 0
    while before < min(of, at) and secret[of - before - 1] == bare[at - before - 1]:
        before += 1
    length = 0
    while of + length < len(secret) and at + length < len(bare) and secret[of + length] == bare[at + length]:
        length += 1
    return at - before, at + length
