"""Marketing messages: what their codes of 2300000 to 2300080 mean, in Meta's own groups.

Meta lists them without saying whether one comes as the code or as a subcode, so each is known in both places:
https://developers.facebook.com/documentation/business-messaging/messenger-platform/marketing-messages-on-messenger/api-reference
"""

from typing import Final

from worker.judge.row import Row

_HALF_AN_HOUR_S: Final = 1_800


def _later(name: str, reason: str, delay_s: float, *numbers: int) -> Row:
    return Row(name=name, numbers=numbers, kind="retry", delay_s=delay_s, reason=reason)


def _person(name: str, reason: str, *numbers: int) -> Row:
    return Row(name=name, numbers=numbers, kind="refused", scope="recipient", reason=reason)


def _mendable(name: str, reason: str, *numbers: int, alert: bool = False) -> Row:
    return Row(name=name, numbers=numbers, kind="refused", dead_letter=True, alert=alert, reason=reason)


def _limited(name: str, reason: str, number: int) -> Row:
    # Marketing messages, campaigns and lists of tokens share the lane of other calls: no ordinary message waits.
    return Row(name=name, numbers=(number,), kind="throttled", scope="lane", hold_for_s=60, reason=reason)


MARKETING: Final[tuple[Row, ...]] = (
    _later(
        "marketing-campaign-not-ready",
        "Meta is still preparing the campaign: it takes messages later.",
        120,
        2300012,
        2300041,
    ),
    _later(
        "marketing-wait-half-an-hour",
        "Meta cannot send this marketing message now, and asks for half an hour.",
        _HALF_AN_HOUR_S,
        2300055,
        2300061,
        2300062,
    ),
    _later(
        "marketing-not-now",
        "Meta cannot send this marketing message now, and asks to try again later.",
        600,
        2300057,
        2300060,
        2300063,
        2300068,
    ),
    _limited("marketing-sends-limited", "More marketing messages were sent than Meta allows now.", 2300078),
    _limited("marketing-campaigns-limited", "More campaigns were created than Meta allows now.", 2300079),
    _limited(
        "marketing-tokens-limited", "Subscription tokens were read more often than Meta allows now.", 2300080
    ),
    _person("marketing-stopped", "The person has stopped the Page's marketing messages.", 2300034),
    _person(
        "marketing-frequency-cap",
        "The person gets no more marketing messages for now: Meta caps how many anybody gets.",
        2300042,
        2300043,
        2300044,
    ),
    _person(
        "marketing-person-unavailable",
        "The person cannot receive a marketing message now, or is talking with the Page.",
        2300036,
        2300052,
    ),
    _person(
        "marketing-token-over",
        "The subscription token is expired, unknown or not this app's.",
        2300004,
        2300037,
    ),
    _person("marketing-region-of-person", "Marketing messages do not reach the person's region.", 2300032),
    _mendable(
        "marketing-sent-too-soon", "A subscription token takes one marketing message in 12 hours.", 2300035
    ),
    _mendable(
        "marketing-campaign-not-begun", "The campaign's start lies in the future: send after it.", 2300033
    ),
    _mendable(
        "marketing-budget-used-up",
        "The campaign's or the account's money for marketing messages is used up.",
        2300015,
        2300017,
        2300053,
        2300054,
        2300056,
        2300058,
        2300059,
        alert=True,
    ),
    _mendable(
        "marketing-not-set-up",
        "Terms, payment, permission or region of the app, the Page or the ad account are not in order.",
        2300011,
        2300013,
        2300019,
        2300030,
        2300031,
        2300039,
        2300040,
        2300066,
        2300067,
        2300069,
        alert=True,
    ),
    _mendable(
        "marketing-campaign-wrong",
        "The campaign is not active, not of this ad account or Page, or wrongly made.",
        2300000,
        2300001,
        2300002,
        2300003,
        2300005,
        2300006,
        2300007,
        2300008,
        2300009,
        2300014,
        2300016,
        2300020,
        2300064,
        2300070,
    ),
    _mendable(
        "marketing-message-wrong",
        "Meta does not accept the marketing message or a field of it.",
        2300010,
        2300018,
        *range(2300021, 2300028),
        2300038,
        *range(2300046, 2300049),
        2300065,
        *range(2300071, 2300078),
    ),
)
