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
        # "Messaging window closed" on the Send page (5 May 2026), "isn't available right now" on the page of codes.
        reason="The person is not available now: the window is closed, or they take no messages from the Page.",
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
    Row(
        name="profile-unavailable",
        numbers=(2018218,),
        kind="refused",
        scope="recipient",
        reason="There is no profile of this person to read, as of accounts made with a phone number.",
    ),
    Row(
        name="profile-not-permitted",
        numbers=(2018247,),
        kind="refused",
        scope="recipient",
        alert=True,
        reason="This person's profile, or a field of it, is not for this app to read.",
    ),
    Row(
        name="private-reply-sent-before",
        # After a lost answer this tells that the earlier try arrived.
        codes=(10900,),
        kind="refused",
        scope="recipient",
        reason="The comment or post has had its one private reply before.",
    ),
    Row(
        name="private-reply-impossible",
        codes=(10902, 10903),
        kind="refused",
        scope="recipient",
        reason="The comment or post, or who wrote it, cannot get a private reply.",
    ),
)
