"""What a send may say of the control of its conversation: to pass or to release it, once the message is sent."""

from collections.abc import Mapping
from typing import Final

from producer.commands.shapes import join, near_miss, refuse_near_miss
from producer.errors import InvalidCommandError

CONTROL_TYPES: Final = ("pass", "release")


def check_control_in_send(control: object, path: str) -> None:
    """Raises unless `control` is None or an object with `control_type`, and `app_id` where it passes to an app."""
    if control is None:
        return
    if not isinstance(control, Mapping):
        raise InvalidCommandError(path, "must be an object with control_type: pass or release")
    refuse_near_miss(control, ("control_type", "app_id"), path)
    kind = control.get("control_type")
    where = join(path, "control_type")
    if kind is None:
        raise InvalidCommandError(where, "is missing: pass or release")
    if not isinstance(kind, str):
        raise InvalidCommandError(where, "must be text: pass or release")
    meant = near_miss(kind, CONTROL_TYPES) if kind not in CONTROL_TYPES else None
    if meant is not None:
        raise InvalidCommandError(where, f"is no known value; did you mean {meant}?")
    if kind == "release" and control.get("app_id") is not None:
        raise InvalidCommandError(join(path, "app_id"), "goes with pass only")
