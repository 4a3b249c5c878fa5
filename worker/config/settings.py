"""The settings of a worker: read once from the environment, checked as a whole, refused in a sentence."""

import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from producer.errors import SettingsError
from producer.versions import NEWEST
from worker.config.durations import duration_ms, rate_of
from worker.config.endpoint import origin_url, shows_tokens, version_number
from worker.config.secret_files import DASHBOARD_READ_TOKEN, DASHBOARD_TOKEN, FILES, REDIS_URL, secret_of
from worker.engine.knowledge import Rate

PREFIX: Final = "OUTBOUND_"
NEAR: Final = 0.7  # of 1: two letters swapped or one left out, no more
STEPS_MAX: Final = 20
PREFIX_CHARS_MAX: Final = 64
PORT_MAX: Final = 65_535
SHARE_PERCENT_MAX: Final = 50
RATE_NAMES: Final = {
    "OUTBOUND_RATE_TEXT": ("text", "40/s"),
    "OUTBOUND_RATE_MEDIA": ("media", "10/s"),
    "OUTBOUND_RATE_PROFILE": ("profile", "10/10m"),
    "OUTBOUND_RATE_OTHER": ("other", "40/s"),
    "OUTBOUND_RATE_PRIVATE_REPLY": ("private_reply", "750/h"),
    "OUTBOUND_RATE_USER_MENU": ("user_menu", "10/10m"),
    "OUTBOUND_RATE_MARKETING": ("marketing", "1/12h"),
}
NAME: Final = re.compile(r"[a-z0-9_.-]{1,253}")
SWITCHES: Final = {"0": False, "false": False, "no": False, "1": True, "true": True, "yes": True}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that an operator can set; field by field the `OUTBOUND_…` name is the field's in capitals."""

    redis_url: str = "redis://127.0.0.1:6379/0"
    key_prefix: str = "outbound"
    graph_origin: str = "https://graph.facebook.com"
    graph_version: str = NEWEST
    pages_file: str | None = None
    pages: str | None = None
    verdicts_file: str | None = None
    rates: Mapping[str, Rate | None] = msgspec.field(
        default_factory=lambda: {name: rate_of(text) for name, text in RATE_NAMES.values()}
    )
    burst_ms: int = 1_000
    bulk_share: float = 0.1
    processes: int = 1
    threads: int = 16
    retry_schedule_ms: tuple[int, ...] = (1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000)
    heartbeat_timeout_ms: int = 10_000
    connect_timeout_ms: int = 5_000
    call_timeout_ms: int = 60_000
    confirm_echoes: bool = False
    echo_timeout_ms: int = 30_000
    recipient_memory_ms: int | None = 24 * 3_600_000
    outcome_retention_ms: int = 48 * 3_600_000
    dead_letters_max: int = 100_000
    dead_letter_retention_ms: int = 30 * 24 * 3_600_000
    metrics_port: int | None = None
    metrics_host: str = "127.0.0.1"
    metrics_names: tuple[str, ...] | None = None
    log_level: str = "info"
    debug: bool = False
    timed_proof: bool = False
    dangerous_plain_http: bool = False

    @property
    def attempts_max(self) -> int:
        """How often a command may be tried: once, and once more for each step of the retry schedule."""
        return len(self.retry_schedule_ms) + 1


def _whole(low: int, high: int, unit: str) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.strip().isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number of {unit} from {low} to {high:,}")
        return int(text)

    return parse


def _duration(low: str, high: str) -> Callable[[str], int]:
    def parse(text: str) -> int:
        value = duration_ms(text)
        if not duration_ms(low) <= value <= duration_ms(high):
            raise ValueError(f"must be a duration from {low} to {high}")
        return value

    return parse


def _schedule(text: str) -> tuple[int, ...]:
    steps = tuple(duration_ms(each) for each in text.split(",")) if text.strip() else ()
    if len(steps) > STEPS_MAX or any(not 1 <= step <= duration_ms("24h") for step in steps):
        raise ValueError("must be at most 20 durations from 1ms to 24h, separated by commas")
    return steps


def _memory(text: str) -> int | None:
    return None if text.strip() == "off" else _duration("1m", "90d")(text)


def _share(text: str) -> float:
    number = text.strip().removesuffix("%")
    if not number.isdecimal() or not 0 <= int(number) <= SHARE_PERCENT_MAX:
        raise ValueError(f"must be a share of the takes from 0% to {SHARE_PERCENT_MAX}%")
    return int(number) / 100


def _switch(text: str) -> bool:
    if text.lower() not in SWITCHES:
        raise ValueError("must be 1 or 0")
    return SWITCHES[text.lower()]


def _redis_url(text: str) -> str:
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must begin with redis://, rediss:// or unix://, such as redis://127.0.0.1:6379/0")
    return text


def _prefix(text: str) -> str:
    if not 0 < len(text) <= PREFIX_CHARS_MAX or any(c.isspace() or c == ":" for c in text):
        raise ValueError("must have 1 to 64 characters, none of them a colon or white space")
    return text


def _level(text: str) -> str:
    if text.lower() not in {"debug", "info", "warning", "error"}:
        raise ValueError("must be debug, info, warning or error")
    return text.lower()


def _port(text: str) -> int:
    if not text.strip().isdecimal() or not 1 <= int(text) <= PORT_MAX:
        raise ValueError("must be a port from 1 to 65535")
    return int(text)


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        raise ValueError("must be an IP address of this machine, such as 127.0.0.1 or 0.0.0.0") from None


def _names(text: str) -> tuple[str, ...]:
    found = tuple(each.strip().lower() for each in text.split(","))
    if not all(NAME.fullmatch(each) for each in found):
        raise ValueError("must be names of hosts, separated by commas, such as worker.example.com")
    return found


FIELDS: Final[Mapping[str, tuple[str, Callable[[str], object]]]] = {
    REDIS_URL: ("redis_url", _redis_url),
    "OUTBOUND_KEY_PREFIX": ("key_prefix", _prefix),
    "OUTBOUND_GRAPH_ORIGIN": ("graph_origin", origin_url),
    "OUTBOUND_GRAPH_VERSION": ("graph_version", version_number),
    "OUTBOUND_PAGES_FILE": ("pages_file", str),
    "OUTBOUND_PAGES": ("pages", str),
    "OUTBOUND_VERDICTS_FILE": ("verdicts_file", str),
    "OUTBOUND_BURST": ("burst_ms", _duration("1ms", "1m")),
    "OUTBOUND_BULK_SHARE": ("bulk_share", _share),
    "OUTBOUND_PROCESSES": ("processes", _whole(1, 64, "processes")),
    "OUTBOUND_THREADS": ("threads", _whole(1, 256, "threads")),
    "OUTBOUND_RETRY_SCHEDULE": ("retry_schedule_ms", _schedule),
    "OUTBOUND_HEARTBEAT_TIMEOUT": ("heartbeat_timeout_ms", _duration("1s", "10m")),
    "OUTBOUND_CONNECT_TIMEOUT": ("connect_timeout_ms", _duration("100ms", "1m")),
    "OUTBOUND_CALL_TIMEOUT": ("call_timeout_ms", _duration("100ms", "10m")),
    "OUTBOUND_CONFIRM_ECHOES": ("confirm_echoes", _switch),
    "OUTBOUND_ECHO_TIMEOUT": ("echo_timeout_ms", _duration("1s", "1h")),
    "OUTBOUND_RECIPIENT_MEMORY": ("recipient_memory_ms", _memory),
    "OUTBOUND_OUTCOME_RETENTION": ("outcome_retention_ms", _duration("1m", "90d")),
    "OUTBOUND_DEAD_LETTERS_MAX": ("dead_letters_max", _whole(1, 10_000_000, "dead letters")),
    "OUTBOUND_DEAD_LETTER_RETENTION": ("dead_letter_retention_ms", _duration("1m", "365d")),
    "OUTBOUND_METRICS_PORT": ("metrics_port", _port),
    "OUTBOUND_METRICS_HOST": ("metrics_host", _address),
    "OUTBOUND_METRICS_NAMES": ("metrics_names", _names),
    "OUTBOUND_LOG_LEVEL": ("log_level", _level),
    "OUTBOUND_DEBUG": ("debug", _switch),
    "OUTBOUND_TIMED_PROOF": ("timed_proof", _switch),
    "OUTBOUND_DANGEROUS_PLAIN_HTTP": ("dangerous_plain_http", _switch),
}
# Read by the command line and not by the worker, or in the place of another.
OTHERS: Final = frozenset({"OUTBOUND_PAGE", DASHBOARD_TOKEN, DASHBOARD_READ_TOKEN, *FILES.values()})


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Returns the settings of an environment.

    Raises:
        SettingsError: names each setting that is wrong, with its form, and each name that is not a setting's; or the
            file of `OUTBOUND_REDIS_URL_FILE` cannot be read.
    """
    values: dict[str, object] = {}
    problems: list[str] = []
    environ = {**environ, REDIS_URL: secret_of(REDIS_URL, environ)}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in RATE_NAMES or name in OTHERS or environ[name] == "":
            continue
        if name not in FIELDS:
            problems.append(_no_setting(name))
            continue
        field, parse = FIELDS[name]
        try:
            values[field] = parse(environ[name])
        except ValueError as error:
            colon = (
                ":" if str(error).startswith("a ") else ""
            )  # some say what it must be, some what the form is
            problems.append(f"{name}{colon} {error}")
    burst_ms = values.get("burst_ms", 1_000)
    rates: dict[str, Rate | None] = {}
    for name, (rate_class, default) in RATE_NAMES.items():
        try:
            rates[rate_class] = rate_of(environ.get(name) or default, burst_ms=int(str(burst_ms)))
        except ValueError as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise SettingsError("; ".join(problems))
    settings = msgspec.convert({**values, "rates": rates}, Settings)
    _check_together(settings)
    return settings


def _no_setting(name: str) -> str:
    """Returns what is said of a name that is no setting; without its prefix, which is near to every other's."""
    known = [each.removeprefix(PREFIX) for each in (*FIELDS, *RATE_NAMES, *OTHERS)]
    near = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1, cutoff=NEAR)
    if near:
        return f"{name} is no setting: did you mean {PREFIX}{near[0]}?"
    return f"{name} is no setting: take it away; deploy/README.md has a table of all settings"


def _check_together(settings: Settings) -> None:
    if shows_tokens(settings.graph_origin) and not settings.dangerous_plain_http:
        raise SettingsError(
            "OUTBOUND_GRAPH_ORIGIN is plain http to another machine, which shows every access token on the way: "
            "use https, or set OUTBOUND_DANGEROUS_PLAIN_HTTP=1 if you mean it"
        )
    if settings.pages_file and settings.pages:
        raise SettingsError("OUTBOUND_PAGES_FILE and OUTBOUND_PAGES are both set: keep one of them")
