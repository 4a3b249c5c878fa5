"""The door on its port: Graph's paths beside probes and metrics, and the Pages read again when their file changes."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import redis.asyncio
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import PlainTextResponse, Response

from producer.aio.queue import connect
from producer.store.keys import Keys
from worker.config.endpoint import version_pair
from worker.config.pages import PagesSource
from worker.config.settings import Settings
from worker.door.door import Door
from worker.door.entering import Entry
from worker.door.keys import Doorkeeper
from worker.door.waiting import Outcomes
from worker.web import Web

REREAD_S: Final = 1.0
CONNECTIONS_MAX: Final = 1_000
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class Keeping:
    """Knows the callers of the Pages file as it is now, looked at once a second at most.

    Raises:
        SettingsError: the Pages cannot be read when it is made; later the last ones that could be read stay.
    """

    def __init__(self, settings: Settings) -> None:
        self.source = PagesSource(settings)
        self._keeper = Doorkeeper(self.source.current)
        self._due_s = 0.0

    def __call__(self) -> Doorkeeper:
        """Returns who knows the callers."""
        if time.monotonic() >= self._due_s:
            self._due_s = time.monotonic() + REREAD_S
            if self.source.refresh():
                self._keeper = Doorkeeper(self.source.current)
        return self._keeper


class Serving:
    """The ASGI application of the door's port."""

    def __init__(self, settings: Settings) -> None:
        self._keeping = Keeping(settings)
        self._client: redis.asyncio.Redis = connect(settings.redis_url)
        registry = CollectorRegistry()
        self._answers = Counter(
            "outbound_door_answers", "Answers of the door.", ["status"], registry=registry
        )
        self._open = Gauge(
            "outbound_door_requests", "Requests that wait for their answer.", registry=registry
        )
        self._registry = registry
        self._door = Door(
            Entry.on(
                self._client,
                prefix=settings.key_prefix,
                graph_version=settings.graph_version,
            ),
            Outcomes(self._client, Keys(settings.key_prefix)),
            self._keeping,
            version_pair(settings.graph_version),
            lambda status: self._answers.labels(str(status)).inc(),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or closes its connections when the server ends."""
        if scope["type"] == "lifespan":
            await self._live_until_the_end(receive, send)
            return
        known = {"/livez": self._live, "/readyz": self._ready, "/metrics": self._metrics}.get(scope["path"])
        if known is not None:
            await (await known())(scope, receive, send)
            return
        with self._open.track_inprogress():
            await self._door(scope, receive, send)

    async def _live_until_the_end(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await self._client.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    async def _live(self) -> Response:
        return PlainTextResponse("ok\n")

    async def _ready(self) -> Response:
        try:
            await self._client.ping()
        except redis.RedisError as error:
            return PlainTextResponse(f"Redis was not reached: {type(error).__name__}\n", 503)
        problem = self._keeping.source.problem
        return PlainTextResponse("ok\n") if problem is None else PlainTextResponse(f"{problem}\n", 503)

    async def _metrics(self) -> Response:
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)


class DoorServer(Web):
    """The door's server.

    Raises:
        OSError: the address cannot be listened on.
        SettingsError: the Pages cannot be read.
    """

    def __init__(self, settings: Settings, host: str, port: int) -> None:
        super().__init__(
            Serving(settings),
            host,
            port,
            name="outbound-door",
            connections_max=CONNECTIONS_MAX,
            lifespan=True,
        )
        name = f"[{host}]" if ":" in host else host
        self.origin = f"http://{name}:{self.number}"
