"""Refusals because of the call itself: it ends, as a dead letter where somebody can mend it."""

from typing import Final

from worker.judge.row import Row


def _refused(name: str, reason: str, code: int, *subcodes: int) -> Row:
    return Row(name=name, codes=(code,), subcodes=subcodes, kind="refused", dead_letter=True, reason=reason)


_PARAMETERS: Final = (
    _refused(
        "bad-parameter", "Graph does not accept a parameter, a message tag or a token in the message.", 100
    ),
    _refused("object-missing", "The object does not exist, or the token may not see it.", 100, 33),
    _refused("message-and-state", "A message and a sender action cannot go together.", 100, 2018014),
    _refused("message-empty", "The message is empty.", 100, 2018034),
    _refused("wrong-app-id", "The app id is wrong.", 100, 2018164),
    _refused("wrong-product-id", "The product id is wrong.", 100, 2018320),
    _refused("version-too-old", "The product template wants a newer version of the Graph API.", 100, 2018328),
    _refused("instagram-not-linked", "The Page is not linked to an Instagram account.", 100, 2534013),
    _refused("bad-message-data", "Graph does not accept the message's data.", 100, 2534015),
    _refused("comment-not-repliable", "The comment cannot get a private reply.", 100, 2534025),
    _refused("bad-account-linking-token", "The account linking token is wrong or used up.", 10303),
    _refused("alias-unknown", "An id or alias in the call does not exist.", 803),
    # 2500 is in no list of Meta's.
    _refused("bad-path", "The path does not exist, or does not go with this token.", 2500),
    _refused("method-deprecated", "Meta has retired this method.", 11),
    Row(
        name="duplicate-post",
        codes=(506,),
        kind="refused",
        reason="The same post was made just before.",
    ),
)

_ATTACHMENTS: Final = (
    Row(
        name="file-not-fetched",
        codes=(100,),
        subcodes=(2018008,),
        kind="retry",
        attempts_max=3,
        then="refused",
        reason="Meta could not fetch the file from its URL.",
    ),
    Row(
        name="video-not-fetched",
        codes=(100,),
        subcodes=(2018294,),
        kind="retry",
        attempts_max=2,
        then="refused",
        reason="The video is broken, or Meta could not fetch it within 75 seconds.",
    ),
    _refused(
        "upload-failed", "Meta could not take the file; mostly its type is not what was said.", 100, 2018047
    ),
    _refused("attachment-id-invalid", "The attachment id is unknown or older than 90 days.", 100, 2018074),
    _refused("attachment-too-large", "The attachment is too large.", 100, 2018109),
    _refused("image-too-large", "The image is too large.", 36000),
    Row(
        name="link-not-scraped",
        numbers=(1609005,),
        kind="refused",
        dead_letter=True,
        reason="Meta could not read the page behind the link.",
    ),
)

_ROUTING_AND_TIME: Final = (
    Row(
        name="thread-owned-by-another-app",
        numbers=(2018300,),
        kind="refused",
        dead_letter=True,
        reason="Another app controls the conversation: take or request control first.",
    ),
    _refused(
        "not-thread-owner", "This app does not control the conversation: take control first.", 100, 2534037
    ),
    _refused("marketing-too-soon", "The least time between two marketing messages is not over.", 4, 2018354),
    _refused("opt-in-requests-used-up", "The person may be asked for no more opt-ins for now.", 9, 2018352),
    Row(
        name="game-notifications-used-up",
        numbers=(2018144,),
        kind="refused",
        dead_letter=True,
        reason="An Instant Game may notify a person five times in ten days.",
    ),
    Row(
        name="message-deleted",
        numbers=(9000001,),
        kind="refused",
        reason="The message was deleted by the person or the business.",
    ),
)

REQUESTS: Final[tuple[Row, ...]] = (*_PARAMETERS, *_ATTACHMENTS, *_ROUTING_AND_TIME)
