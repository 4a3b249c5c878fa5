"""Refusals because of the person: an outcome, sometimes a fact to remember, and no dead letter: nobody can mend it.

A fact is given only where every later message would be refused too. A closed window, a stopped topic or a rule for one
kind of message is no such fact.
"""

from typing import Final

from worker.judge.row import Row

RECIPIENTS: Final[tuple[Row, ...]] = (
    Row(
        name="recipient-unavailable",
        codes=(200, 551),
        subcodes=(1545041,),
        kind="refused",
        scope="recipient",
        recipient_fact="blocked",
        reason="The person has blocked the Page, turned messages off or left.",
    ),
    Row(
        name="recipient-blocks-messages",
        codes=(551,),
        kind="refused",
        scope="recipient",
        recipient_fact="blocked",
        reason="The person receives no messages from the Page.",
    ),
    Row(
        name="recipient-unreachable",
        codes=(10,),
        subcodes=(2018108,),
        kind="refused",
        scope="recipient",
        recipient_fact="unreachable",
        reason="The person cannot receive the Page's messages now.",
    ),
    Row(
        name="recipient-unknown",
        codes=(100,),
        subcodes=(2018001, 2534014),
        kind="refused",
        scope="recipient",
        recipient_fact="unknown",
        reason="There is no such person for this Page.",
    ),
    Row(
        name="topic-stopped",
        codes=(10,),
        subcodes=(1893015,),
        kind="refused",
        scope="recipient",
        reason="The person has stopped this topic's notifications.",
    ),
    Row(
        name="region-rules",
        codes=(10,),
        subcodes=(2018336,),
        kind="refused",
        scope="recipient",
        reason="Rules of the person's region do not allow this message.",
    ),
    Row(
        name="outside-window",
        codes=(10,),
        subcodes=(2018278, 2534022),
        kind="refused",
        scope="recipient",
        reason="The time in which the Page may write to the person is over.",
    ),
    Row(
        name="outside-window-for-news",
        codes=(10,),
        subcodes=(2018065,),
        kind="refused",
        scope="recipient",
        reason="The time in which the Page may write to the person is over, and it has no permission for news.",
    ),
    Row(
        name="tagged-messages-bothersome",
        codes=(613,),
        subcodes=(2018338,),
        kind="refused",
        scope="recipient",
        alert=True,
        reason="Meta warns that tagged messages to this person are bothersome: stop them, or the Page is restricted.",
    ),
    Row(
        name="opt-in-asked-again",
        codes=(613,),
        subcodes=(1893016,),
        kind="refused",
        scope="recipient",
        reason="The person was asked for this topic's opt-in before.",
    ),
)
