"""A worker in this process, with Dramatiq's own threads, between a queue and a far end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dramatiq
import msgspec

from tests.conformance.far_end import FarEnd
from worker.config.settings import Settings
from worker.main import build

PAGES = """
[pages.plain]
access_token = "PAGE_TOKEN"
app_id = "APP_ID"

[pages.proving]
access_token = "PAGE_TOKEN"
app_id = "APP_ID"
app_secret = "APP_SECRET"
verify_token = "CONFIGURED_VERIFY_TOKEN"

[pages.account]
access_token = "IG_TOKEN"
platform = "instagram"
origin = "https://graph.instagram.com"

[secrets]
app_secret = "APP_SECRET"
verify_token = { value = "VERIFY_TOKEN", methods = ["create_subscription"] }
other = "OTHER_TOKEN"
short = "T"

[secrets.app_token]
value = "APP_ACCESS_TOKEN"
methods = ["create_subscription", "get_subscriptions", "get_page_subscription"]

[secrets.app_pair]
value = "APP_ID|APP_SECRET"
methods = ["create_subscription", "get_subscriptions", "get_page_subscription"]
"""


@contextmanager
def running_worker(
    redis_url: str, folder: Path, far: FarEnd, *, pages_text: str = PAGES, **settings: object
) -> Iterator[None]:
    """Runs a worker for the Pages above until the context ends; `settings` are fields of `Settings`."""
    file = folder / "pages.toml"
    file.write_text(pages_text, "utf-8")
    rates = dict.fromkeys(("text", "media", "profile", "other", "private_reply", "user_menu"))
    given = msgspec.structs.replace(
        Settings(
            redis_url=redis_url,
            graph_version="4.0",  # that of the reference document
            pages_file=str(file),
            rates=rates,
            retry_schedule_ms=(1, 1),
        ),
        **settings,
    )
    broker = build(given, threads=4, transport=far.transport)
    worker = dramatiq.Worker(broker, worker_timeout=100, worker_threads=4)
    worker.start()
    try:
        yield
    finally:
        worker.stop()
        broker.close()
