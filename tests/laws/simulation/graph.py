"""Graph on paper: keeps what it was asked and what of it reached people, and answers with every row of the table."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from producer.commands import SendBatch
from tests.laws.simulation.books import Books, Call
from tests.laws.simulation.world import World
from tests.worker.judge.answers import answers_for
from worker.call.graph.answers import NULL_PART, Answer, Answered, Lost, NotSent
from worker.call.prepare import Job
from worker.judge import DEFAULT, judge
from worker.settle.judged import MESSAGE_TYPES

# What asks for half an hour would outlast a story, and a row of many codes would be met all the time.
DELAY_S_MAX: Final = 600
CODES_MAX: Final = 4
ODD: Final[tuple[Answer, ...]] = tuple(
    answer
    for row in DEFAULT.rows
    if (row.delay_s or 0) <= DELAY_S_MAX
    for answer in answers_for(row)[:CODES_MAX]
)
TOKEN_DEAD: Final = Answered(
    401, b'{"error":{"message":"x","type":"OAuthException","code":190,"error_subcode":460}}'
)
LETTERS: Final = {"t": "text", "m": "media", "p": "profile", "o": "other"}
PARTS_OK: Final = Answered(200, b'{"recipient_id":"1","message_id":"m"}')


class PaperGraph:
    """The far end. `tokens` are the ones that are good now, by Page."""

    def __init__(self, world: World, books: Books, pages: Sequence[str]) -> None:
        self.world = world
        self.books = books
        self.tokens = {page: f"{page}-0" for page in pages}
        self._at_ms = 0  # when it is asked

    def change_token(self, page: str) -> None:
        """Makes the Page's token another one: whoever has the old one is refused."""
        name, _, number = self.tokens[page].partition("-")
        self.tokens[page] = f"{name}-{int(number) + 1}"

    def ask(self, jobs: Sequence[Job], at_ms: int) -> tuple[list[Answer], list[list[Call]]]:
        """Carries out the jobs of one chunk; returns an answer for each, and the calls that reached it for each."""
        self._at_ms = at_ms
        world, faults = self.world, self.world.faults
        if world.happens(faults.request_not_sent):
            return [NotSent("no connection to Graph")] * len(jobs), [[] for _ in jobs]
        if world.happens(faults.whole_answer):
            return self._whole(jobs)
        found = [self._one(job, len(jobs)) for job in jobs]
        if world.happens(faults.request_lost):
            # the connection broke: perhaps before the last of the parts were carried out
            carried = world.chance.choice((0, len(jobs), world.chance.randint(0, len(jobs))))
            for place, (_, call) in enumerate(found):
                if call is not None:
                    call.delivered = call.delivered and place < carried
            return [Lost("the connection broke")] * len(jobs), [self._noted(call) for _, call in found]
        return [answer for answer, _ in found], [self._noted(call) for _, call in found]

    def _whole(self, jobs: Sequence[Job]) -> tuple[list[Answer], list[list[Call]]]:
        answer = self.world.chance.choice(ODD)
        if isinstance(answer, Answered) and (len(jobs) > 1 or isinstance(jobs[0].command, SendBatch)):
            answer = msgspec.structs.replace(answer, whole=True)
        calls = [self._call(job, delivered=self._may_be_delivered(job, answer)) for job in jobs]
        if isinstance(answer, NotSent):
            return [answer] * len(jobs), [[] for _ in jobs]
        return [answer] * len(jobs), [self._noted(call) for call in calls]

    def _one(self, job: Job, parts: int) -> tuple[Answer, Call | None]:
        if job.calls[0].credentials.access_token != self.tokens[job.taken.page]:
            return TOKEN_DEAD, self._call(job, delivered=False)
        if self.world.happens(self.world.faults.odd_answer):
            answer = self.world.chance.choice(ODD)
            if isinstance(answer, Lost) and parts > 1:
                answer = Lost(NULL_PART)
            if isinstance(answer, NotSent):
                return answer, None
            return answer, self._call(job, delivered=self._may_be_delivered(job, answer))
        return self._success(job), self._call(job, delivered=True)

    def _success(self, job: Job) -> Answer:
        headers: Mapping[str, str] = {}
        if self.world.happens(self.world.faults.usage):
            headers = {"x-page-usage": f'{{"call_count":{self.world.chance.randint(75, 110)}}}'}
        if isinstance(job.command, SendBatch):
            part = {"code": 200, "body": PARTS_OK.body.decode()}
            return Answered(200, msgspec.json.encode([part] * len(job.command.parts)), headers)
        return Answered(200, PARTS_OK.body, headers)

    def _may_be_delivered(self, job: Job, answer: Answer) -> bool:
        """Tells whether Graph acted although it did not say so: what the table calls unknown is no promise."""
        taken = job.taken
        verdict = judge(answer, is_send=True, is_message=taken.type in MESSAGE_TYPES, page=taken.page)
        return verdict.kind == "sent" or (verdict.kind == "unknown" and self.world.happens(0.5))

    def _call(self, job: Job, *, delivered: bool) -> Call:
        taken = job.taken
        order = self.books.orders.get(taken.id)
        return Call(
            id=taken.id,
            page=taken.page,
            rate_class=LETTERS[taken.rate_class],
            bucket=order.bucket if order else "",
            cost=len(job.calls),
            at_ms=self._at_ms,
            number=0,
            delivered=delivered,
        )

    def _noted(self, call: Call | None) -> list[Call]:
        if call is None:
            return []
        call.number = self.books.next_number()
        self.books.calls.append(call)
        return [call]
