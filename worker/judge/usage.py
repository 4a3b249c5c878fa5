"""How much of its quota a Page or its app has used, by Graph's headers; absent and broken ones tell nothing."""

import math
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

BUSINESS_USAGE: Final = "x-business-use-case-usage"
# Figures of these are for the calls that we make; an app's advertising is none of our business.
_OUR_CASES: Final = frozenset({"messenger", "pages", "instagram"})
_FIGURES: Final = ("call_count", "total_time", "total_cputime")
_WAIT: Final = "estimated_time_to_regain_access"
_SECONDS_A_MINUTE: Final = 60
_HOLD_MAX_S: Final = 86_400.0
_decode: Final = msgspec.json.Decoder().decode


def usage_of(headers: Mapping[str, str], *, page: str = "") -> float | None:
    """Returns the highest percentage in an answer's usage headers, or None when there is none; it can exceed 100.

    `headers` has lower-case names. In a header of several Pages, `page` picks its own figures where it has any.
    """
    figures = [
        figure
        for name in ("x-app-usage", "x-page-usage")
        if name in headers
        for figure in _figures_of(_document_of(headers[name]))
    ]
    if BUSINESS_USAGE in headers:
        for case in _cases_of(headers[BUSINESS_USAGE], page):
            figures.extend(_figures_of(case))
    return max(figures, default=None)


def regain_s(headers: Mapping[str, str], *, page: str = "") -> float | None:
    """Returns the seconds after which Meta says that calls are taken again, at most a day; None when it says nothing.

    Meta gives whole minutes: https://developers.facebook.com/docs/graph-api/overview/rate-limiting
    """
    if BUSINESS_USAGE not in headers:
        return None
    waits = [_positive(case.get(_WAIT)) for case in _cases_of(headers[BUSINESS_USAGE], page)]
    longest = max((wait for wait in waits if wait), default=None)
    return None if longest is None else min(_HOLD_MAX_S, longest * _SECONDS_A_MINUTE)


def _document_of(text: object) -> object:
    try:
        return _decode(text) if isinstance(text, str | bytes) else None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _cases_of(text: str, page: str) -> Iterator[dict[str, object]]:
    document = _document_of(text)
    if not isinstance(document, dict):
        return
    lists = [document[page]] if page in document else list(document.values())
    for each in lists:
        for case in each if isinstance(each, list) else ():
            if isinstance(case, dict) and _is_ours(case.get("type", "messenger")):
                yield case


def _is_ours(case_type: object) -> bool:
    return isinstance(case_type, str) and case_type in _OUR_CASES


def _figures_of(document: object) -> Iterator[float]:
    if isinstance(document, dict):
        found = (_positive(document.get(name)) for name in _FIGURES)
        yield from (figure for figure in found if figure is not None)


def _positive(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value < math.inf:
        return None
    return float(min(value, 1e9))
