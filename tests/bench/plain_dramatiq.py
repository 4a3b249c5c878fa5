"""Contender (a): stock Dramatiq on Redis, one actor that posts one message, as its users write it.

`dramatiq plain_dramatiq` works; `python plain_dramatiq.py COUNT` enqueues, and prints how long that took.
"""

import json
import os
import sys
import time

import dramatiq
import httpx
from dramatiq.brokers.redis import RedisBroker

dramatiq.set_broker(RedisBroker(url=os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")))
graph = httpx.Client(base_url=os.environ.get("GRAPH_URL", "https://graph.facebook.com/v4.0"), timeout=60.0)
tokens = {"100000000000001": "TOKEN-100000000000001"}


@dramatiq.actor
def send_text(page: str, recipient: str, text: str) -> None:
    """Posts one text; Dramatiq tries again what raises."""
    answer = graph.post(
        "/me/messages",
        params={"access_token": tokens[page]},
        json={"messaging_type": "UPDATE", "recipient": {"id": recipient}, "message": {"text": text}},
    )
    answer.raise_for_status()


if __name__ == "__main__":
    count = int(sys.argv[1])
    send_text.send("100000000000001", "7", "the first one opens the connection")
    started = time.perf_counter()
    for number in range(count - 1):
        send_text.send(
            "100000000000001", str(10**16 + number), f"Hello {number}, your order has been shipped"
        )
    sys.stdout.write(json.dumps({"messages": count - 1, "seconds": time.perf_counter() - started}))
