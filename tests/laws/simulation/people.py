"""Producers, operators and accidents of one run, each a process on virtual time."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, cast

import msgspec
import redis

from producer import batch
from producer.broadcasts.broadcast import Broadcast
from producer.broadcasts.steps import Campaign
from producer.commands import Command, SendBatch
from producer.errors import BroadcastError, OutboundError, QueueUnavailableError
from producer.queue.envelope import Delivery, arguments_of
from producer.queue.routing import route
from producer.store.intake import PAGE_QUEUE_MAX, Arguments
from producer.store.keys import Keys
from producer.store.queue import Queue
from producer.store.record import STEP, STOPS
from producer.store.scripting import Script
from producer.tickets.echoes import confirming
from producer.tickets.ticket import Ticket
from tests.laws.engine import PREFIX
from tests.laws.simulation.books import Books, Order
from tests.laws.simulation.world import Line, Steps, World

PAGES: Final = ("P1", "P1", "P2", "P3")
RETRY_MS: Final = 400
WAITS_MS: Final = (
    *range(1, 15_000, 777),
    *((5_000,) * 10),
)  # until what is scheduled is due: often at one moment
SCOPES: Final = ("page:P1", "page:P2", "lane:P1/t", "lane:P1/t/i", "lane:P1/t/b", "lane:P2/m/i", "app:app1")
KINDS_OF_HOLDS: Final = ("", "", "hand", "throttle", "token", "trouble")  # '' is all of them


class Mix(msgspec.Struct):
    """What producers ask for in one run."""

    people: int
    commands: int
    pause_ms: int

    def chosen(self, world: World) -> tuple[Command, Delivery]:
        """Returns one command with its delivery options."""
        chance = world.chance
        person = f"u{chance.randrange(self.people)}"
        priority = chance.choice(("interactive", "interactive", "bulk"))
        delivery = Delivery(
            page=chance.choice(PAGES),
            priority="bulk" if priority == "bulk" else "interactive",
            ordered=chance.choice((None, None, None, True, False)),
            at_most_once=chance.random() < 0.2,
            send_at=(world.clock.last + chance.choice(WAITS_MS)) / 1000 if chance.random() < 0.15 else None,
            expires_in=chance.randint(500, 20_000) / 1000 if chance.random() < 0.15 else None,
        )
        return chance.choice(KINDS)(person), delivery


def _linked(person: str) -> Command:
    first = batch.part(batch.send_text(person, "one"), name="one")
    return SendBatch(parts=[first, batch.part(batch.send_text(f"{person}b", "two"), depends_on="one")])


KINDS: Final[tuple[Callable[[str], Command], ...]] = (
    *((lambda person: batch.send_text(person, "Hello!"),) * 6),
    lambda person: batch.send_image(person, "https://example.com/a.png"),
    batch.typing_on,
    batch.mark_seen,
    batch.get_user_profile,
    lambda _: batch.get_messenger_profile(["greeting"]),
    lambda person: batch.send_message({"comment_id": f"c{person}"}, {"text": "Hello!"}),
    _linked,
)


STEPS: Final = KINDS[3:9]  # what can be a step: texts, an image, sender actions


class Producers:
    """Services that enqueue, and repeat what they do not know to be accepted."""

    def __init__(self, world: World, books: Books, mix: Mix) -> None:
        self.world = world
        self.books = books
        self.mix = mix
        self.line = Line(world)
        self.queue = Queue(self.line.client, prefix=PREFIX)
        self.tickets = 0
        self.broadcasts = 0

    def enqueue_all(self) -> Steps:
        """Enqueues until the run's number of commands is reached."""
        while self.tickets < self.mix.commands:
            orders: list[Order] = []
            arguments: list[Arguments] = []
            if self.world.chance.random() < 0.15:
                orders, arguments = self._sequence()
            else:
                for _ in range(self.world.chance.choice((1, 1, 2, 3, 8))):
                    order, argument = self._next()
                    orders.append(order)
                    arguments.append(argument)
            self.world.start(self._put(orders, arguments))
            yield self.world.chance.randint(0, 2 * self.mix.pause_ms)

    def _next(self) -> tuple[Order, Arguments]:
        command, delivery = self.mix.chosen(self.world)
        self.tickets += 1
        return self._order(f"{self.tickets:020x}", command, delivery)

    def _sequence(self) -> tuple[list[Order], list[Arguments]]:
        _, delivery = self.mix.chosen(self.world)
        delivery = msgspec.structs.replace(delivery, ordered=True)
        chance, person = self.world.chance, f"u{self.world.chance.randrange(self.mix.people)}"
        stops = chance.random() < 0.6
        self.tickets += 1
        orders, arguments = [], []
        for step in range(chance.choice((2, 3, 12))):
            letters = STEP + (STOPS if stops and step else "")
            command = chance.choice(STEPS)(person)
            order, argument = self._order(f"{self.tickets:020x}.{step}", command, delivery, letters)
            orders.append(order)
            arguments.append(argument)
        return orders, arguments

    def _order(
        self, command_id: str, command: Command, delivery: Delivery, letters: str = ""
    ) -> tuple[Order, Arguments]:
        argument = arguments_of(command_id, command, route(command), delivery)
        argument[1] = str(argument[1]) + letters
        page, rate_class, priority, _, people, _, bucket, _, options = str(argument[1]).split("|")
        joins = people.split(",") if people and "u" not in options else []
        due = int(str(argument[2])) if argument[2] else None
        order = Order(
            command_id,
            page,
            rate_class,
            "s" in options,
            "m" in options,
            tuple(f"{page}/{person}/{priority}" for person in joins),
            bucket,
            due,
            stops=STOPS in letters,
        )
        self.books.orders[command_id] = order
        return order, argument

    def _put(self, orders: Sequence[Order], arguments: Sequence[Arguments]) -> Steps:
        """Puts commands, and puts them again when the reply is lost, now or after a while."""
        while True:
            try:
                self.queue.put(arguments)
            except QueueUnavailableError:
                self._note(orders)
                yield self.world.chance.choice((1, RETRY_MS, 6_000))
            else:
                self._note(orders)
                return

    def _note(self, orders: Sequence[Order]) -> None:
        if self.line.happened is None or orders[0].accepted is not None:
            return
        for order in orders:
            order.accepted = self.books.next_number()
            order.accepted_ms = self.world.engine_ms
            if order.due_ms is not None and order.due_ms <= self.world.engine_ms:
                order.due_ms = None

    def broadcast(self) -> Steps:
        """Broadcasts to some people, and goes on after a failure; some are paused, resumed or cancelled."""
        self.broadcasts += 1
        name, chance = f"b{self.broadcasts}", self.world.chance
        people = [f"q{i}" for i in range(chance.randint(1, 40))]
        command = batch.send_text("0", "Hello, all!")
        delivery = Delivery(page=chance.choice(PAGES), priority="bulk")
        self.books.people[name] = len(people)
        while True:
            try:
                self.queue.take(
                    Campaign(name, self.queue.keys, PAGE_QUEUE_MAX).begin(command, delivery), iter(people)
                )
            except BroadcastError:
                break  # the reply to the last step was lost: it is complete
            except OutboundError:
                yield RETRY_MS
            else:
                break
        if chance.random() < 0.4:
            yield from self._handle(Broadcast(name, self.queue))

    def _handle(self, broadcast: Broadcast) -> Steps:
        steps = self.world.chance.choice(((broadcast.pause, broadcast.resume), (broadcast.cancel,)))
        for step in steps:
            yield self.world.chance.randint(10, 3_000)
            while True:
                try:
                    step()
                except (OutboundError, redis.RedisError):
                    yield RETRY_MS
                else:
                    break

    def cancel_some(self) -> Steps:
        """Cancels a command now and then; what is told of it must be true."""
        while True:
            yield self.world.chance.randint(200, 4_000)
            if not self.tickets:
                continue
            known = list(self.books.orders.values())
            first = self.world.chance.randrange(len(known))
            for order in known[first : first + self.world.chance.choice((1, 1, 1, 30))]:
                with suppress(OutboundError):
                    Ticket(order.id, self.line.client, Keys(PREFIX)).cancel()
                order.cancelled = order.cancelled or self.line.happened == 1

    def echo(self) -> Steps:
        """Brings echoes of what was delivered, late, in any order, some twice."""
        while True:
            yield self.world.chance.randint(50, 1_500)
            delivered = [call.id for call in self.books.calls[-40:] if call.delivered]
            if not delivered:
                continue
            event = {
                "recipient": {"id": "1"},
                "message": {"is_echo": True, "mid": "m", "metadata": self.world.chance.choice(delivered)},
            }
            try:
                self.queue.take(confirming(event, self.queue.keys))
            except OutboundError:
                continue


class Operator:
    """Somebody who holds and releases."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.line = Line(world)

    def hand(self, what: str, scope: str, for_ms: int | str = "") -> None:
        """Runs `hold.lua`."""
        arguments = (what, scope, for_ms, "{}", "")
        try:
            Script("hold").run(self.line.client, PREFIX, arguments)
        except redis.RedisError:
            return

    def work(self) -> Steps:
        """Holds something now and then, and releases all that is held."""
        chance = self.world.chance
        while True:
            yield chance.randint(500, 4_000)
            if chance.random() < 0.3:
                self.hand("hold", chance.choice(SCOPES), chance.choice(("", 700, 3_000)))
            else:
                self.release_all(chance.choice(KINDS_OF_HOLDS))

    def release_all(self, kind: str = "") -> None:
        """Releases every hold, or those of one kind."""
        for scope in cast("list[bytes]", self.world.client.hkeys(f"{PREFIX}:hold")):
            self.hand("release", scope.decode(), kind)
