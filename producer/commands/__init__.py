"""Commands: what a producer asks for, one frozen struct for each kind, in one tagged union."""

from producer.commands.admission import check, check_queueable
from producer.commands.apps import (
    GenerateMessengerCode,
    GetUserField,
    LogCustomEvents,
    SetNlpConfigs,
)
from producer.commands.blobs import attached, detached
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
from producer.commands.codec import TYPES, decode, encode, from_json, tag_of
from producer.commands.command import CommandOf
from producer.commands.files import FileData
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
from producer.commands.parts import BatchItem, Command, Part, RawPart, SendBatch, Single
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
from producer.commands.send import Recipient, RecipientObject, SenderAction, SendMessage, SendRawBody
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

__all__ = [
    "TYPES",
    "AssociateLabel",
    "BatchItem",
    "CancelBroadcast",
    "Command",
    "CommandOf",
    "CreateLabel",
    "CreateMessageCampaign",
    "CreateMessageCreative",
    "CreateMessageTemplate",
    "CreatePersona",
    "CreateSubscription",
    "DebugToken",
    "DeleteLabel",
    "DeleteMessageTemplate",
    "DeleteMessengerProfile",
    "DeletePersona",
    "DeleteUserMenu",
    "DissociateLabel",
    "ExtendThreadControl",
    "FileData",
    "GenerateMessengerCode",
    "GetAllPersonas",
    "GetAssociatedLabels",
    "GetBroadcast",
    "GetBroadcastMessagesSent",
    "GetInsight",
    "GetInsights",
    "GetLabelDetails",
    "GetLabelList",
    "GetMessageTags",
    "GetMessageTemplateLibrary",
    "GetMessageTemplates",
    "GetMessagingFeatureReview",
    "GetMessengerProfile",
    "GetNotificationMessageTokens",
    "GetPageInfo",
    "GetPageSubscription",
    "GetPersona",
    "GetPersonas",
    "GetProfileProperty",
    "GetReachEstimate",
    "GetSecondaryReceivers",
    "GetSubscriptions",
    "GetThreadOwner",
    "GetUserField",
    "GetUserMenu",
    "GetUserProfile",
    "LogCustomEvents",
    "ModerateConversations",
    "Part",
    "PassThreadControl",
    "RawPart",
    "Recipient",
    "RecipientObject",
    "ReleaseThreadControl",
    "RequestThreadControl",
    "SendBatch",
    "SendBroadcastMessage",
    "SendMarketingMessage",
    "SendMessage",
    "SendRawBody",
    "SendSponsoredMessage",
    "SenderAction",
    "SetMessengerProfile",
    "SetNlpConfigs",
    "SetUserMenu",
    "Single",
    "StartReachEstimation",
    "TakeThreadControl",
    "UploadAttachment",
    "attached",
    "check",
    "check_queueable",
    "decode",
    "detached",
    "encode",
    "from_json",
    "tag_of",
]
