"""Contender (d): a bare httpx loop of plain posts, one message each.

`python bare_posts.py COUNT` sends, and prints how long that took.
"""

import json
import os
import sys
import time

import httpx

TOKEN = "TOKEN-100000000000001"


def send(client: httpx.Client, url: str, number: int) -> str:
    """Posts one message and returns its id."""
    answer = client.post(
        url,
        params={"access_token": TOKEN},
        json={
            "messaging_type": "UPDATE",
            "recipient": {"id": str(10**16 + number)},
            "message": {"text": f"Hello {number}, your order has been shipped"},
        },
    )
    answer.raise_for_status()
    message_id: str = answer.json()["message_id"]
    return message_id


def main(count: int) -> None:
    """Sends `count` texts, one after the other."""
    url = os.environ.get("GRAPH_URL", "https://graph.facebook.com/v4.0") + "/me/messages"
    with httpx.Client(timeout=60.0) as client:
        send(client, url, 0)
        started = time.perf_counter()
        for number in range(count):
            send(client, url, number)
        seconds = time.perf_counter() - started
    sys.stdout.write(json.dumps({"messages": count, "seconds": seconds}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
