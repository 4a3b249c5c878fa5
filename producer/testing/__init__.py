"""What a service tests its sends with: a producer that keeps what was enqueued, and tells it readably.

The package's pytest plugin gives it as the fixture `outbox`, beside `outbound_redis`, `graph` and `outbound_worker`;
the plugin itself is `worker.testing.plugin`, so that this package stands alone here too.
"""

from producer.testing.async_outbox import AsyncOutbox
from producer.testing.enqueued import Enqueued
from producer.testing.outbox import Outbox

__all__ = ["AsyncOutbox", "Enqueued", "Outbox"]
