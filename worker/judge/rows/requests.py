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
    _refused("ice-breakers-misformed", "Ice breakers have call_to_actions with a locale each.", 100, 2534058),
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


def _alone(name: str, reason: str, *numbers: int, dead_letter: bool = True, alert: bool = False) -> Row:
    return Row(
        name=name, numbers=numbers, kind="refused", dead_letter=dead_letter, alert=alert, reason=reason
    )


_FEATURES: Final = (
    _alone(
        "instagram-account-not-eligible",
        "The Instagram account may not use the API, or not yet.",
        36103,
        2534068,
        alert=True,
    ),
    _alone("receivers-only", "Only primary and secondary receivers may do this.", 2018171),
    _alone("receiver-hidden", "A secondary receiver may not see the others.", 2018234),
    _alone("payment-cancelled", "The person has cancelled the payment.", 24001, dead_letter=False),
    _alone("payment-without-privacy-url", "Payments want the URL of a privacy policy.", 24002),
    _alone("payment-without-user", "Meta found no user for the payment.", 24005),
    # These are told to pages in Messenger's own browser; should one come here, it is known.
    _alone(
        "messenger-extensions-failed",
        "Messenger Extensions refused it: the page's domain, the link or what it shares.",
        2018154,
        2018163,
        2018166,
        2071010,
        2071011,
        *range(2071014, 2071026),
    ),
    _alone(
        "calling-not-permitted", "Meta has not allowed calls for this Page.", 2018389, 2018394, alert=True
    ),
    _alone("call-parameter-wrong", "A parameter of the call on Messenger is wrong.", 2018391, 2018392),
    _alone(
        "call-over",
        "The call on Messenger is over, or not this Page's.",
        2018390,
        2018393,
        2018395,
        2018396,
        dead_letter=False,
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

REQUESTS: Final[tuple[Row, ...]] = (*_PARAMETERS, *_FEATURES, *_ATTACHMENTS, *_ROUTING_AND_TIME)
