"""What the methods give back: the forms of Graph's answers, as far as Meta documents them.

Members may be absent, and Graph may add others: these are types for reading, not promises about the wire.
"""

from typing import TypedDict


class SendReply(TypedDict, total=False):
    """The answer to a send; no `recipient_id` for `user_ref` and `phone_number`, no `message_id` for actions."""

    recipient_id: str
    message_id: str
    attachment_id: str


class PartHeader(TypedDict):
    """One header of a part's answer."""

    name: str
    value: str


class PartReply(TypedDict, total=False):
    """The answer to one part of a batch: HTTP status `code`, `headers`, and the parsed `body`."""

    code: int
    headers: list[PartHeader]
    body: object


class Success(TypedDict, total=False):
    """Done."""

    success: bool


class ProfileChange(TypedDict, total=False):
    """`result` is `success`."""

    result: str


class Created(TypedDict, total=False):
    """The id of what was made."""

    id: str


class UserProfile(TypedDict, total=False):
    """A person, with the fields that were asked for and granted."""

    id: str
    name: str
    first_name: str
    last_name: str
    profile_pic: str
    locale: str
    timezone: float
    gender: str
    # On Instagram.
    username: str
    follower_count: int
    is_verified_user: bool
    is_user_follow_business: bool
    is_business_follow_user: bool


class PageInfo(TypedDict, total=False):
    """A Page."""

    id: str
    name: str


class TokenInfo(TypedDict, total=False):
    """What Graph knows of a token; times in Unix seconds, 0 for never."""

    app_id: str
    application: str
    type: str
    expires_at: int
    data_access_expires_at: int
    is_valid: bool
    issued_at: int
    profile_id: str
    scopes: list[str]
    user_id: str


class SubscribedField(TypedDict, total=False):
    """One subscribed field with its version."""

    name: str
    version: str


class Subscription(TypedDict, total=False):
    """One webhook subscription of the app."""

    object: str
    callback_url: str
    active: bool
    fields: list[SubscribedField]


class FeatureReview(TypedDict, total=False):
    """A feature and its review: `pending`, `rejected`, `approved` or `limited`."""

    feature: str
    status: str


class MessageTag(TypedDict, total=False):
    """A message tag and what it is for."""

    tag: str
    description: str


class Cursors(TypedDict, total=False):
    """Where a page begins and ends."""

    before: str
    after: str


class Paging(TypedDict, total=False):
    """How to go on; addresses carry no token."""

    cursors: Cursors
    next: str
    previous: str


class Label(TypedDict, total=False):
    """A custom label."""

    id: str
    name: str
    page_label_name: str


class LabelPage(TypedDict, total=False):
    """One page of labels."""

    data: list[Label]
    paging: Paging


class MessageCreative(TypedDict, total=False):
    """A stored message."""

    message_creative_id: int


class Broadcast(TypedDict, total=False):
    """A broadcast: `status` is `SCHEDULED`, `IN_PROGRESS`, `FINISHED` or `CANCELED`."""

    broadcast_id: int
    id: str
    scheduled_time: str
    status: str


class SponsoredMessage(TypedDict, total=False):
    """A sponsored message."""

    ad_group_id: str
    broadcast_id: str
    success: bool


class ReachEstimate(TypedDict, total=False):
    """An estimate of reach."""

    id: str
    reach_estimation_id: str
    reach_estimate: str


class InsightValue(TypedDict, total=False):
    """One value of a metric; `end_time` in ISO 8601."""

    value: object
    end_time: str


class Insight(TypedDict, total=False):
    """One metric."""

    id: str
    name: str
    period: str
    title: str
    description: str
    values: list[InsightValue]


class Uploaded(TypedDict, total=False):
    """The id of an upload, good for 90 days."""

    attachment_id: str


class MessengerCode(TypedDict, total=False):
    """Where the picture of a code lies."""

    uri: str


class ThreadOwner(TypedDict, total=False):
    """The app that owns a conversation, and until when, in Unix seconds."""

    app_id: str
    expiration: int


class Receiver(TypedDict, total=False):
    """An app that is a secondary receiver."""

    id: str
    name: str


class IdPage(TypedDict, total=False):
    """One page of a person's ids."""

    data: list[dict[str, object]]
    paging: Paging


class Persona(TypedDict, total=False):
    """A persona."""

    id: str
    name: str
    profile_picture_url: str


class PersonaPage(TypedDict, total=False):
    """One page of personas."""

    data: list[Persona]
    paging: Paging


class TemplatePage(TypedDict, total=False):
    """One page of message templates."""

    data: list[dict[str, object]]
    paging: Paging
