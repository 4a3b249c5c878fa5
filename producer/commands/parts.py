"""The explicit batch: commands and raw parts side by side, some linked by name."""

from typing import TypeAlias

import msgspec

from producer.commands.apps import (
    GenerateMessengerCode,
    GetUserField,
    LogCustomEvents,
    SetNlpConfigs,
)
from producer.commands.broadcasts import (
    CancelBroadcast,
    CreateMessageCreative,
    GetBroadcast,
    GetBroadcastMessagesSent,
    GetReachEstimate,
    SendBroadcastMessage,
    SendSponsoredMessage,
    StartReachEstimation,
)
from producer.commands.command import CommandOf
from producer.commands.handover import (
    ExtendThreadControl,
    GetSecondaryReceivers,
    GetThreadOwner,
    PassThreadControl,
    ReleaseThreadControl,
    RequestThreadControl,
    TakeThreadControl,
)
from producer.commands.insights import (
    GetInsight,
    GetInsights,
)
from producer.commands.labels import (
    AssociateLabel,
    CreateLabel,
    DeleteLabel,
    DissociateLabel,
    GetAssociatedLabels,
    GetLabelDetails,
    GetLabelList,
)
from producer.commands.marketing import (
    CreateMessageCampaign,
    GetNotificationMessageTokens,
    SendMarketingMessage,
)
from producer.commands.pages import (
    CreateSubscription,
    DebugToken,
    GetMessageTags,
    GetMessagingFeatureReview,
    GetPageInfo,
    GetPageSubscription,
    GetSubscriptions,
)
from producer.commands.personas import (
    CreatePersona,
    DeletePersona,
    GetAllPersonas,
    GetPersona,
    GetPersonas,
)
from producer.commands.profile import (
    DeleteMessengerProfile,
    DeleteUserMenu,
    GetMessengerProfile,
    GetProfileProperty,
    GetUserMenu,
    GetUserProfile,
    SetMessengerProfile,
    SetUserMenu,
)
from producer.commands.results import PartReply
from producer.commands.send import SenderAction, SendMessage, SendRawBody
from producer.commands.upkeep import (
    CreateMessageTemplate,
    DeleteMessageTemplate,
    GetMessageTemplateLibrary,
    GetMessageTemplates,
    ModerateConversations,
)
from producer.commands.uploads import (
    UploadAttachment,
)


class RawPart(
    CommandOf[object],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="raw_part",
    forbid_unknown_fields=True,
):
    """One call as Graph's batch takes it: `{"method": …, "relative_url": …, "body": …}`, sent as it is.

    A `body` object becomes a query string; `responseAccessPath` (`data[0].thread_owner`) is not sent, and picks that
    value from the answer.
    """

    part: dict[str, object]


# Every command that makes one call of its own.
Single: TypeAlias = (
    SendMessage
    | SenderAction
    | SendRawBody
    | RawPart
    | GenerateMessengerCode
    | GetUserField
    | LogCustomEvents
    | SetNlpConfigs
    | CancelBroadcast
    | CreateMessageCreative
    | GetBroadcast
    | GetBroadcastMessagesSent
    | GetReachEstimate
    | SendBroadcastMessage
    | SendSponsoredMessage
    | StartReachEstimation
    | GetSecondaryReceivers
    | GetThreadOwner
    | ExtendThreadControl
    | PassThreadControl
    | ReleaseThreadControl
    | RequestThreadControl
    | TakeThreadControl
    | GetInsight
    | GetInsights
    | AssociateLabel
    | CreateLabel
    | DeleteLabel
    | DissociateLabel
    | GetAssociatedLabels
    | GetLabelDetails
    | GetLabelList
    | CreateSubscription
    | DebugToken
    | GetMessageTags
    | GetMessagingFeatureReview
    | GetPageInfo
    | GetPageSubscription
    | GetSubscriptions
    | CreatePersona
    | DeletePersona
    | GetAllPersonas
    | GetPersona
    | GetPersonas
    | DeleteMessengerProfile
    | DeleteUserMenu
    | GetMessengerProfile
    | GetProfileProperty  # type: ignore[type-arg]  # bare, since isinstance takes no other
    | GetUserMenu
    | GetUserProfile
    | SetMessengerProfile
    | SetUserMenu
    | UploadAttachment
    | CreateMessageTemplate
    | DeleteMessageTemplate
    | GetMessageTemplateLibrary
    | GetMessageTemplates
    | ModerateConversations
    | CreateMessageCampaign
    | SendMarketingMessage
    | GetNotificationMessageTokens
)


class Part(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="part",
    forbid_unknown_fields=True,
):
    """A command inside a batch with its links: others wait for it by `name`, it waits for those of `depends_on`.

    A named part that others depend on is answered with null once it succeeded, unless `omit_response_on_success` is
    false.
    """

    command: Single
    name: str | None = None
    depends_on: str | None = None
    omit_response_on_success: bool | None = None


BatchItem: TypeAlias = Part | Single


class SendBatch(
    CommandOf[list[PartReply | None]],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="send_batch",
    forbid_unknown_fields=True,
):
    """Makes the calls of `parts` (1 to 10 000) in as few requests as Graph allows, 50 parts each, in order."""

    parts: list[BatchItem]
    include_headers: bool | None = None


Command: TypeAlias = Single | SendBatch
