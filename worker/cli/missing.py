"""What is missing for a command to leave, told to whoever has just queued it."""

from worker.cli.installation import Installation
from worker.operations.serving import Beat, beats, now_ms, served_by


def warning_for(place: Installation, page: str) -> str | None:
    """Returns what is missing for a command of `page` to leave, or None when a running worker has its token."""
    alive = _alive(place)
    if not alive:
        return "no worker is running: start one with `outbound worker`"
    if served_by(place.client, place.keys, (beat.digest for beat in alive), [page]):
        return None
    return f"no running worker holds a token for Page {page}: add it to the Pages file"


def is_known(place: Installation, page: str) -> bool:
    """Tells whether a running worker has a token for `page`."""
    digests = (beat.digest for beat in _alive(place))
    return bool(served_by(place.client, place.keys, digests, [page]))


def _alive(place: Installation) -> list[Beat]:
    alive_since = now_ms(place.client) - place.settings.heartbeat_timeout_ms
    return [beat for beat in beats(place.client, place.keys) if beat.at_ms >= alive_since]
