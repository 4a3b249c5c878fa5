"""Contender (c), the physical reference: a bare httpx loop that encodes, posts batches of 50 and parses the replies.

`python bare_batches.py COUNT` sends, and prints how long that took. No queue, no order, no limits, no outcomes.
"""

import json
import os
import sys
import time
from urllib.parse import urlencode

import httpx

BATCH = 50
TOKEN = "TOKEN-100000000000001"


def part_of(number: int) -> dict[str, str]:
    """Returns one part of a batch."""
    body = {
        "messaging_type": "UPDATE",
        "recipient": json.dumps({"id": str(10**16 + number)}),
        "message": json.dumps({"text": f"Hello {number}, your order has been shipped"}),
    }
    return {"method": "POST", "relative_url": "me/messages", "body": urlencode(body)}


def send(client: httpx.Client, url: str, numbers: range) -> list[str]:
    """Posts one batch and returns the ids of its messages."""
    answer = client.post(url, json={"access_token": TOKEN, "batch": [part_of(number) for number in numbers]})
    answer.raise_for_status()
    return [json.loads(part["body"])["message_id"] for part in answer.json()]


def main(count: int) -> None:
    """Sends `count` texts, in whole batches."""
    url = os.environ.get("GRAPH_URL", "https://graph.facebook.com/v4.0") + "/"
    with httpx.Client(timeout=60.0) as client:
        sent = len(send(client, url, range(BATCH))) - BATCH
        started = time.perf_counter()
        for first in range(0, count, BATCH):
            sent += len(send(client, url, range(first, first + BATCH)))
        seconds = time.perf_counter() - started
    sys.stdout.write(json.dumps({"messages": sent, "seconds": seconds}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
