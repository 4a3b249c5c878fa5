# Written by tests/typing/stubs.py from the vocabulary's source: change that, and run it again.
# ruff: noqa: A002 (Meta has a parameter named object)
import abc
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar, Unpack

from producer.commands.command import CommandOf
from producer.commands.parts import BatchItem
from producer.commands.results import (
    Broadcast,
    Created,
    FeatureReview,
    IdPage,
    Insight,
    Label,
    LabelPage,
    MessageCreative,
    MessageTag,
    MessengerCode,
    PageInfo,
    Persona,
    PersonaPage,
    ProfileChange,
    ReachEstimate,
    Receiver,
    SendReply,
    SponsoredMessage,
    Subscription,
    Success,
    TemplatePage,
    ThreadOwner,
    TokenInfo,
    Uploaded,
    UserProfile,
)
from producer.commands.secrets import Secret
from producer.commands.send import Recipient
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
from producer.tickets.batch_ticket import BatchTicket
from producer.tickets.ticket import Ticket
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

_Reply = TypeVar("_Reply")

class QueuedVocabulary(abc.ABC):
    @abc.abstractmethod
    def _submit(self, command: CommandOf[_Reply]) -> Ticket[_Reply]: ...
    def send_raw_body(self, body: Mapping[str, object]) -> Ticket[SendReply]: ...
    def send_message(
        self, recipient: Recipient, message: Message | Mapping[str, object], **options: Unpack[SendOptions]
    ) -> Ticket[SendReply]: ...
    def send_text(
        self, recipient: Recipient, text: str, **options: Unpack[SendOptions]
    ) -> Ticket[SendReply]: ...
    def send_attachment(
        self,
        recipient: Recipient,
        attachment: Attachment | Mapping[str, object],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_audio(
        self, recipient: Recipient, audio: Media, **options: Unpack[MediaOptions]
    ) -> Ticket[SendReply]: ...
    def send_image(
        self, recipient: Recipient, image: Media, **options: Unpack[MediaOptions]
    ) -> Ticket[SendReply]: ...
    def send_video(
        self, recipient: Recipient, video: Media, **options: Unpack[MediaOptions]
    ) -> Ticket[SendReply]: ...
    def send_file(
        self, recipient: Recipient, file: Media, **options: Unpack[MediaOptions]
    ) -> Ticket[SendReply]: ...
    def send_images(
        self,
        recipient: Recipient,
        images: Iterable[str | Mapping[str, object]],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_sticker(
        self, recipient: Recipient, sticker_id: str | int, **options: Unpack[SendOptions]
    ) -> Ticket[SendReply]: ...
    def send_sender_action(
        self, recipient: Recipient, action: str, **options: Unpack[ActionOptions]
    ) -> Ticket[SendReply]: ...
    def mark_seen(self, recipient: Recipient, **options: Unpack[ActionOptions]) -> Ticket[SendReply]: ...
    def typing_on(self, recipient: Recipient, **options: Unpack[ActionOptions]) -> Ticket[SendReply]: ...
    def typing_off(self, recipient: Recipient, **options: Unpack[ActionOptions]) -> Ticket[SendReply]: ...
    def react(
        self, recipient: Recipient, message_id: str, reaction: str, **options: Unpack[ActionOptions]
    ) -> Ticket[SendReply]: ...
    def unreact(
        self, recipient: Recipient, message_id: str, **options: Unpack[ActionOptions]
    ) -> Ticket[SendReply]: ...
    def send_batch(
        self,
        parts: Sequence[BatchItem | Mapping[str, object]],
        *,
        include_headers: bool | None = ...,
        access_token: str | Secret | None = ...,
    ) -> BatchTicket: ...
    def send_template(
        self, recipient: Recipient, template: Template | Mapping[str, object], **options: Unpack[SendOptions]
    ) -> Ticket[SendReply]: ...
    def send_button_template(
        self,
        recipient: Recipient,
        text: str,
        buttons: Sequence[Button | Mapping[str, object]],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_generic_template(
        self,
        recipient: Recipient,
        elements: Sequence[GenericElement | Mapping[str, object]],
        *,
        image_aspect_ratio: str | None = ...,
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_list_template(
        self,
        recipient: Recipient,
        elements: Sequence[GenericElement | Mapping[str, object]],
        buttons: Sequence[Button | Mapping[str, object]] | None = ...,
        *,
        top_element_style: str | None = ...,
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_open_graph_template(
        self,
        recipient: Recipient,
        elements: Sequence[OpenGraphElement | Mapping[str, object]],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_media_template(
        self,
        recipient: Recipient,
        elements: Sequence[MediaElement | Mapping[str, object]],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_receipt_template(
        self,
        recipient: Recipient,
        receipt: ReceiptTemplate | Mapping[str, object],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_one_time_notif_req_template(
        self, recipient: Recipient, title: str, payload: str, **options: Unpack[SendOptions]
    ) -> Ticket[SendReply]: ...
    def send_product_template(
        self,
        recipient: Recipient,
        elements: Sequence[ProductElement | Mapping[str, object]],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_coupon_template(
        self,
        recipient: Recipient,
        coupon: CouponTemplate | Mapping[str, object],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_customer_feedback_template(
        self,
        recipient: Recipient,
        feedback: CustomerFeedbackTemplate | Mapping[str, object],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_image_grid_template(
        self,
        recipient: Recipient,
        elements: Sequence[GridElement | Mapping[str, object]],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_message_template(
        self,
        recipient: Recipient,
        template: UtilityTemplate | Mapping[str, object],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_airline_boarding_pass_template(
        self,
        recipient: Recipient,
        attributes: AirlineBoardingPassTemplate | Mapping[str, object],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_airline_checkin_template(
        self,
        recipient: Recipient,
        attributes: AirlineCheckinTemplate | Mapping[str, object],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_airline_itinerary_template(
        self,
        recipient: Recipient,
        attributes: AirlineItineraryTemplate | Mapping[str, object],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def send_airline_update_template(
        self,
        recipient: Recipient,
        attributes: AirlineUpdateTemplate | Mapping[str, object],
        **options: Unpack[SendOptions],
    ) -> Ticket[SendReply]: ...
    def upload_attachment(
        self, attachment_type: str, attachment: str | Upload, **options: Unpack[UploadOptions]
    ) -> Ticket[Uploaded]: ...
    def upload_audio(self, audio: str | Upload, **options: Unpack[UploadOptions]) -> Ticket[Uploaded]: ...
    def upload_image(self, image: str | Upload, **options: Unpack[UploadOptions]) -> Ticket[Uploaded]: ...
    def upload_video(self, video: str | Upload, **options: Unpack[UploadOptions]) -> Ticket[Uploaded]: ...
    def upload_file(self, file: str | Upload, **options: Unpack[UploadOptions]) -> Ticket[Uploaded]: ...
    def get_user_profile(
        self, user_id: str, *, fields: Sequence[str] | None = ..., **options: Unpack[CallOptions]
    ) -> Ticket[UserProfile]: ...
    def get_messenger_profile(
        self, fields: Sequence[str], **options: Unpack[CallOptions]
    ) -> Ticket[list[dict[str, object]]]: ...
    def set_messenger_profile(
        self, profile: MessengerProfile | Mapping[str, object], **options: Unpack[CallOptions]
    ) -> Ticket[ProfileChange]: ...
    def delete_messenger_profile(
        self, fields: Sequence[str], **options: Unpack[CallOptions]
    ) -> Ticket[ProfileChange]: ...
    def get_get_started(self, **options: Unpack[CallOptions]) -> Ticket[dict[str, object] | None]: ...
    def set_get_started(self, payload: str, **options: Unpack[CallOptions]) -> Ticket[ProfileChange]: ...
    def delete_get_started(self, **options: Unpack[CallOptions]) -> Ticket[ProfileChange]: ...
    def get_greeting(self, **options: Unpack[CallOptions]) -> Ticket[list[dict[str, object]] | None]: ...
    def set_greeting(
        self, greeting: str | Sequence[Greeting | Mapping[str, object]], **options: Unpack[CallOptions]
    ) -> Ticket[ProfileChange]: ...
    def delete_greeting(self, **options: Unpack[CallOptions]) -> Ticket[ProfileChange]: ...
    def get_ice_breakers(self, **options: Unpack[CallOptions]) -> Ticket[list[dict[str, object]] | None]: ...
    def set_ice_breakers(
        self, ice_breakers: Sequence[IceBreaker | Mapping[str, object]], **options: Unpack[CallOptions]
    ) -> Ticket[ProfileChange]: ...
    def delete_ice_breakers(self, **options: Unpack[CallOptions]) -> Ticket[ProfileChange]: ...
    def get_commands(self, **options: Unpack[CallOptions]) -> Ticket[list[dict[str, object]] | None]: ...
    def set_commands(
        self, commands: Sequence[BotCommands | Mapping[str, object]], **options: Unpack[CallOptions]
    ) -> Ticket[ProfileChange]: ...
    def delete_commands(self, **options: Unpack[CallOptions]) -> Ticket[ProfileChange]: ...
    def get_whitelisted_domains(self, **options: Unpack[CallOptions]) -> Ticket[list[str] | None]: ...
    def set_whitelisted_domains(
        self, domains: Sequence[str], **options: Unpack[CallOptions]
    ) -> Ticket[ProfileChange]: ...
    def delete_whitelisted_domains(self, **options: Unpack[CallOptions]) -> Ticket[ProfileChange]: ...
    def get_account_linking_url(self, **options: Unpack[CallOptions]) -> Ticket[dict[str, object] | None]: ...
    def set_account_linking_url(self, url: str, **options: Unpack[CallOptions]) -> Ticket[ProfileChange]: ...
    def delete_account_linking_url(self, **options: Unpack[CallOptions]) -> Ticket[ProfileChange]: ...
    def get_persistent_menu(
        self, **options: Unpack[CallOptions]
    ) -> Ticket[list[dict[str, object]] | None]: ...
    def set_persistent_menu(
        self,
        menu: Sequence[MenuEntry],
        *,
        composer_input_disabled: bool = ...,
        **options: Unpack[CallOptions],
    ) -> Ticket[ProfileChange]: ...
    def delete_persistent_menu(self, **options: Unpack[CallOptions]) -> Ticket[ProfileChange]: ...
    def get_user_persistent_menu(
        self, user_id: str, **options: Unpack[CallOptions]
    ) -> Ticket[list[dict[str, object]] | None]: ...
    def set_user_persistent_menu(
        self,
        user_id: str,
        menu: Sequence[MenuEntry],
        *,
        composer_input_disabled: bool = ...,
        **options: Unpack[CallOptions],
    ) -> Ticket[ProfileChange]: ...
    def delete_user_persistent_menu(
        self, user_id: str, **options: Unpack[CallOptions]
    ) -> Ticket[ProfileChange]: ...
    def get_payment_settings(self, **options: Unpack[CallOptions]) -> Ticket[dict[str, object] | None]: ...
    def set_payment_privacy_policy_url(
        self, url: str, **options: Unpack[CallOptions]
    ) -> Ticket[ProfileChange]: ...
    def set_payment_public_key(self, key: str, **options: Unpack[CallOptions]) -> Ticket[ProfileChange]: ...
    def set_payment_test_users(
        self, users: Sequence[str], **options: Unpack[CallOptions]
    ) -> Ticket[ProfileChange]: ...
    def delete_payment_settings(self, **options: Unpack[CallOptions]) -> Ticket[ProfileChange]: ...
    def get_target_audience(self, **options: Unpack[CallOptions]) -> Ticket[dict[str, object] | None]: ...
    def set_target_audience(
        self,
        audience_type: str,
        whitelist: Sequence[str] | None = ...,
        blacklist: Sequence[str] | None = ...,
        **options: Unpack[CallOptions],
    ) -> Ticket[ProfileChange]: ...
    def delete_target_audience(self, **options: Unpack[CallOptions]) -> Ticket[ProfileChange]: ...
    def get_home_url(self, **options: Unpack[CallOptions]) -> Ticket[dict[str, object] | None]: ...
    def set_home_url(
        self,
        url: str,
        *,
        webview_height_ratio: str | None = ...,
        in_test: bool | None = ...,
        webview_share_button: str | None = ...,
        **options: Unpack[CallOptions],
    ) -> Ticket[ProfileChange]: ...
    def delete_home_url(self, **options: Unpack[CallOptions]) -> Ticket[ProfileChange]: ...
    def create_label(self, name: str, **options: Unpack[CallOptions]) -> Ticket[Created]: ...
    def associate_label(
        self, user_id: str, label_id: str | int, **options: Unpack[CallOptions]
    ) -> Ticket[Success]: ...
    def dissociate_label(
        self, user_id: str, label_id: str | int, **options: Unpack[CallOptions]
    ) -> Ticket[Success]: ...
    def get_associated_labels(
        self, user_id: str, *, fields: Sequence[str] | None = ..., **options: Unpack[CallOptions]
    ) -> Ticket[LabelPage]: ...
    def get_label_details(
        self, label_id: str | int, *, fields: Sequence[str] | None = ..., **options: Unpack[CallOptions]
    ) -> Ticket[Label]: ...
    def get_label_list(
        self, *, fields: Sequence[str] | None = ..., **options: Unpack[CallOptions]
    ) -> Ticket[LabelPage]: ...
    def delete_label(self, label_id: str | int, **options: Unpack[CallOptions]) -> Ticket[Success]: ...
    def create_message_creative(
        self, messages: Sequence[Message | Mapping[str, object]] = ..., **options: Unpack[CallOptions]
    ) -> Ticket[MessageCreative]: ...
    def send_broadcast_message(
        self, message_creative_id: str | int, **options: Unpack[BroadcastOptions]
    ) -> Ticket[Broadcast]: ...
    def cancel_broadcast(
        self, broadcast_id: str | int, **options: Unpack[CallOptions]
    ) -> Ticket[Success]: ...
    def get_broadcast(self, broadcast_id: str | int, **options: Unpack[CallOptions]) -> Ticket[Broadcast]: ...
    def send_sponsored_message(
        self, ad_account_id: str | int, message: Mapping[str, object], **options: Unpack[CallOptions]
    ) -> Ticket[SponsoredMessage]: ...
    def start_reach_estimation(
        self, custom_label_id: str | int, **options: Unpack[CallOptions]
    ) -> Ticket[ReachEstimate]: ...
    def get_reach_estimate(
        self, reach_estimation_id: str | int, **options: Unpack[CallOptions]
    ) -> Ticket[ReachEstimate]: ...
    def get_broadcast_messages_sent(
        self, broadcast_id: str | int, **options: Unpack[CallOptions]
    ) -> Ticket[list[Insight]]: ...
    def pass_thread_control(
        self,
        recipient: Recipient,
        target_app_id: str | int,
        metadata: str | None = ...,
        **options: Unpack[CallOptions],
    ) -> Ticket[Success]: ...
    def pass_thread_control_to_page_inbox(
        self, recipient: Recipient, metadata: str | None = ..., **options: Unpack[CallOptions]
    ) -> Ticket[Success]: ...
    def take_thread_control(
        self, recipient: Recipient, metadata: str | None = ..., **options: Unpack[CallOptions]
    ) -> Ticket[Success]: ...
    def request_thread_control(
        self, recipient: Recipient, metadata: str | None = ..., **options: Unpack[CallOptions]
    ) -> Ticket[Success]: ...
    def get_thread_owner(
        self, user_id: str, **options: Unpack[CallOptions]
    ) -> Ticket[ThreadOwner | None]: ...
    def get_secondary_receivers(self, **options: Unpack[CallOptions]) -> Ticket[list[Receiver]]: ...
    def get_page_info(
        self, fields: Sequence[str] | None = ..., **options: Unpack[CallOptions]
    ) -> Ticket[PageInfo]: ...
    def debug_token(self, **options: Unpack[CallOptions]) -> Ticket[TokenInfo]: ...
    def create_subscription(
        self,
        *,
        callback_url: str | None = ...,
        verify_token: str | Secret | None = ...,
        fields: Sequence[str] | None = ...,
        object: str = ...,
        include_values: bool | None = ...,
        app_id: str | int | None = ...,
        **options: Unpack[CallOptions],
    ) -> Ticket[Success]: ...
    def get_subscriptions(
        self, *, app_id: str | int | None = ..., **options: Unpack[CallOptions]
    ) -> Ticket[list[Subscription]]: ...
    def get_page_subscription(
        self, *, app_id: str | int | None = ..., **options: Unpack[CallOptions]
    ) -> Ticket[Subscription | None]: ...
    def get_messaging_feature_review(self, **options: Unpack[CallOptions]) -> Ticket[list[FeatureReview]]: ...
    def get_message_tags(self, **options: Unpack[CallOptions]) -> Ticket[list[MessageTag]]: ...
    def get_insights(
        self, metrics: Sequence[str], **options: Unpack[InsightOptions]
    ) -> Ticket[list[Insight]]: ...
    def get_blocked_conversations(self, **options: Unpack[InsightOptions]) -> Ticket[Insight | None]: ...
    def get_reported_conversations(self, **options: Unpack[InsightOptions]) -> Ticket[Insight | None]: ...
    def get_open_conversations(self, **options: Unpack[InsightOptions]) -> Ticket[Insight | None]: ...
    def get_total_messaging_connections(
        self, **options: Unpack[InsightOptions]
    ) -> Ticket[Insight | None]: ...
    def get_new_conversations(self, **options: Unpack[InsightOptions]) -> Ticket[Insight | None]: ...
    def set_nlp_configs(self, **config: Unpack[NlpOptions]) -> Ticket[Success]: ...
    def enable_nlp(self, **options: Unpack[CallOptions]) -> Ticket[Success]: ...
    def disable_nlp(self, **options: Unpack[CallOptions]) -> Ticket[Success]: ...
    def log_custom_events(
        self,
        *,
        page_id: str | int,
        page_scoped_user_id: str | int,
        events: Sequence[Mapping[str, object]],
        app_id: str | int | None = ...,
        **options: Unpack[CallOptions],
    ) -> Ticket[Success]: ...
    def get_user_field(
        self, *, field: str, user_id: str, app_secret: str | Secret | None = ..., **options: Unpack[IdOptions]
    ) -> Ticket[IdPage]: ...
    def get_ids_for_apps(
        self, *, user_id: str, app_secret: str | Secret | None = ..., **options: Unpack[IdOptions]
    ) -> Ticket[IdPage]: ...
    def get_ids_for_pages(
        self, *, user_id: str, app_secret: str | Secret | None = ..., **options: Unpack[IdOptions]
    ) -> Ticket[IdPage]: ...
    def generate_messenger_code(self, **options: Unpack[CodeOptions]) -> Ticket[MessengerCode]: ...
    def create_persona(
        self, *, name: str, profile_picture_url: str, access_token: str | Secret | None = ..., **extra: object
    ) -> Ticket[Created]: ...
    def get_persona(self, persona_id: str, **options: Unpack[CallOptions]) -> Ticket[Persona]: ...
    def get_personas(
        self, cursor: str | None = ..., **options: Unpack[CallOptions]
    ) -> Ticket[PersonaPage]: ...
    def get_all_personas(self, **options: Unpack[CallOptions]) -> Ticket[list[Persona]]: ...
    def delete_persona(self, persona_id: str, **options: Unpack[CallOptions]) -> Ticket[Success]: ...
    def moderate_conversations(
        self, user_ids: Sequence[str], actions: Sequence[str], **options: Unpack[CallOptions]
    ) -> Ticket[Success]: ...
    def get_message_templates(
        self, *, name: str | None = ..., access_token: str | Secret | None = ..., **params: str | int
    ) -> Ticket[TemplatePage]: ...
    def create_message_template(
        self, template: Mapping[str, object], **options: Unpack[CallOptions]
    ) -> Ticket[Created]: ...
    def delete_message_template(self, name: str, **options: Unpack[CallOptions]) -> Ticket[Success]: ...
    def get_message_template_library(
        self, *, access_token: str | Secret | None = ..., **params: str | int
    ) -> Ticket[TemplatePage]: ...
