"""Contender (b): Celery on Redis with requests, one task a message, as its users write it.

`celery -A celery_requests worker` works; `python celery_requests.py COUNT` enqueues, and prints how long that took.
"""

# Celery has no types, and neither is installed where only the guard runs.
# mypy: disable-error-code="import-untyped, import-not-found"

import json
import os
import sys
import threading
import time

import requests
from celery import Celery

app = Celery("celery_requests", broker=os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"))
app.conf.task_ignore_result = True
app.conf.broker_connection_retry_on_startup = True
graph = os.environ.get("GRAPH_URL", "https://graph.facebook.com/v4.0")
tokens = {"100000000000001": "TOKEN-100000000000001"}
local = threading.local()


@app.task(name="send_text", autoretry_for=(requests.RequestException,), retry_backoff=True)  # type: ignore[untyped-decorator]  # Celery has no types
def send_text(page: str, recipient: str, text: str) -> None:
    """Posts one text; Celery tries again what raises. A session is no thing to share between threads."""
    if not hasattr(local, "session"):
        local.session = requests.Session()
    answer = local.session.post(
        f"{graph}/me/messages",
        params={"access_token": tokens[page]},
        json={"messaging_type": "UPDATE", "recipient": {"id": recipient}, "message": {"text": text}},
        timeout=60,
    )
    answer.raise_for_status()


if __name__ == "__main__":
    count = int(sys.argv[1])
    send_text.delay("100000000000001", "7", "the first one opens the connection")
    started = time.perf_counter()
    for number in range(count - 1):
        send_text.delay(
            "100000000000001", str(10**16 + number), f"Hello {number}, your order has been shipped"
        )
    sys.stdout.write(json.dumps({"messages": count - 1, "seconds": time.perf_counter() - started}))
