# Written by tests/typing/stubs.py from the vocabulary's source: change that, and run it again.
from collections.abc import Iterable, Mapping, Sequence
from typing import Unpack, overload

from producer.commands.apps import GenerateMessengerCode, GetUserField, LogCustomEvents, SetNlpConfigs
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
from producer.commands.handover import (
    GetSecondaryReceivers,
    GetThreadOwner,
    PassThreadControl,
    RequestThreadControl,
    TakeThreadControl,
)
from producer.commands.insights import GetInsight, GetInsights
from producer.commands.labels import (
    AssociateLabel,
    CreateLabel,
    DeleteLabel,
    DissociateLabel,
    GetAssociatedLabels,
    GetLabelDetails,
    GetLabelList,
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
from producer.commands.parts import BatchItem, Part, SendBatch, Single
from producer.commands.personas import CreatePersona, DeletePersona, GetAllPersonas, GetPersona, GetPersonas
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
from producer.commands.secrets import Secret
from producer.commands.send import Recipient, SenderAction, SendMessage, SendRawBody
from producer.commands.upkeep import (
    CreateMessageTemplate,
    DeleteMessageTemplate,
    GetMessageTemplateLibrary,
    GetMessageTemplates,
    ModerateConversations,
)
from producer.commands.uploads import UploadAttachment
from producer.messages.airline import (
    AirlineBoardingPassTemplate,
    AirlineCheckinTemplate,
    AirlineItineraryTemplate,
    AirlineUpdateTemplate,
)
from producer.messages.buttons import Button
from producer.messages.message import Attachment, Message, Template
from producer.messages.profile import BotCommands, Greeting, IceBreaker, MessengerProfile
from producer.messages.receipt import ReceiptTemplate
from producer.messages.templates import (
    CouponTemplate,
    CustomerFeedbackTemplate,
    GenericElement,
    GridElement,
    MediaElement,
    OpenGraphElement,
    ProductElement,
    UtilityTemplate,
)
from producer.vocabulary.menus import MenuEntry
from producer.vocabulary.options import (
    ActionOptions,
    BroadcastOptions,
    CallOptions,
    CodeOptions,
    IdOptions,
    InsightOptions,
    MediaOptions,
    NlpOptions,
    SendOptions,
    UploadOptions,
)
from producer.vocabulary.uploads import Media, Upload

@overload
def send_raw_body(body: Mapping[str, object]) -> SendRawBody: ...
@overload
def send_raw_body(
    body: Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
) -> Part: ...
@overload
def send_raw_body(
    body: Mapping[str, object], *, depends_on: str, omit_response_on_success: bool | None = ...
) -> Part: ...
@overload
def send_message(
    recipient: Recipient, message: Message | Mapping[str, object], **options: Unpack[SendOptions]
) -> SendMessage: ...
@overload
def send_message(
    recipient: Recipient,
    message: Message | Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_message(
    recipient: Recipient,
    message: Message | Mapping[str, object],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_text(recipient: Recipient, text: str, **options: Unpack[SendOptions]) -> SendMessage: ...
@overload
def send_text(
    recipient: Recipient,
    text: str,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_text(
    recipient: Recipient,
    text: str,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_attachment(
    recipient: Recipient, attachment: Attachment | Mapping[str, object], **options: Unpack[SendOptions]
) -> SendMessage: ...
@overload
def send_attachment(
    recipient: Recipient,
    attachment: Attachment | Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_attachment(
    recipient: Recipient,
    attachment: Attachment | Mapping[str, object],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_audio(recipient: Recipient, audio: Media, **options: Unpack[MediaOptions]) -> SendMessage: ...
@overload
def send_audio(
    recipient: Recipient,
    audio: Media,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[MediaOptions],
) -> Part: ...
@overload
def send_audio(
    recipient: Recipient,
    audio: Media,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[MediaOptions],
) -> Part: ...
@overload
def send_image(recipient: Recipient, image: Media, **options: Unpack[MediaOptions]) -> SendMessage: ...
@overload
def send_image(
    recipient: Recipient,
    image: Media,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[MediaOptions],
) -> Part: ...
@overload
def send_image(
    recipient: Recipient,
    image: Media,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[MediaOptions],
) -> Part: ...
@overload
def send_video(recipient: Recipient, video: Media, **options: Unpack[MediaOptions]) -> SendMessage: ...
@overload
def send_video(
    recipient: Recipient,
    video: Media,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[MediaOptions],
) -> Part: ...
@overload
def send_video(
    recipient: Recipient,
    video: Media,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[MediaOptions],
) -> Part: ...
@overload
def send_file(recipient: Recipient, file: Media, **options: Unpack[MediaOptions]) -> SendMessage: ...
@overload
def send_file(
    recipient: Recipient,
    file: Media,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[MediaOptions],
) -> Part: ...
@overload
def send_file(
    recipient: Recipient,
    file: Media,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[MediaOptions],
) -> Part: ...
@overload
def send_images(
    recipient: Recipient, images: Iterable[str | Mapping[str, object]], **options: Unpack[SendOptions]
) -> SendMessage: ...
@overload
def send_images(
    recipient: Recipient,
    images: Iterable[str | Mapping[str, object]],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_images(
    recipient: Recipient,
    images: Iterable[str | Mapping[str, object]],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_sticker(
    recipient: Recipient, sticker_id: str | int, **options: Unpack[SendOptions]
) -> SendMessage: ...
@overload
def send_sticker(
    recipient: Recipient,
    sticker_id: str | int,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_sticker(
    recipient: Recipient,
    sticker_id: str | int,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_sender_action(
    recipient: Recipient, action: str, **options: Unpack[ActionOptions]
) -> SenderAction: ...
@overload
def send_sender_action(
    recipient: Recipient,
    action: str,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[ActionOptions],
) -> Part: ...
@overload
def send_sender_action(
    recipient: Recipient,
    action: str,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[ActionOptions],
) -> Part: ...
@overload
def mark_seen(recipient: Recipient, **options: Unpack[ActionOptions]) -> SenderAction: ...
@overload
def mark_seen(
    recipient: Recipient,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[ActionOptions],
) -> Part: ...
@overload
def mark_seen(
    recipient: Recipient,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[ActionOptions],
) -> Part: ...
@overload
def typing_on(recipient: Recipient, **options: Unpack[ActionOptions]) -> SenderAction: ...
@overload
def typing_on(
    recipient: Recipient,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[ActionOptions],
) -> Part: ...
@overload
def typing_on(
    recipient: Recipient,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[ActionOptions],
) -> Part: ...
@overload
def typing_off(recipient: Recipient, **options: Unpack[ActionOptions]) -> SenderAction: ...
@overload
def typing_off(
    recipient: Recipient,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[ActionOptions],
) -> Part: ...
@overload
def typing_off(
    recipient: Recipient,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[ActionOptions],
) -> Part: ...
@overload
def react(
    recipient: Recipient, message_id: str, reaction: str, **options: Unpack[ActionOptions]
) -> SenderAction: ...
@overload
def react(
    recipient: Recipient,
    message_id: str,
    reaction: str,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[ActionOptions],
) -> Part: ...
@overload
def react(
    recipient: Recipient,
    message_id: str,
    reaction: str,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[ActionOptions],
) -> Part: ...
@overload
def unreact(recipient: Recipient, message_id: str, **options: Unpack[ActionOptions]) -> SenderAction: ...
@overload
def unreact(
    recipient: Recipient,
    message_id: str,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[ActionOptions],
) -> Part: ...
@overload
def unreact(
    recipient: Recipient,
    message_id: str,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[ActionOptions],
) -> Part: ...
def send_batch(
    parts: Sequence[BatchItem | Mapping[str, object]],
    *,
    include_headers: bool | None = ...,
    access_token: str | Secret | None = ...,
) -> SendBatch: ...
@overload
def send_template(
    recipient: Recipient, template: Template | Mapping[str, object], **options: Unpack[SendOptions]
) -> SendMessage: ...
@overload
def send_template(
    recipient: Recipient,
    template: Template | Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_template(
    recipient: Recipient,
    template: Template | Mapping[str, object],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_button_template(
    recipient: Recipient,
    text: str,
    buttons: Sequence[Button | Mapping[str, object]],
    **options: Unpack[SendOptions],
) -> SendMessage: ...
@overload
def send_button_template(
    recipient: Recipient,
    text: str,
    buttons: Sequence[Button | Mapping[str, object]],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_button_template(
    recipient: Recipient,
    text: str,
    buttons: Sequence[Button | Mapping[str, object]],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_generic_template(
    recipient: Recipient,
    elements: Sequence[GenericElement | Mapping[str, object]],
    *,
    image_aspect_ratio: str | None = ...,
    **options: Unpack[SendOptions],
) -> SendMessage: ...
@overload
def send_generic_template(
    recipient: Recipient,
    elements: Sequence[GenericElement | Mapping[str, object]],
    *,
    image_aspect_ratio: str | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_generic_template(
    recipient: Recipient,
    elements: Sequence[GenericElement | Mapping[str, object]],
    *,
    image_aspect_ratio: str | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_list_template(
    recipient: Recipient,
    elements: Sequence[GenericElement | Mapping[str, object]],
    buttons: Sequence[Button | Mapping[str, object]] | None = ...,
    *,
    top_element_style: str | None = ...,
    **options: Unpack[SendOptions],
) -> SendMessage: ...
@overload
def send_list_template(
    recipient: Recipient,
    elements: Sequence[GenericElement | Mapping[str, object]],
    buttons: Sequence[Button | Mapping[str, object]] | None = ...,
    *,
    top_element_style: str | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_list_template(
    recipient: Recipient,
    elements: Sequence[GenericElement | Mapping[str, object]],
    buttons: Sequence[Button | Mapping[str, object]] | None = ...,
    *,
    top_element_style: str | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_open_graph_template(
    recipient: Recipient,
    elements: Sequence[OpenGraphElement | Mapping[str, object]],
    **options: Unpack[SendOptions],
) -> SendMessage: ...
@overload
def send_open_graph_template(
    recipient: Recipient,
    elements: Sequence[OpenGraphElement | Mapping[str, object]],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_open_graph_template(
    recipient: Recipient,
    elements: Sequence[OpenGraphElement | Mapping[str, object]],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_media_template(
    recipient: Recipient,
    elements: Sequence[MediaElement | Mapping[str, object]],
    **options: Unpack[SendOptions],
) -> SendMessage: ...
@overload
def send_media_template(
    recipient: Recipient,
    elements: Sequence[MediaElement | Mapping[str, object]],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_media_template(
    recipient: Recipient,
    elements: Sequence[MediaElement | Mapping[str, object]],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_receipt_template(
    recipient: Recipient, receipt: ReceiptTemplate | Mapping[str, object], **options: Unpack[SendOptions]
) -> SendMessage: ...
@overload
def send_receipt_template(
    recipient: Recipient,
    receipt: ReceiptTemplate | Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_receipt_template(
    recipient: Recipient,
    receipt: ReceiptTemplate | Mapping[str, object],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_one_time_notif_req_template(
    recipient: Recipient, title: str, payload: str, **options: Unpack[SendOptions]
) -> SendMessage: ...
@overload
def send_one_time_notif_req_template(
    recipient: Recipient,
    title: str,
    payload: str,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_one_time_notif_req_template(
    recipient: Recipient,
    title: str,
    payload: str,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_product_template(
    recipient: Recipient,
    elements: Sequence[ProductElement | Mapping[str, object]],
    **options: Unpack[SendOptions],
) -> SendMessage: ...
@overload
def send_product_template(
    recipient: Recipient,
    elements: Sequence[ProductElement | Mapping[str, object]],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_product_template(
    recipient: Recipient,
    elements: Sequence[ProductElement | Mapping[str, object]],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_coupon_template(
    recipient: Recipient, coupon: CouponTemplate | Mapping[str, object], **options: Unpack[SendOptions]
) -> SendMessage: ...
@overload
def send_coupon_template(
    recipient: Recipient,
    coupon: CouponTemplate | Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_coupon_template(
    recipient: Recipient,
    coupon: CouponTemplate | Mapping[str, object],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_customer_feedback_template(
    recipient: Recipient,
    feedback: CustomerFeedbackTemplate | Mapping[str, object],
    **options: Unpack[SendOptions],
) -> SendMessage: ...
@overload
def send_customer_feedback_template(
    recipient: Recipient,
    feedback: CustomerFeedbackTemplate | Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_customer_feedback_template(
    recipient: Recipient,
    feedback: CustomerFeedbackTemplate | Mapping[str, object],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_image_grid_template(
    recipient: Recipient,
    elements: Sequence[GridElement | Mapping[str, object]],
    **options: Unpack[SendOptions],
) -> SendMessage: ...
@overload
def send_image_grid_template(
    recipient: Recipient,
    elements: Sequence[GridElement | Mapping[str, object]],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_image_grid_template(
    recipient: Recipient,
    elements: Sequence[GridElement | Mapping[str, object]],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_message_template(
    recipient: Recipient, template: UtilityTemplate | Mapping[str, object], **options: Unpack[SendOptions]
) -> SendMessage: ...
@overload
def send_message_template(
    recipient: Recipient,
    template: UtilityTemplate | Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_message_template(
    recipient: Recipient,
    template: UtilityTemplate | Mapping[str, object],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_airline_boarding_pass_template(
    recipient: Recipient,
    attributes: AirlineBoardingPassTemplate | Mapping[str, object],
    **options: Unpack[SendOptions],
) -> SendMessage: ...
@overload
def send_airline_boarding_pass_template(
    recipient: Recipient,
    attributes: AirlineBoardingPassTemplate | Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_airline_boarding_pass_template(
    recipient: Recipient,
    attributes: AirlineBoardingPassTemplate | Mapping[str, object],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_airline_checkin_template(
    recipient: Recipient,
    attributes: AirlineCheckinTemplate | Mapping[str, object],
    **options: Unpack[SendOptions],
) -> SendMessage: ...
@overload
def send_airline_checkin_template(
    recipient: Recipient,
    attributes: AirlineCheckinTemplate | Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_airline_checkin_template(
    recipient: Recipient,
    attributes: AirlineCheckinTemplate | Mapping[str, object],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_airline_itinerary_template(
    recipient: Recipient,
    attributes: AirlineItineraryTemplate | Mapping[str, object],
    **options: Unpack[SendOptions],
) -> SendMessage: ...
@overload
def send_airline_itinerary_template(
    recipient: Recipient,
    attributes: AirlineItineraryTemplate | Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_airline_itinerary_template(
    recipient: Recipient,
    attributes: AirlineItineraryTemplate | Mapping[str, object],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_airline_update_template(
    recipient: Recipient,
    attributes: AirlineUpdateTemplate | Mapping[str, object],
    **options: Unpack[SendOptions],
) -> SendMessage: ...
@overload
def send_airline_update_template(
    recipient: Recipient,
    attributes: AirlineUpdateTemplate | Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def send_airline_update_template(
    recipient: Recipient,
    attributes: AirlineUpdateTemplate | Mapping[str, object],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[SendOptions],
) -> Part: ...
@overload
def upload_attachment(
    attachment_type: str, attachment: str | Upload, **options: Unpack[UploadOptions]
) -> UploadAttachment: ...
@overload
def upload_attachment(
    attachment_type: str,
    attachment: str | Upload,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[UploadOptions],
) -> Part: ...
@overload
def upload_attachment(
    attachment_type: str,
    attachment: str | Upload,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[UploadOptions],
) -> Part: ...
@overload
def upload_audio(audio: str | Upload, **options: Unpack[UploadOptions]) -> UploadAttachment: ...
@overload
def upload_audio(
    audio: str | Upload,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[UploadOptions],
) -> Part: ...
@overload
def upload_audio(
    audio: str | Upload,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[UploadOptions],
) -> Part: ...
@overload
def upload_image(image: str | Upload, **options: Unpack[UploadOptions]) -> UploadAttachment: ...
@overload
def upload_image(
    image: str | Upload,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[UploadOptions],
) -> Part: ...
@overload
def upload_image(
    image: str | Upload,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[UploadOptions],
) -> Part: ...
@overload
def upload_video(video: str | Upload, **options: Unpack[UploadOptions]) -> UploadAttachment: ...
@overload
def upload_video(
    video: str | Upload,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[UploadOptions],
) -> Part: ...
@overload
def upload_video(
    video: str | Upload,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[UploadOptions],
) -> Part: ...
@overload
def upload_file(file: str | Upload, **options: Unpack[UploadOptions]) -> UploadAttachment: ...
@overload
def upload_file(
    file: str | Upload,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[UploadOptions],
) -> Part: ...
@overload
def upload_file(
    file: str | Upload,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[UploadOptions],
) -> Part: ...
@overload
def get_user_profile(
    user_id: str, *, fields: Sequence[str] | None = ..., **options: Unpack[CallOptions]
) -> GetUserProfile: ...
@overload
def get_user_profile(
    user_id: str,
    *,
    fields: Sequence[str] | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_user_profile(
    user_id: str,
    *,
    fields: Sequence[str] | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_messenger_profile(fields: Sequence[str], **options: Unpack[CallOptions]) -> GetMessengerProfile: ...
@overload
def get_messenger_profile(
    fields: Sequence[str],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_messenger_profile(
    fields: Sequence[str],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_messenger_profile(
    profile: MessengerProfile | Mapping[str, object], **options: Unpack[CallOptions]
) -> SetMessengerProfile: ...
@overload
def set_messenger_profile(
    profile: MessengerProfile | Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_messenger_profile(
    profile: MessengerProfile | Mapping[str, object],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_messenger_profile(
    fields: Sequence[str], **options: Unpack[CallOptions]
) -> DeleteMessengerProfile: ...
@overload
def delete_messenger_profile(
    fields: Sequence[str],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_messenger_profile(
    fields: Sequence[str],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_get_started(**options: Unpack[CallOptions]) -> GetProfileProperty: ...
@overload
def get_get_started(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_get_started(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def set_get_started(payload: str, **options: Unpack[CallOptions]) -> SetMessengerProfile: ...
@overload
def set_get_started(
    payload: str,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_get_started(
    payload: str,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_get_started(**options: Unpack[CallOptions]) -> DeleteMessengerProfile: ...
@overload
def delete_get_started(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_get_started(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def get_greeting(**options: Unpack[CallOptions]) -> GetProfileProperty: ...
@overload
def get_greeting(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_greeting(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def set_greeting(
    greeting: str | Sequence[Greeting | Mapping[str, object]], **options: Unpack[CallOptions]
) -> SetMessengerProfile: ...
@overload
def set_greeting(
    greeting: str | Sequence[Greeting | Mapping[str, object]],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_greeting(
    greeting: str | Sequence[Greeting | Mapping[str, object]],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_greeting(**options: Unpack[CallOptions]) -> DeleteMessengerProfile: ...
@overload
def delete_greeting(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_greeting(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def get_ice_breakers(**options: Unpack[CallOptions]) -> GetProfileProperty: ...
@overload
def get_ice_breakers(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_ice_breakers(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def set_ice_breakers(
    ice_breakers: Sequence[IceBreaker | Mapping[str, object]], **options: Unpack[CallOptions]
) -> SetMessengerProfile: ...
@overload
def set_ice_breakers(
    ice_breakers: Sequence[IceBreaker | Mapping[str, object]],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_ice_breakers(
    ice_breakers: Sequence[IceBreaker | Mapping[str, object]],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_ice_breakers(**options: Unpack[CallOptions]) -> DeleteMessengerProfile: ...
@overload
def delete_ice_breakers(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_ice_breakers(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def get_commands(**options: Unpack[CallOptions]) -> GetProfileProperty: ...
@overload
def get_commands(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_commands(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def set_commands(
    commands: Sequence[BotCommands | Mapping[str, object]], **options: Unpack[CallOptions]
) -> SetMessengerProfile: ...
@overload
def set_commands(
    commands: Sequence[BotCommands | Mapping[str, object]],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_commands(
    commands: Sequence[BotCommands | Mapping[str, object]],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_commands(**options: Unpack[CallOptions]) -> DeleteMessengerProfile: ...
@overload
def delete_commands(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_commands(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def get_whitelisted_domains(**options: Unpack[CallOptions]) -> GetProfileProperty: ...
@overload
def get_whitelisted_domains(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_whitelisted_domains(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def set_whitelisted_domains(
    domains: Sequence[str], **options: Unpack[CallOptions]
) -> SetMessengerProfile: ...
@overload
def set_whitelisted_domains(
    domains: Sequence[str],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_whitelisted_domains(
    domains: Sequence[str],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_whitelisted_domains(**options: Unpack[CallOptions]) -> DeleteMessengerProfile: ...
@overload
def delete_whitelisted_domains(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_whitelisted_domains(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def get_account_linking_url(**options: Unpack[CallOptions]) -> GetProfileProperty: ...
@overload
def get_account_linking_url(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_account_linking_url(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def set_account_linking_url(url: str, **options: Unpack[CallOptions]) -> SetMessengerProfile: ...
@overload
def set_account_linking_url(
    url: str,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_account_linking_url(
    url: str, *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def delete_account_linking_url(**options: Unpack[CallOptions]) -> DeleteMessengerProfile: ...
@overload
def delete_account_linking_url(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_account_linking_url(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def get_persistent_menu(**options: Unpack[CallOptions]) -> GetProfileProperty: ...
@overload
def get_persistent_menu(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_persistent_menu(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def set_persistent_menu(
    menu: Sequence[MenuEntry], *, composer_input_disabled: bool = ..., **options: Unpack[CallOptions]
) -> SetMessengerProfile: ...
@overload
def set_persistent_menu(
    menu: Sequence[MenuEntry],
    *,
    composer_input_disabled: bool = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_persistent_menu(
    menu: Sequence[MenuEntry],
    *,
    composer_input_disabled: bool = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_persistent_menu(**options: Unpack[CallOptions]) -> DeleteMessengerProfile: ...
@overload
def delete_persistent_menu(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_persistent_menu(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def get_user_persistent_menu(user_id: str, **options: Unpack[CallOptions]) -> GetUserMenu: ...
@overload
def get_user_persistent_menu(
    user_id: str,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_user_persistent_menu(
    user_id: str,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_user_persistent_menu(
    user_id: str,
    menu: Sequence[MenuEntry],
    *,
    composer_input_disabled: bool = ...,
    **options: Unpack[CallOptions],
) -> SetUserMenu: ...
@overload
def set_user_persistent_menu(
    user_id: str,
    menu: Sequence[MenuEntry],
    *,
    composer_input_disabled: bool = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_user_persistent_menu(
    user_id: str,
    menu: Sequence[MenuEntry],
    *,
    composer_input_disabled: bool = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_user_persistent_menu(user_id: str, **options: Unpack[CallOptions]) -> DeleteUserMenu: ...
@overload
def delete_user_persistent_menu(
    user_id: str,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_user_persistent_menu(
    user_id: str,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_payment_settings(**options: Unpack[CallOptions]) -> GetProfileProperty: ...
@overload
def get_payment_settings(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_payment_settings(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def set_payment_privacy_policy_url(url: str, **options: Unpack[CallOptions]) -> SetMessengerProfile: ...
@overload
def set_payment_privacy_policy_url(
    url: str,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_payment_privacy_policy_url(
    url: str, *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def set_payment_public_key(key: str, **options: Unpack[CallOptions]) -> SetMessengerProfile: ...
@overload
def set_payment_public_key(
    key: str,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_payment_public_key(
    key: str, *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def set_payment_test_users(users: Sequence[str], **options: Unpack[CallOptions]) -> SetMessengerProfile: ...
@overload
def set_payment_test_users(
    users: Sequence[str],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_payment_test_users(
    users: Sequence[str],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_payment_settings(**options: Unpack[CallOptions]) -> DeleteMessengerProfile: ...
@overload
def delete_payment_settings(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_payment_settings(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def get_target_audience(**options: Unpack[CallOptions]) -> GetProfileProperty: ...
@overload
def get_target_audience(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_target_audience(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def set_target_audience(
    audience_type: str,
    whitelist: Sequence[str] | None = ...,
    blacklist: Sequence[str] | None = ...,
    **options: Unpack[CallOptions],
) -> SetMessengerProfile: ...
@overload
def set_target_audience(
    audience_type: str,
    whitelist: Sequence[str] | None = ...,
    blacklist: Sequence[str] | None = ...,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_target_audience(
    audience_type: str,
    whitelist: Sequence[str] | None = ...,
    blacklist: Sequence[str] | None = ...,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_target_audience(**options: Unpack[CallOptions]) -> DeleteMessengerProfile: ...
@overload
def delete_target_audience(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_target_audience(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def get_home_url(**options: Unpack[CallOptions]) -> GetProfileProperty: ...
@overload
def get_home_url(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_home_url(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def set_home_url(
    url: str,
    *,
    webview_height_ratio: str | None = ...,
    in_test: bool | None = ...,
    webview_share_button: str | None = ...,
    **options: Unpack[CallOptions],
) -> SetMessengerProfile: ...
@overload
def set_home_url(
    url: str,
    *,
    webview_height_ratio: str | None = ...,
    in_test: bool | None = ...,
    webview_share_button: str | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def set_home_url(
    url: str,
    *,
    webview_height_ratio: str | None = ...,
    in_test: bool | None = ...,
    webview_share_button: str | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_home_url(**options: Unpack[CallOptions]) -> DeleteMessengerProfile: ...
@overload
def delete_home_url(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_home_url(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
def create_label(name: str, **options: Unpack[CallOptions]) -> CreateLabel: ...
@overload
def associate_label(user_id: str, label_id: str | int, **options: Unpack[CallOptions]) -> AssociateLabel: ...
@overload
def associate_label(
    user_id: str,
    label_id: str | int,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def associate_label(
    user_id: str,
    label_id: str | int,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def dissociate_label(
    user_id: str, label_id: str | int, **options: Unpack[CallOptions]
) -> DissociateLabel: ...
@overload
def dissociate_label(
    user_id: str,
    label_id: str | int,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def dissociate_label(
    user_id: str,
    label_id: str | int,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_associated_labels(
    user_id: str, *, fields: Sequence[str] | None = ..., **options: Unpack[CallOptions]
) -> GetAssociatedLabels: ...
@overload
def get_associated_labels(
    user_id: str,
    *,
    fields: Sequence[str] | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_associated_labels(
    user_id: str,
    *,
    fields: Sequence[str] | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_label_details(
    label_id: str | int, *, fields: Sequence[str] | None = ..., **options: Unpack[CallOptions]
) -> GetLabelDetails: ...
@overload
def get_label_details(
    label_id: str | int,
    *,
    fields: Sequence[str] | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_label_details(
    label_id: str | int,
    *,
    fields: Sequence[str] | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_label_list(*, fields: Sequence[str] | None = ..., **options: Unpack[CallOptions]) -> GetLabelList: ...
@overload
def get_label_list(
    *,
    fields: Sequence[str] | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_label_list(
    *,
    fields: Sequence[str] | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_label(label_id: str | int, **options: Unpack[CallOptions]) -> DeleteLabel: ...
@overload
def delete_label(
    label_id: str | int,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_label(
    label_id: str | int,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def create_message_creative(
    messages: Sequence[Message | Mapping[str, object]] = ..., **options: Unpack[CallOptions]
) -> CreateMessageCreative: ...
@overload
def create_message_creative(
    messages: Sequence[Message | Mapping[str, object]] = ...,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def create_message_creative(
    messages: Sequence[Message | Mapping[str, object]] = ...,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def send_broadcast_message(
    message_creative_id: str | int, **options: Unpack[BroadcastOptions]
) -> SendBroadcastMessage: ...
@overload
def send_broadcast_message(
    message_creative_id: str | int,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[BroadcastOptions],
) -> Part: ...
@overload
def send_broadcast_message(
    message_creative_id: str | int,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[BroadcastOptions],
) -> Part: ...
@overload
def cancel_broadcast(broadcast_id: str | int, **options: Unpack[CallOptions]) -> CancelBroadcast: ...
@overload
def cancel_broadcast(
    broadcast_id: str | int,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def cancel_broadcast(
    broadcast_id: str | int,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_broadcast(broadcast_id: str | int, **options: Unpack[CallOptions]) -> GetBroadcast: ...
@overload
def get_broadcast(
    broadcast_id: str | int,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_broadcast(
    broadcast_id: str | int,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def send_sponsored_message(
    ad_account_id: str | int, message: Mapping[str, object], **options: Unpack[CallOptions]
) -> SendSponsoredMessage: ...
@overload
def send_sponsored_message(
    ad_account_id: str | int,
    message: Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def send_sponsored_message(
    ad_account_id: str | int,
    message: Mapping[str, object],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def start_reach_estimation(
    custom_label_id: str | int, **options: Unpack[CallOptions]
) -> StartReachEstimation: ...
@overload
def start_reach_estimation(
    custom_label_id: str | int,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def start_reach_estimation(
    custom_label_id: str | int,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_reach_estimate(
    reach_estimation_id: str | int, **options: Unpack[CallOptions]
) -> GetReachEstimate: ...
@overload
def get_reach_estimate(
    reach_estimation_id: str | int,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_reach_estimate(
    reach_estimation_id: str | int,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_broadcast_messages_sent(
    broadcast_id: str | int, **options: Unpack[CallOptions]
) -> GetBroadcastMessagesSent: ...
@overload
def get_broadcast_messages_sent(
    broadcast_id: str | int,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_broadcast_messages_sent(
    broadcast_id: str | int,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def pass_thread_control(
    recipient: Recipient, target_app_id: str | int, metadata: str | None = ..., **options: Unpack[CallOptions]
) -> PassThreadControl: ...
@overload
def pass_thread_control(
    recipient: Recipient,
    target_app_id: str | int,
    metadata: str | None = ...,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def pass_thread_control(
    recipient: Recipient,
    target_app_id: str | int,
    metadata: str | None = ...,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def pass_thread_control_to_page_inbox(
    recipient: Recipient, metadata: str | None = ..., **options: Unpack[CallOptions]
) -> PassThreadControl: ...
@overload
def pass_thread_control_to_page_inbox(
    recipient: Recipient,
    metadata: str | None = ...,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def pass_thread_control_to_page_inbox(
    recipient: Recipient,
    metadata: str | None = ...,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def take_thread_control(
    recipient: Recipient, metadata: str | None = ..., **options: Unpack[CallOptions]
) -> TakeThreadControl: ...
@overload
def take_thread_control(
    recipient: Recipient,
    metadata: str | None = ...,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def take_thread_control(
    recipient: Recipient,
    metadata: str | None = ...,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def request_thread_control(
    recipient: Recipient, metadata: str | None = ..., **options: Unpack[CallOptions]
) -> RequestThreadControl: ...
@overload
def request_thread_control(
    recipient: Recipient,
    metadata: str | None = ...,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def request_thread_control(
    recipient: Recipient,
    metadata: str | None = ...,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_thread_owner(user_id: str, **options: Unpack[CallOptions]) -> GetThreadOwner: ...
@overload
def get_thread_owner(
    user_id: str,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_thread_owner(
    user_id: str,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_secondary_receivers(**options: Unpack[CallOptions]) -> GetSecondaryReceivers: ...
@overload
def get_secondary_receivers(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_secondary_receivers(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def get_page_info(fields: Sequence[str] | None = ..., **options: Unpack[CallOptions]) -> GetPageInfo: ...
@overload
def get_page_info(
    fields: Sequence[str] | None = ...,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_page_info(
    fields: Sequence[str] | None = ...,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def debug_token(**options: Unpack[CallOptions]) -> DebugToken: ...
@overload
def debug_token(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def debug_token(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def create_subscription(
    *,
    callback_url: str | None = ...,
    verify_token: str | Secret | None = ...,
    fields: Sequence[str] | None = ...,
    object: str = ...,
    include_values: bool | None = ...,
    app_id: str | int | None = ...,
    **options: Unpack[CallOptions],
) -> CreateSubscription: ...
@overload
def create_subscription(
    *,
    callback_url: str | None = ...,
    verify_token: str | Secret | None = ...,
    fields: Sequence[str] | None = ...,
    object: str = ...,
    include_values: bool | None = ...,
    app_id: str | int | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def create_subscription(
    *,
    callback_url: str | None = ...,
    verify_token: str | Secret | None = ...,
    fields: Sequence[str] | None = ...,
    object: str = ...,
    include_values: bool | None = ...,
    app_id: str | int | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_subscriptions(
    *, app_id: str | int | None = ..., **options: Unpack[CallOptions]
) -> GetSubscriptions: ...
@overload
def get_subscriptions(
    *,
    app_id: str | int | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_subscriptions(
    *,
    app_id: str | int | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_page_subscription(
    *, app_id: str | int | None = ..., **options: Unpack[CallOptions]
) -> GetPageSubscription: ...
@overload
def get_page_subscription(
    *,
    app_id: str | int | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_page_subscription(
    *,
    app_id: str | int | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_messaging_feature_review(**options: Unpack[CallOptions]) -> GetMessagingFeatureReview: ...
@overload
def get_messaging_feature_review(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_messaging_feature_review(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def get_message_tags(**options: Unpack[CallOptions]) -> GetMessageTags: ...
@overload
def get_message_tags(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_message_tags(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def get_insights(metrics: Sequence[str], **options: Unpack[InsightOptions]) -> GetInsights: ...
@overload
def get_insights(
    metrics: Sequence[str],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[InsightOptions],
) -> Part: ...
@overload
def get_insights(
    metrics: Sequence[str],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[InsightOptions],
) -> Part: ...
@overload
def get_blocked_conversations(**options: Unpack[InsightOptions]) -> GetInsight: ...
@overload
def get_blocked_conversations(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[InsightOptions],
) -> Part: ...
@overload
def get_blocked_conversations(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[InsightOptions]
) -> Part: ...
@overload
def get_reported_conversations(**options: Unpack[InsightOptions]) -> GetInsight: ...
@overload
def get_reported_conversations(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[InsightOptions],
) -> Part: ...
@overload
def get_reported_conversations(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[InsightOptions]
) -> Part: ...
@overload
def get_open_conversations(**options: Unpack[InsightOptions]) -> GetInsight: ...
@overload
def get_open_conversations(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[InsightOptions],
) -> Part: ...
@overload
def get_open_conversations(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[InsightOptions]
) -> Part: ...
@overload
def get_total_messaging_connections(**options: Unpack[InsightOptions]) -> GetInsight: ...
@overload
def get_total_messaging_connections(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[InsightOptions],
) -> Part: ...
@overload
def get_total_messaging_connections(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[InsightOptions]
) -> Part: ...
@overload
def get_new_conversations(**options: Unpack[InsightOptions]) -> GetInsight: ...
@overload
def get_new_conversations(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[InsightOptions],
) -> Part: ...
@overload
def get_new_conversations(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[InsightOptions]
) -> Part: ...
@overload
def set_nlp_configs(**config: Unpack[NlpOptions]) -> SetNlpConfigs: ...
@overload
def set_nlp_configs(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **config: Unpack[NlpOptions],
) -> Part: ...
@overload
def set_nlp_configs(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **config: Unpack[NlpOptions]
) -> Part: ...
@overload
def enable_nlp(**options: Unpack[CallOptions]) -> SetNlpConfigs: ...
@overload
def enable_nlp(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def enable_nlp(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def disable_nlp(**options: Unpack[CallOptions]) -> SetNlpConfigs: ...
@overload
def disable_nlp(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def disable_nlp(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def log_custom_events(
    *,
    page_id: str | int,
    page_scoped_user_id: str | int,
    events: Sequence[Mapping[str, object]],
    app_id: str | int | None = ...,
    **options: Unpack[CallOptions],
) -> LogCustomEvents: ...
@overload
def log_custom_events(
    *,
    page_id: str | int,
    page_scoped_user_id: str | int,
    events: Sequence[Mapping[str, object]],
    app_id: str | int | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def log_custom_events(
    *,
    page_id: str | int,
    page_scoped_user_id: str | int,
    events: Sequence[Mapping[str, object]],
    app_id: str | int | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_user_field(
    *, field: str, user_id: str, app_secret: str | Secret | None = ..., **options: Unpack[IdOptions]
) -> GetUserField: ...
@overload
def get_user_field(
    *,
    field: str,
    user_id: str,
    app_secret: str | Secret | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[IdOptions],
) -> Part: ...
@overload
def get_user_field(
    *,
    field: str,
    user_id: str,
    app_secret: str | Secret | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[IdOptions],
) -> Part: ...
@overload
def get_ids_for_apps(
    *, user_id: str, app_secret: str | Secret | None = ..., **options: Unpack[IdOptions]
) -> GetUserField: ...
@overload
def get_ids_for_apps(
    *,
    user_id: str,
    app_secret: str | Secret | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[IdOptions],
) -> Part: ...
@overload
def get_ids_for_apps(
    *,
    user_id: str,
    app_secret: str | Secret | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[IdOptions],
) -> Part: ...
@overload
def get_ids_for_pages(
    *, user_id: str, app_secret: str | Secret | None = ..., **options: Unpack[IdOptions]
) -> GetUserField: ...
@overload
def get_ids_for_pages(
    *,
    user_id: str,
    app_secret: str | Secret | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[IdOptions],
) -> Part: ...
@overload
def get_ids_for_pages(
    *,
    user_id: str,
    app_secret: str | Secret | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[IdOptions],
) -> Part: ...
@overload
def generate_messenger_code(**options: Unpack[CodeOptions]) -> GenerateMessengerCode: ...
@overload
def generate_messenger_code(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CodeOptions],
) -> Part: ...
@overload
def generate_messenger_code(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CodeOptions]
) -> Part: ...
def create_persona(
    *, name: str, profile_picture_url: str, access_token: str | Secret | None = ..., **extra: object
) -> CreatePersona: ...
@overload
def get_persona(persona_id: str, **options: Unpack[CallOptions]) -> GetPersona: ...
@overload
def get_persona(
    persona_id: str,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_persona(
    persona_id: str,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_personas(cursor: str | None = ..., **options: Unpack[CallOptions]) -> GetPersonas: ...
@overload
def get_personas(
    cursor: str | None = ...,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_personas(
    cursor: str | None = ...,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_all_personas(**options: Unpack[CallOptions]) -> GetAllPersonas: ...
@overload
def get_all_personas(
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def get_all_personas(
    *, depends_on: str, omit_response_on_success: bool | None = ..., **options: Unpack[CallOptions]
) -> Part: ...
@overload
def delete_persona(persona_id: str, **options: Unpack[CallOptions]) -> DeletePersona: ...
@overload
def delete_persona(
    persona_id: str,
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def delete_persona(
    persona_id: str,
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def moderate_conversations(
    user_ids: Sequence[str], actions: Sequence[str], **options: Unpack[CallOptions]
) -> ModerateConversations: ...
@overload
def moderate_conversations(
    user_ids: Sequence[str],
    actions: Sequence[str],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def moderate_conversations(
    user_ids: Sequence[str],
    actions: Sequence[str],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
def get_message_templates(
    *, name: str | None = ..., access_token: str | Secret | None = ..., **params: str | int
) -> GetMessageTemplates: ...
@overload
def create_message_template(
    template: Mapping[str, object], **options: Unpack[CallOptions]
) -> CreateMessageTemplate: ...
@overload
def create_message_template(
    template: Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
@overload
def create_message_template(
    template: Mapping[str, object],
    *,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **options: Unpack[CallOptions],
) -> Part: ...
def delete_message_template(name: str, **options: Unpack[CallOptions]) -> DeleteMessageTemplate: ...
@overload
def get_message_template_library(
    *, access_token: str | Secret | None = ..., **params: str | int
) -> GetMessageTemplateLibrary: ...
@overload
def get_message_template_library(
    *,
    access_token: str | Secret | None = ...,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
    **params: str | int,
) -> Part: ...
@overload
def get_message_template_library(
    *,
    access_token: str | Secret | None = ...,
    depends_on: str,
    omit_response_on_success: bool | None = ...,
    **params: str | int,
) -> Part: ...
@overload
def send_request(body: Mapping[str, object]) -> SendRawBody: ...
@overload
def send_request(
    body: Mapping[str, object],
    *,
    name: str,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
) -> Part: ...
@overload
def send_request(
    body: Mapping[str, object], *, depends_on: str, omit_response_on_success: bool | None = ...
) -> Part: ...
def part(
    command: Single,
    *,
    name: str | None = ...,
    depends_on: str | None = ...,
    omit_response_on_success: bool | None = ...,
) -> Part: ...
