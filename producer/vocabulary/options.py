"""Options of the methods: keyword arguments with Meta's names, typed so that a misspelling shows in the editor.

At run time an option of a send that this library does not know goes to Graph as it is, unless it looks misspelt; one of
another method is refused.
"""

from collections.abc import Mapping, Sequence
from typing import Required, TypedDict

from producer.commands.fields import Platform
from producer.commands.secrets import Secret
from producer.messages.quick_replies import QuickReply


class ReplyTo(TypedDict):
    """The message that is answered, by its id."""

    mid: str


class CallOptions(TypedDict, total=False):
    """`access_token`: another token for this one call; through the queue only as `producer.secret("name")`."""

    access_token: str | Secret


class PlatformOptions(CallOptions, total=False):
    """`platform`: `instagram` or `messenger`; without it that of the Page, as the worker's Pages file says."""

    platform: Platform


class ThreadControl(TypedDict, total=False):
    """What becomes of the conversation after a send: `release`, or `pass` to `app_id`, else to the default app."""

    control_type: Required[str]
    app_id: str | int


class SendOptions(CallOptions, total=False):
    """Options of every send.

    `messaging_type`: `UPDATE` (default), `RESPONSE`, `MESSAGE_TAG` (default with a tag), `UTILITY`.
    `quick_replies`: at most 13; they replace the message's own. `metadata`: at most 1000 characters, comes back in the
    echo. `notification_type`: `REGULAR`, `SILENT_PUSH`, `NO_PUSH`. `reply_to`: the `mid` of a message, or an object.
    `thread_control`: passes or releases the conversation once this is sent; only with conversation routing.
    """

    messaging_type: str
    tag: str
    quick_replies: Sequence[QuickReply | Mapping[str, object]]
    persona_id: str
    notification_type: str
    metadata: str
    reply_to: str | ReplyTo
    thread_control: ThreadControl


class MediaOptions(SendOptions, total=False):
    """Options of sends that may carry bytes: `filename` names them, with its ending; `content_type` overrides it."""

    filename: str
    content_type: str


class ActionOptions(CallOptions, total=False):
    """Options of a sender action."""

    persona_id: str


class UploadOptions(PlatformOptions, total=False):
    """Options of an upload: `is_reusable` (default false); name and type of bytes."""

    is_reusable: bool
    filename: str
    content_type: str


class BroadcastOptions(CallOptions, total=False):
    """Options of a broadcast."""

    custom_label_id: str | int
    targeting: Mapping[str, object]
    schedule_time: str | int
    messaging_type: str
    notification_type: str
    persona_id: str
    tag: str


class CampaignOptions(CallOptions, total=False):
    """Options of a campaign: budgets in cents, one of the two at most; times in Unix seconds or as text of a time."""

    daily_budget: int
    lifetime_budget: int
    pixel_id: str | int
    start_time: str | int
    end_time: str | int


class MarketingOptions(CallOptions, total=False):
    """Options of a marketing message: seconds that a talk with the person must lie back for it to be sent."""

    min_conversation_gap_seconds: int


class InsightOptions(CallOptions, total=False):
    """Options of a metric: times in Unix seconds."""

    since: int | str
    until: int | str
    period: str


class NlpOptions(CallOptions, total=False):
    """Configuration of built-in NLP; `n_best` is 1 to 8."""

    nlp_enabled: bool
    model: str
    custom_token: str | Secret
    verbose: bool
    n_best: int


class IdOptions(CallOptions, total=False):
    """Which app or Page the ids are for."""

    app: str | int
    page: str | int


class CodeOptions(CallOptions, total=False):
    """Options of a Messenger code: `image_size` in pixels, 100 to 2000; `data` with a `ref`."""

    image_size: int
    data: Mapping[str, object]
