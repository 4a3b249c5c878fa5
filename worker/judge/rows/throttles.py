"""Throttles: the scope is held for the time that Meta names, else for these seconds, and no attempt is counted."""

from typing import Final

from worker.judge.row import Row

THROTTLES: Final[tuple[Row, ...]] = (
    Row(
        name="app-limit-reached",
        codes=(4, 341),
        kind="throttled",
        scope="app",
        hold_for_s=60,
        reason="The app has made more calls than Meta allows it now.",
    ),
    Row(
        name="phone-number-sends-limited",
        codes=(4,),
        subcodes=(2018022,),
        kind="throttled",
        # Only sends to phone numbers: the app's other Pages go on.
        scope="lane",
        hold_for_s=300,
        reason="Too many sends to phone numbers.",
    ),
    Row(
        name="user-limit-reached",
        codes=(17, 32),
        kind="throttled",
        scope="page",
        hold_for_s=300,
        reason="The person whose token this Page uses has made more calls than Meta allows now.",
    ),
    Row(
        name="page-rate-limited",
        codes=(613,),
        calls="sends",
        kind="throttled",
        scope="page",
        hold_for_s=30,
        reason="The Page has sent faster than Meta allows it now.",
    ),
    Row(
        name="call-rate-limited",
        codes=(613,),
        calls="others",
        kind="throttled",
        # A limit of one endpoint, such as the Messenger profile's 10 calls in 10 minutes, stops no message.
        scope="lane",
        hold_for_s=60,
        reason="This kind of call was made more often than Meta allows now.",
    ),
    Row(
        name="inconsistent-volume",
        codes=(613,),
        subcodes=(1996,),
        kind="throttled",
        scope="page",
        hold_for_s=300,
        reason="Meta saw a sudden change in the volume of calls, and limits them.",
    ),
    Row(
        name="instagram-messaging-limited",
        codes=(613,),
        subcodes=(2534040,),
        kind="throttled",
        scope="page",
        hold_for_s=60,
        reason="The Instagram account has sent faster than Meta allows it now.",
    ),
    Row(
        name="page-quota-used-up",
        codes=(80001,),
        kind="throttled",
        scope="page",
        hold_for_s=300,
        reason="The Page's quota of calls is used up.",
    ),
    Row(
        name="instagram-quota-used-up",
        codes=(80002,),
        kind="throttled",
        scope="page",
        hold_for_s=300,
        reason="The Instagram account's quota of calls is used up.",
    ),
    Row(
        name="messenger-quota-used-up",
        codes=(80006,),
        kind="throttled",
        scope="page",
        hold_for_s=300,
        reason="The Page's quota of Messenger calls is used up.",
    ),
    Row(
        name="business-quota-used-up",
        code_range=(80000, 80014),
        kind="throttled",
        scope="page",
        hold_for_s=300,
        reason="A quota that Meta keeps for this business is used up.",
    ),
    Row(
        name="too-many-requests",
        statuses=(429, 429),
        kind="throttled",
        scope="page",
        hold_for_s=30,
        reason="Something before Graph refused the request as one too many.",
    ),
)
