"""What passes by itself, and what nobody can know: temporary failures, lost answers, answers that say nothing.

Kind `unknown` is for sends: they may have been carried out. A call that is no send is tried again.
"""

from typing import Final

from worker.judge.row import Row

OUTAGES: Final[tuple[Row, ...]] = (
    Row(
        name="lost",
        situation="lost",
        kind="unknown",
        reason="The request left, and no answer came.",
    ),
    Row(
        name="not-sent",
        situation="not-sent",
        kind="retry",
        attempt=False,
        reason="The request never left, or Graph did not run it.",
    ),
    Row(
        name="answer-unreadable",
        situation="answer-unreadable",
        kind="unknown",
        reason="The answer says neither success nor failure.",
    ),
    Row(
        name="success-without-id",
        situation="success-without-id",
        kind="unknown",
        reason="Graph answered a message without an error, but also without its id.",
    ),
    Row(
        name="server-failed",
        statuses=(500, 599),
        kind="unknown",
        reason="Graph, or something before it, failed.",
    ),
    Row(
        name="server-timed-out",
        statuses=(408, 408),
        kind="unknown",
        reason="Something before Graph waited too long for it.",
    ),
    Row(
        name="stopped-before-graph",
        statuses=(300, 499),
        without_error=True,
        kind="retry",
        alert=True,
        reason="Something before Graph turned the request away.",
    ),
    Row(
        name="unknown-failure",
        codes=(1,),
        kind="unknown",
        reason="Graph failed without saying why.",
    ),
    Row(
        name="unknown-failure-of-permission",
        codes=(1,),
        subcodes=(99,),
        kind="unknown",
        attempts_max=3,
        then="held",
        then_scope="page",
        # One command's failures are weak evidence: after this time another one tries.
        hold_for_s=1_800,
        token_mends=True,
        alert=True,
        calls="sends",
        reason="Graph failed without saying why; a missing permission or advanced access can cause it.",
    ),
    Row(
        name="unknown-failure-of-call-permission",
        codes=(1,),
        subcodes=(99,),
        kind="retry",
        attempts_max=3,
        then="refused",
        alert=True,
        calls="others",
        reason="Graph failed without saying why; a missing permission or advanced access can cause it.",
    ),
    Row(
        name="invalid-reply-though-sent",
        codes=(1,),
        subcodes=(1357046,),
        kind="unknown",
        reason="Graph reports an invalid reply, which also happens to messages that were sent.",
    ),
    Row(
        name="temporary-failure",
        codes=(2,),
        kind="unknown",
        attempts_max=4,
        then="refused",
        reason="Graph is temporarily unavailable, or the person has blocked the Page.",
    ),
    Row(
        name="temporary-code-for-good",
        codes=(2,),
        transient=False,
        kind="refused",
        dead_letter=True,
        reason="Graph gives its code for a temporary failure, but says that this one is not.",
    ),
    Row(
        name="send-temporarily-failed",
        codes=(1200,),
        kind="unknown",
        reason="Graph could not send the message now.",
    ),
    Row(
        name="send-temporarily-failed-detailed",
        codes=(1200,),
        subcodes=(2018024,),
        kind="unknown",
        reason="Graph could not send the message now.",
    ),
    Row(
        name="web-chat-temporary-failure",
        # Known from Facebook's own chat only.
        numbers=(1545012,),
        kind="unknown",
        reason="Messenger failed temporarily.",
    ),
    Row(
        name="in-automated-flow",
        numbers=(2018321,),
        scope="recipient",
        kind="retry",
        delay_s=120,
        reason="The person is in an automated flow of Messenger's.",
    ),
    Row(
        name="transient-error",
        situation="error-transient",
        kind="unknown",
        reason="Graph reports an error that this table does not know, and says that it passes.",
    ),
    Row(
        name="unknown-error",
        situation="error-unknown",
        kind="refused",
        dead_letter=True,
        alert=True,
        reason="Graph refused it with an error that this table does not know.",
    ),
)
