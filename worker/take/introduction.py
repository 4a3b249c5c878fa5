"""The settings that all workers of an installation should share, as each of them tells Redis of itself."""

from importlib import metadata

import msgspec

from worker.config.settings import Settings
from worker.judge import Table


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """Settings by which it matters who takes a command; none of them is a secret, and no address is among them."""

    graph_version: str
    retry_schedule_ms: tuple[int, ...]
    heartbeat_timeout_ms: int
    call_timeout_ms: int
    confirm_echoes: bool
    echo_timeout_ms: int
    recipient_memory_ms: int | None
    outcome_retention_ms: int
    dead_letters_max: int
    dead_letter_retention_ms: int


def shared_of(settings: Settings) -> Shared:
    """Returns what of `settings` all workers should share."""
    return Shared(**{name: getattr(settings, name) for name in Shared.__struct_fields__})


def version_here() -> str:
    """Returns the version of this package, or `unknown` where it runs from a folder that nobody installed."""
    try:
        return metadata.version("messenger-outbound")
    except metadata.PackageNotFoundError:
        return "unknown"


def about(settings: Settings, table: Table) -> dict[str, object]:
    """Returns what a worker says of itself beside its name: its version, and what all should share."""
    shared = msgspec.to_builtins(shared_of(settings))
    return {"version": version_here(), "settings": shared, "verdicts": table.digest}
