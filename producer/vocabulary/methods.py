"""Every method of the vocabulary, written once: a function that builds one command, lifted into each executor."""

from producer.vocabulary import (
    airline,
    apps,
    attachments,
    broadcasts,
    handover,
    insights,
    labels,
    marketing,
    menus,
    pages,
    personas,
    profile,
    properties,
    retired_properties,
    sends,
    templates,
    upkeep,
)
from producer.vocabulary.lifting import lifted, lifted_batch


class Vocabulary:
    """All methods; whoever inherits it is one of `Queued`, `Awaited` and `Called` too."""

    __slots__ = ()

    send_raw_body = lifted(sends.send_raw_body)
    send_message = lifted(sends.send_message)
    send_text = lifted(sends.send_text)
    send_attachment = lifted(sends.send_attachment)
    send_audio = lifted(sends.send_audio)
    send_image = lifted(sends.send_image)
    send_video = lifted(sends.send_video)
    send_file = lifted(sends.send_file)
    send_images = lifted(sends.send_images)
    send_sticker = lifted(sends.send_sticker)
    send_like_heart = lifted(sends.send_like_heart)
    send_media_share = lifted(sends.send_media_share)
    send_sender_action = lifted(sends.send_sender_action)
    mark_seen = lifted(sends.mark_seen)
    typing_on = lifted(sends.typing_on)
    typing_off = lifted(sends.typing_off)
    react = lifted(sends.react)
    unreact = lifted(sends.unreact)
    send_batch = lifted_batch(sends.send_batch)

    send_template = lifted(templates.send_template)
    send_button_template = lifted(templates.send_button_template)
    send_generic_template = lifted(templates.send_generic_template)
    send_list_template = lifted(templates.send_list_template)
    send_open_graph_template = lifted(templates.send_open_graph_template)
    send_media_template = lifted(templates.send_media_template)
    send_receipt_template = lifted(templates.send_receipt_template)
    send_one_time_notif_req_template = lifted(templates.send_one_time_notif_req_template)
    send_product_template = lifted(templates.send_product_template)
    send_coupon_template = lifted(templates.send_coupon_template)
    send_customer_feedback_template = lifted(templates.send_customer_feedback_template)
    send_image_grid_template = lifted(templates.send_image_grid_template)
    send_message_template = lifted(templates.send_message_template)

    send_airline_boarding_pass_template = lifted(airline.send_airline_boarding_pass_template)
    send_airline_checkin_template = lifted(airline.send_airline_checkin_template)
    send_airline_itinerary_template = lifted(airline.send_airline_itinerary_template)
    send_airline_update_template = lifted(airline.send_airline_update_template)

    upload_attachment = lifted(attachments.upload_attachment)
    upload_audio = lifted(attachments.upload_audio)
    upload_image = lifted(attachments.upload_image)
    upload_video = lifted(attachments.upload_video)
    upload_file = lifted(attachments.upload_file)

    get_user_profile = lifted(profile.get_user_profile)
    get_messenger_profile = lifted(profile.get_messenger_profile)
    set_messenger_profile = lifted(profile.set_messenger_profile)
    delete_messenger_profile = lifted(profile.delete_messenger_profile)

    get_get_started = lifted(properties.get_get_started)
    set_get_started = lifted(properties.set_get_started)
    delete_get_started = lifted(properties.delete_get_started)
    get_greeting = lifted(properties.get_greeting)
    set_greeting = lifted(properties.set_greeting)
    delete_greeting = lifted(properties.delete_greeting)
    get_ice_breakers = lifted(properties.get_ice_breakers)
    set_ice_breakers = lifted(properties.set_ice_breakers)
    delete_ice_breakers = lifted(properties.delete_ice_breakers)
    get_commands = lifted(properties.get_commands)
    set_commands = lifted(properties.set_commands)
    delete_commands = lifted(properties.delete_commands)
    get_whitelisted_domains = lifted(properties.get_whitelisted_domains)
    set_whitelisted_domains = lifted(properties.set_whitelisted_domains)
    delete_whitelisted_domains = lifted(properties.delete_whitelisted_domains)
    get_account_linking_url = lifted(properties.get_account_linking_url)
    set_account_linking_url = lifted(properties.set_account_linking_url)
    delete_account_linking_url = lifted(properties.delete_account_linking_url)

    get_persistent_menu = lifted(menus.get_persistent_menu)
    set_persistent_menu = lifted(menus.set_persistent_menu)
    delete_persistent_menu = lifted(menus.delete_persistent_menu)
    get_user_persistent_menu = lifted(menus.get_user_persistent_menu)
    set_user_persistent_menu = lifted(menus.set_user_persistent_menu)
    delete_user_persistent_menu = lifted(menus.delete_user_persistent_menu)

    get_payment_settings = lifted(retired_properties.get_payment_settings)
    set_payment_privacy_policy_url = lifted(retired_properties.set_payment_privacy_policy_url)
    set_payment_public_key = lifted(retired_properties.set_payment_public_key)
    set_payment_test_users = lifted(retired_properties.set_payment_test_users)
    delete_payment_settings = lifted(retired_properties.delete_payment_settings)
    get_target_audience = lifted(retired_properties.get_target_audience)
    set_target_audience = lifted(retired_properties.set_target_audience)
    delete_target_audience = lifted(retired_properties.delete_target_audience)
    get_home_url = lifted(retired_properties.get_home_url)
    set_home_url = lifted(retired_properties.set_home_url)
    delete_home_url = lifted(retired_properties.delete_home_url)

    create_label = lifted(labels.create_label)
    associate_label = lifted(labels.associate_label)
    dissociate_label = lifted(labels.dissociate_label)
    get_associated_labels = lifted(labels.get_associated_labels)
    get_label_details = lifted(labels.get_label_details)
    get_label_list = lifted(labels.get_label_list)
    delete_label = lifted(labels.delete_label)

    create_message_creative = lifted(broadcasts.create_message_creative)
    send_broadcast_message = lifted(broadcasts.send_broadcast_message)
    cancel_broadcast = lifted(broadcasts.cancel_broadcast)
    get_broadcast = lifted(broadcasts.get_broadcast)
    send_sponsored_message = lifted(broadcasts.send_sponsored_message)
    start_reach_estimation = lifted(broadcasts.start_reach_estimation)
    get_reach_estimate = lifted(broadcasts.get_reach_estimate)
    get_broadcast_messages_sent = lifted(broadcasts.get_broadcast_messages_sent)

    pass_thread_control = lifted(handover.pass_thread_control)
    pass_thread_control_to_page_inbox = lifted(handover.pass_thread_control_to_page_inbox)
    pass_thread_control_to_instagram_inbox = lifted(handover.pass_thread_control_to_instagram_inbox)
    release_thread_control = lifted(handover.release_thread_control)
    extend_thread_control = lifted(handover.extend_thread_control)
    take_thread_control = lifted(handover.take_thread_control)
    request_thread_control = lifted(handover.request_thread_control)
    get_thread_owner = lifted(handover.get_thread_owner)
    get_secondary_receivers = lifted(handover.get_secondary_receivers)

    get_page_info = lifted(pages.get_page_info)
    debug_token = lifted(pages.debug_token)
    create_subscription = lifted(pages.create_subscription)
    get_subscriptions = lifted(pages.get_subscriptions)
    get_page_subscription = lifted(pages.get_page_subscription)
    get_messaging_feature_review = lifted(pages.get_messaging_feature_review)
    get_message_tags = lifted(pages.get_message_tags)

    get_insights = lifted(insights.get_insights)
    get_blocked_conversations = lifted(insights.get_blocked_conversations)
    get_reported_conversations = lifted(insights.get_reported_conversations)
    get_open_conversations = lifted(insights.get_open_conversations)
    get_total_messaging_connections = lifted(insights.get_total_messaging_connections)
    get_new_conversations = lifted(insights.get_new_conversations)

    set_nlp_configs = lifted(apps.set_nlp_configs)
    enable_nlp = lifted(apps.enable_nlp)
    disable_nlp = lifted(apps.disable_nlp)
    log_custom_events = lifted(apps.log_custom_events)
    get_user_field = lifted(apps.get_user_field)
    get_ids_for_apps = lifted(apps.get_ids_for_apps)
    get_ids_for_pages = lifted(apps.get_ids_for_pages)
    generate_messenger_code = lifted(apps.generate_messenger_code)

    send_notification_messages_template = lifted(marketing.send_notification_messages_template)
    create_message_campaign = lifted(marketing.create_message_campaign)
    send_marketing_message = lifted(marketing.send_marketing_message)
    get_notification_message_tokens = lifted(marketing.get_notification_message_tokens)

    create_persona = lifted(personas.create_persona)
    get_persona = lifted(personas.get_persona)
    get_personas = lifted(personas.get_personas)
    get_all_personas = lifted(personas.get_all_personas)
    delete_persona = lifted(personas.delete_persona)

    moderate_conversations = lifted(upkeep.moderate_conversations)
    get_message_templates = lifted(upkeep.get_message_templates)
    create_message_template = lifted(upkeep.create_message_template)
    delete_message_template = lifted(upkeep.delete_message_template)
    get_message_template_library = lifted(upkeep.get_message_template_library)
