"""Tokens, permissions and restrictions: everything of the scope waits unharmed until somebody mends it.

A missing permission holds the Page when it stops messages. For any other call, and for a feature of its own, it ends
that call as a dead letter, so that a lack of insights or labels never stops a Page's messages.

Every hold ends by itself, and one call then tries: what an answer says may be wrong, or be mended where nobody tells
us. Each that fails doubles the time, up to 32 times.
"""

from typing import Final

from worker.judge.row import Row

_RESTRICTION_PROBE_S: Final = 1_800
# Another token ends the hold at once; the same one may come back to life, when its owner passes a checkpoint.
_TOKEN_PROBE_S: Final = 900
# A code that names neither permission nor feature is weak evidence of a lack of the whole Page's.
_PERMISSION_PROBE_S: Final = 300
# It stops every Page of the app, and is mended by whoever set the secret, mostly soon.
_PROOF_PROBE_S: Final = 60


def _token_row(name: str, reason: str, *subcodes: int) -> Row:
    return Row(
        name=name,
        codes=(190,),
        subcodes=subcodes,
        kind="held",
        scope="page",
        hold_for_s=_TOKEN_PROBE_S,
        token_mends=True,
        alert=True,
        reason=reason,
    )


def _permission_row(name: str, reason: str, code: int, *subcodes: int) -> Row:
    return Row(
        name=name,
        codes=(code,),
        subcodes=subcodes,
        kind="held",
        scope="page",
        hold_for_s=_RESTRICTION_PROBE_S if subcodes else _PERMISSION_PROBE_S,
        token_mends=True,
        alert=True,
        calls="sends",
        reason=reason,
    )


def _feature_row(name: str, reason: str, code: int, *subcodes: int) -> Row:
    return Row(
        name=name,
        codes=(code,),
        subcodes=subcodes,
        kind="refused",
        dead_letter=True,
        alert=True,
        reason=reason,
    )


_TOKENS: Final = (
    Row(
        name="token-dead",
        # 104 is in no list of Meta's; Graph gives it where a token is missing.
        codes=(102, 104, 190),
        kind="held",
        scope="page",
        hold_for_s=_TOKEN_PROBE_S,
        token_mends=True,
        alert=True,
        reason="The Page's access token is missing or no longer valid.",
    ),
    Row(
        name="token-dead-without-code",
        error_type="OAuthException",
        # A 5xx of that type tells of Graph's trouble, not of the token.
        statuses=(200, 499),
        kind="held",
        scope="page",
        hold_for_s=_TOKEN_PROBE_S,
        token_mends=True,
        alert=True,
        reason="Graph does not accept the Page's access token.",
    ),
    _token_row("app-removed", "The person behind the Page's token has removed the app.", 458),
    _token_row(
        "token-owner-checkpointed", "The person behind the Page's token must log in to Facebook.", 459
    ),
    _token_row("password-changed", "The person behind the Page's token has changed the password.", 460),
    _token_row("token-expired", "The Page's access token has expired.", 463),
    _token_row("token-owner-unconfirmed", "The account behind the Page's token is not confirmed.", 464),
    _token_row("token-invalid", "The Page's access token is invalid.", 467),
    _token_row("page-role-lost", "The person behind the Page's token has no role on the Page any more.", 492),
    Row(
        name="proof-wrong",
        codes=(100,),
        names_proof=True,
        kind="held",
        scope="app",
        hold_for_s=_PROOF_PROBE_S,
        alert=True,
        reason="The appsecret_proof is wrong or missing: check the app secret.",
    ),
)

_PERMISSIONS: Final = (
    _permission_row("capability-missing", "The app lacks a capability or permission for this.", 3),
    _permission_row("permission-denied", "The app has no permission for this.", 10),
    _permission_row("messaging-permission-missing", "The app needs the permission pages_messaging.", 230),
    _permission_row(
        "app-not-live",
        "The app is not live, or pages_messaging is not approved, and the person has no role in the app.",
        200,
        2018028,
    ),
    _permission_row(
        "instagram-access-disabled",
        "The owner of the Instagram account has disabled access to messages.",
        200,
        2534041,
    ),
    _permission_row(
        "instagram-link-broken",
        "The link between Page and Instagram account is broken, or wants two-factor login.",
        10,
        2534077,
    ),
    Row(
        name="permission-missing",
        code_range=(200, 299),
        calls="sends",
        kind="held",
        scope="page",
        hold_for_s=_PERMISSION_PROBE_S,
        token_mends=True,
        alert=True,
        reason="A permission was not granted, or was removed.",
    ),
    Row(
        name="permission-missing-for-call",
        codes=(3, 10),
        calls="others",
        kind="refused",
        dead_letter=True,
        alert=True,
        reason="The app has no permission for this kind of call.",
    ),
    Row(
        name="permission-not-granted-for-call",
        code_range=(200, 299),
        calls="others",
        kind="refused",
        dead_letter=True,
        alert=True,
        reason="The permission for this kind of call was not granted, or was removed.",
    ),
    _feature_row(
        "label-terms-open", "An admin of the Page must accept the terms of custom labels.", 2, 2018344
    ),
    _feature_row(
        "phone-number-permission-missing", "Messaging phone numbers is not permitted.", 200, 2018027
    ),
    _feature_row(
        "phone-number-fee-open", "Messaging phone numbers wants a fee from this Page.", 200, 2018021
    ),
)

_RESTRICTIONS: Final = (
    Row(
        name="page-restricted",
        codes=(10,),
        subcodes=(1893063,),
        kind="held",
        scope="page",
        hold_for_s=_RESTRICTION_PROBE_S,
        alert=True,
        reason="Meta has restricted the Page from sending for a time.",
    ),
    # Ends the request for an opt-in only: the Page's ordinary messages may still be sent.
    _feature_row("opt-in-requests-restricted", "Meta does not let the Page ask for opt-ins.", 10, 1404170),
    Row(
        name="instagram-business-blocked",
        codes=(100,),
        subcodes=(2534029,),
        kind="held",
        scope="page",
        hold_for_s=2 * _RESTRICTION_PROBE_S,
        alert=True,
        reason="Meta has blocked the business from messaging on Instagram.",
    ),
    Row(
        name="policy-block",
        codes=(368,),
        kind="held",
        scope="page",
        hold_for_s=2 * _RESTRICTION_PROBE_S,
        alert=True,
        reason="Meta has blocked this for a time, for a violation of its policies.",
    ),
    Row(
        name="commerce-messages-disabled",
        codes=(2022,),
        kind="held",
        scope="page",
        hold_for_s=2 * _RESTRICTION_PROBE_S,
        alert=True,
        reason="Meta has disabled the Page's commerce messages after a violation of its policies.",
    ),
)

ACCESS: Final[tuple[Row, ...]] = (*_TOKENS, *_PERMISSIONS, *_RESTRICTIONS)
