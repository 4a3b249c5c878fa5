"""What an outbox keeps in the place of Redis; tickets and broadcasts ask it in steps that need no server."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Final, cast

import msgspec

from producer.broadcasts.steps import Campaign, Progress, good_ones
from producer.commands import SendMessage
from producer.errors import OutboundError, OutcomeTimeoutError, RecipientError
from producer.listening.steps import Learned, learned
from producer.listening.webhook import Heard
from producer.people.opting import OptOut, opted_field
from producer.queue.accepting import Given
from producer.queue.envelope import Delivery, checked
from producer.store.intake import DIFFERENT, REPEATED, Intake, Prepared, Putting, first_of
from producer.store.keys import Keys
from producer.store.steps import Answered, Next, Steps
from producer.testing.enqueued import Enqueued, enqueued, of_broadcast, of_sequence
from producer.tickets.batch_inquiry import BATCH_ID, BatchInquiry
from producer.tickets.echoes import echoes_in
from producer.tickets.inquiry import Inquiry
from producer.tickets.joint_inquiry import JointInquiry
from producer.tickets.outcome import Outcome, OutcomeName, status_of
from producer.tickets.sequence_inquiry import SEQUENCE_ID, SequenceInquiry

ROUND: Final = 500


class Kept(Intake):
    """Everything that was enqueued through one outbox and its views: it accepts what Redis would."""

    def __init__(self) -> None:
        super().__init__(Keys())
        self.commands: list[Enqueued] = []
        self.outcomes: dict[str, Outcome] = {}
        self.replies: dict[str, object] = {}
        self.once: dict[str, tuple[str, str]] = {}
        self.broadcasts: dict[str, Progress] = {}
        self.opted: dict[tuple[str, str], str] = {}
        self.failure: OutboundError | None = None

    def accept(self, ready: Prepared, keep_ms: int) -> Steps[str]:  # noqa: ARG002 (a test is over before that)
        """Keeps what Redis would accept; comes to the ticket's id, the first one's under a known key."""
        yield from ()
        if self.failure is not None:
            raise self.failure
        if ready.once is not None:
            digest, first = self.once.setdefault(ready.once.key, (ready.once.digest, ready.ticket))
            if first != ready.ticket:
                found = REPEATED if digest == ready.once.digest else DIFFERENT
                return first_of([found, first.encode()], ready.ticket)
        given = cast("Given", ready.given)
        if SEQUENCE_ID.fullmatch(ready.ticket):
            kept = of_sequence(ready.ticket, [command for _, command in given.commands], given.delivery)
        else:
            kept = list(chain.from_iterable(enqueued(*each, given.delivery) for each in given.commands))
        for each in kept:
            self._keep(each)
        return ready.ticket

    def begin(self, ready: Prepared) -> Steps[Putting]:
        """Keeps a round of a bulk."""
        yield from self.accept(ready, 0)
        return Putting(Answered([len(ready.arguments)]), None, 0)

    def _keep(self, each: Enqueued) -> None:
        self.commands.append(each)
        if each.type in self.replies:
            self.end(each.id, "sent", reply=self.replies[each.type])

    def end(
        self,
        command_id: str,
        name: OutcomeName,
        *,
        reply: object = None,
        reason: str | None = None,
        answer: dict[str, object] | None = None,
    ) -> None:
        """Gives a command its outcome."""
        each = next((one for one in self.commands if one.id == command_id), None)
        self.outcomes[command_id] = Outcome(
            name=name,
            at=datetime.now(UTC),
            attempts=int(name in {"sent", "refused", "exhausted", "unknown"}),
            page=each.page if each else "",
            type=each.type if each else "",
            reply=reply,
            reason=reason,
            answer=answer,
            code=status_of(answer),
        )

    def confirming(self, event: object) -> Steps[int]:
        """Turns `unknown` commands of which the event has an echo into `sent`; comes to how many."""
        yield from ()
        return self._prove(echoes_in(event))

    def learning(self, heard: Heard) -> Steps[Learned]:
        """Settles what the echoes prove; who wrote is counted, and nothing is remembered of them."""
        yield from ()
        return learned(self._prove(heard.echoes), heard)

    def opting_out(self, page: str, psid: str, of: OptOut) -> Steps[None]:
        """Remembers it; what was enqueued ends as the test says."""
        yield from ()
        self.opted[page, opted_field(psid, of)] = of

    def opting_in(self, page: str, psid: str) -> Steps[bool]:
        """Forgets it; comes to whether there was anything."""
        yield from ()
        return self.opted.pop((page, opted_field(psid)), None) is not None

    def _prove(self, echoes: Iterable[tuple[str, dict[str, object]]]) -> int:
        found = [(each, reply) for each, reply in echoes if each in self.outcomes]
        doubted = [(each, reply) for each, reply in found if self.outcomes[each].name == "unknown"]
        for command_id, reply in doubted:
            self.end(command_id, "sent", reply=reply)
        return len(doubted)

    def inquiry(self, command_id: str) -> Inquiry:
        """Returns what the ticket of a command asks here."""
        if SEQUENCE_ID.fullmatch(command_id):
            return KeptSequence(command_id, self)
        return (KeptBatch if BATCH_ID.fullmatch(command_id) else KeptOne)(command_id, self)

    def clear(self) -> None:
        """Forgets what was enqueued, with its outcomes and keys."""
        for each in (self.commands, self.outcomes, self.once, self.broadcasts, self.opted):
            each.clear()


class Keeps:
    """Puts an outbox in the place of Redis, for a producer of either kind."""

    _kept: Kept
    _delivery: Delivery

    def _inquiry(self, command_id: str) -> Inquiry:
        return self._kept.inquiry(command_id)

    def _campaign(self, broadcast_id: str) -> Campaign:
        return KeptCampaign(broadcast_id, self._kept)

    def _confirming(self, event: object) -> Steps[int]:
        return self._kept.confirming(event)

    def _learning(self, heard: Heard) -> Steps[Learned]:
        return self._kept.learning(heard)

    def _opting_out(self, psid: str, of: OptOut) -> Steps[None]:
        return self._kept.opting_out(checked(self._delivery).page, psid, of)

    def _opting_in(self, psid: str) -> Steps[bool]:
        return self._kept.opting_in(checked(self._delivery).page, psid)


class KeptOne(Inquiry):
    """Asks an outbox after one command: it ends when the test says so, and waiting for more is an error at once."""

    def __init__(self, command_id: str, kept: Kept) -> None:
        super().__init__(command_id, Keys())
        self._kept = kept

    def outcome(self) -> Steps[Outcome | None]:
        """Comes to the outcome that the test gave it, or to None."""
        yield from ()
        return self._kept.outcomes.get(self.id)

    def cancel(self) -> Steps[bool]:
        """Ends the command as cancelled; comes to False when it has ended."""
        yield from ()
        if self.id in self._kept.outcomes or all(each.id != self.id for each in self._kept.commands):
            return False
        self._kept.end(self.id, "cancelled")
        return True

    def wait(self, timeout_s: float) -> Steps[Outcome]:
        """Comes to the outcome, without waiting; raises `OutcomeTimeoutError`."""
        found = yield from self.outcome()
        if found is None:
            raise OutcomeTimeoutError(
                f"{self.id} has not ended within {timeout_s:g} s, and never will: nothing sends what is in an outbox; "
                "use outbox.reply_to(type, reply) or outbox.end(ticket, …), or the fixture outbound_worker"
            )
        return found


class KeptParts(JointInquiry, KeptOne):
    """Asks an outbox after several commands as one."""

    def _ended(self, known: Mapping[str, Outcome]) -> Steps[dict[str, Outcome]]:
        yield from ()
        found = {part.id: self._kept.outcomes.get(part.id) for part in self.parts}
        return {**known, **{each: outcome for each, outcome in found.items() if outcome is not None}}

    def _cancelled(self, ids: Sequence[str]) -> Steps[int]:
        cancelled = 0
        for each in ids:
            cancelled += yield from KeptOne(each, self._kept).cancel()
        return cancelled


class KeptBatch(BatchInquiry, KeptParts):
    """Asks an outbox after a batch."""

    def __init__(self, batch_id: str, kept: Kept) -> None:
        BatchInquiry.__init__(self, batch_id, Keys())
        self._kept = kept
        base = batch_id.partition("x")[0]
        # in an outbox linked parts are commands of their own too
        self.parts = tuple(KeptOne(f"{base}.{place}", kept) for place in range(len(self.parts)))
        self._linked: list[int] = []


class KeptSequence(SequenceInquiry, KeptParts):
    """Asks an outbox after a sequence; steps end one by one, as the test says."""

    def __init__(self, sequence_id: str, kept: Kept) -> None:
        SequenceInquiry.__init__(self, sequence_id, Keys())
        self._kept = kept
        self.parts = tuple(KeptOne(each.id, kept) for each in self.parts)


class KeptCampaign(Campaign):
    """The steps of a broadcast in an outbox: each person is one command there."""

    def __init__(self, broadcast_id: str, kept: Kept) -> None:
        super().__init__(broadcast_id, Keys(), 0)
        self._kept = kept
        self._command: SendMessage | None = None
        self._delivery = Delivery()

    def progress(self) -> Steps[Progress]:
        """Comes to how far the broadcast is: nothing of it ends but by `cancel` or by the test."""
        yield from ()
        found = self._kept.broadcasts.get(self.id)
        if found is None:
            raise self._none()
        of_it = [each.id for each in self._kept.commands if each.broadcast == self.id]
        ended: dict[str, int] = {}
        for outcome in (self._kept.outcomes[each] for each in of_it if each in self._kept.outcomes):
            ended[outcome.name] = ended.get(outcome.name, 0) + 1
        waiting = len(of_it) - sum(ended.values())
        return msgspec.structs.replace(found, added=len(of_it), waiting=waiting, ended=ended)

    def pause(self, reason: str) -> Steps[bool]:  # noqa: ARG002 (nobody reads a reason here)
        """Holds the broadcast; comes to False when nobody is left to be sent to."""
        found = yield from self.progress()
        if found.state == "cancelled" or _is_done(found):
            return False
        self._change(paused=True, found=found)
        return True

    def resume(self) -> Steps[None]:
        """Releases the broadcast."""
        self._change(paused=False, found=(yield from self.progress()))

    def cancel(self) -> Steps[int]:
        """Ends every command of it that has not ended; comes to how many."""
        found = yield from self.progress()
        if _is_done(found):
            return 0
        self._change(state="cancelled", found=found)
        left = [
            each.id
            for each in self._kept.commands
            if each.broadcast == self.id and each.id not in self._kept.outcomes
        ]
        for each in left:
            self._kept.end(each, "cancelled")
        return len(left)

    def open(self, command: SendMessage, delivery: Delivery) -> Steps[None]:
        """Keeps the message."""
        yield from ()
        if self._kept.failure is not None:
            raise self._kept.failure
        self._command, self._delivery = command, delivery
        fresh = Progress(
            id=self.id,
            page=delivery.page,
            state="open",
            paused=False,
            added=0,
            waiting=0,
            ended={},
            created_at=datetime.now(UTC),
            rate_per_s=None,
            eta_s=None,
        )
        self._kept.broadcasts.setdefault(self.id, fresh)

    def add(self, on_progress: Callable[[int], object] | None = None) -> Steps[int]:
        """Keeps a command for each person who was not added yet; comes to how many."""
        there = {each.recipient for each in self._kept.commands if each.broadcast == self.id}
        before, read = len(there), 0
        assert self._command is not None  # noqa: S101 (it is opened first)
        problem: RecipientError | None = None
        while problem is None:
            people, problem = good_ones((yield Next(ROUND)), read)
            if not people:
                break
            for psid in people:
                read += 1
                if psid not in there:
                    command = msgspec.structs.replace(self._command, recipient=psid)
                    self._kept.commands.append(of_broadcast(self.id, len(there), command, self._delivery))
                    there.add(psid)
            if on_progress is not None:
                on_progress(read)
        if problem is not None:
            raise problem
        self._change(state="complete", found=(yield from self.progress()))
        return len(there) - before

    def _change(self, found: Progress, **fields: object) -> None:
        self._kept.broadcasts[self.id] = msgspec.structs.replace(found, **fields)


def _is_done(found: Progress) -> bool:
    return found.state == "complete" and found.waiting == 0
