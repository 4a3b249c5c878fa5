"""Writes into the log of acts what a verb did."""

import getpass
import os
import socket

from worker.cli.installation import Installation
from worker.cli.screen import notice
from worker.operations.acts import NOT_NOTED, note


def noted(place: Installation, act: str, on: str, told: str) -> None:
    """Notes an act of whoever runs this command; says so when Redis did not take it."""
    if not note(place.client, place.keys, who=operator(), by="command line", act=act, on=on, told=told):
        notice(NOT_NOTED)


def operator() -> str:
    """Returns `user@host`, where a user without a name is their number."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may be in no list of users
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"
