"""Rates that are faster than Meta takes, or that do not do what they seem to."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from worker.config.pages import Pages
from worker.config.settings import Settings
from worker.doctor.findings import Finding, listed, ok, warning
from worker.engine.knowledge import Rate

# What Meta takes at most, by class, and what happens above it.
FASTEST: Final[Mapping[str, tuple[Rate, str]]] = {
    "text": (Rate(40, 1_000), "above 40 a second Meta cuts off the Page's inbox"),
    "media": (Rate(10, 1_000), "Meta refuses more, and then holds the Page's media"),
    "profile": (Rate(10, 600_000), "Meta refuses more than 10 calls in 10 minutes for each Page"),
    "private_reply": (Rate(750, 3_600_000), "Meta refuses more than 750 an hour for each Page"),
    "user_menu": (Rate(10, 600_000), "Meta refuses more than 10 calls in 10 minutes for each person"),
    "marketing": (
        Rate(1, 43_200_000),
        "Meta refuses more than one message in 12 hours for each subscription",
    ),
}
BURST_MOST_MS: Final = 5_000
BATCH: Final = 10
BURST_MS_DEFAULT: Final = Settings().burst_ms


def rates_of(settings: Settings, pages: Pages) -> Iterator[Finding]:
    """Yields what is wrong with the rates of the settings and of the Pages, or that all is well."""
    found = [*_too_fast(settings, pages), *_burst(settings, pages)]
    yield from found or [ok("rates", "no rate is faster than Meta takes")]


def _too_fast(settings: Settings, pages: Pages) -> Iterator[Finding]:
    for name, (most, consequence) in FASTEST.items():
        setting = f"OUTBOUND_RATE_{name.upper()}"
        by_page = defaultdict(list)
        for page in pages.by_id.values():
            if name in page.rates and _faster(page.rates[name], most):
                by_page[_form(page.rates[name])].append(page.id)
        if _faster(settings.rates[name], most):
            yield _above(
                name, f"{setting} is {_form(settings.rates[name])}", consequence, f"set {setting}", most
            )
        for form, ids in by_page.items():
            what = f"rate_{name} of Page {listed(ids)} is {form}"
            yield _above(name, what, consequence, f"set rate_{name} in the Pages file", most)


def _above(name: str, what: str, why: str, do: str, most: Rate) -> Finding:
    return warning(f"rates.{name}", what, why=why, do=f"{do} to at most {_form(most)}")


def _burst(settings: Settings, pages: Pages) -> Iterator[Finding]:
    text = settings.rates["text"]
    if settings.burst_ms > BURST_MOST_MS and text is not None and text.burst:
        yield warning(
            "rates.burst",
            f"OUTBOUND_BURST lets {text.burst:,} texts of a Page leave at once",
            why="Meta counts by the second: after a quiet time it would see them all in one",
            do="set OUTBOUND_BURST=1s",
        )
    every = [*settings.rates.items(), *(pair for page in pages.by_id.values() for pair in page.rates.items())]
    if settings.burst_ms != BURST_MS_DEFAULT and not any(rate and rate.burst for _, rate in every):
        yield warning(
            "rates.burst",
            "OUTBOUND_BURST is set, and no rate is one by the second",
            why="rates such as 10/10m are kept exactly: it changes nothing",
            do="take OUTBOUND_BURST away, or give rates by the second",
        )
    if text is not None and text.burst is not None and text.burst < BATCH <= text.calls:
        yield warning(
            "rates.burst",
            f"OUTBOUND_BURST lets only {text.burst} {'text' if text.burst == 1 else 'texts'} of a Page leave at once",
            why="batches stay so small, and a request is made for nearly every message",
            do="set OUTBOUND_BURST=1s",
        )


def _faster(rate: Rate | None, most: Rate) -> bool:
    return rate is None or rate.calls * most.per_ms > most.calls * rate.per_ms


def _form(rate: Rate | None) -> str:
    if rate is None:
        return "off"
    for unit, length in (("h", 3_600_000), ("m", 60_000), ("s", 1_000)):
        if rate.per_ms % length == 0:
            number = rate.per_ms // length
            return f"{rate.calls}/{'' if number == 1 else number}{unit}"
    return f"{rate.calls} in {rate.per_ms} ms"
