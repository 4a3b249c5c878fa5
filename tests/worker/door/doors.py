"""A key of the door's, and the Pages file that names it."""

from tests.conformance.in_process import PAGES

KEY = "k" * 40
OTHER_KEY = "o" * 40
PAGES_TEXT = f"""{PAGES}
[door.keys.shop]
key = "{KEY}"
pages = ["plain", "proving"]

[door.keys.bot]
key = "{OTHER_KEY}"
pages = ["proving"]
"""
# Secrets that the records bring along stand in the worker's own configuration.
APP = {
    "APP_ACCESS_TOKEN": "APP_ID|APP_SECRET",
    "VERIFY_TOKEN": "CONFIGURED_VERIFY_TOKEN",
    "T": "APP_ID|APP_SECRET",
}
