"""The vocabulary has every method of the reference document, each with its parameters explained."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

from producer import Producer, batch, messages
from producer.vocabulary.methods import Vocabulary

# The reference document's methods, in its order, in this project's spelling.
DOCUMENTED = re.findall(
    r"\w+",
    """
send_raw_body send_message send_text send_attachment send_audio send_image send_video send_file send_template
send_button_template send_generic_template send_list_template send_open_graph_template send_media_template
send_receipt_template send_airline_boarding_pass_template send_airline_checkin_template
send_airline_itinerary_template send_airline_update_template send_sender_action mark_seen typing_on typing_off
upload_attachment upload_audio upload_image upload_video upload_file get_message_tags send_batch
create_message_creative send_broadcast_message send_sponsored_message create_label associate_label dissociate_label
get_associated_labels get_label_details get_label_list delete_label start_reach_estimation get_reach_estimate
get_broadcast_messages_sent cancel_broadcast get_broadcast get_user_profile get_messenger_profile
set_messenger_profile delete_messenger_profile get_persistent_menu set_persistent_menu delete_persistent_menu
get_get_started set_get_started delete_get_started get_greeting set_greeting delete_greeting get_whitelisted_domains
set_whitelisted_domains delete_whitelisted_domains get_account_linking_url set_account_linking_url
delete_account_linking_url get_target_audience set_target_audience delete_target_audience get_home_url set_home_url
delete_home_url generate_messenger_code pass_thread_control pass_thread_control_to_page_inbox take_thread_control
request_thread_control get_thread_owner get_secondary_receivers get_insights get_blocked_conversations
get_reported_conversations get_open_conversations get_total_messaging_connections get_new_conversations
set_nlp_configs enable_nlp disable_nlp log_custom_events get_ids_for_apps get_ids_for_pages create_persona get_persona
get_personas get_all_personas delete_persona debug_token create_subscription get_subscriptions get_page_subscription
get_page_info get_messaging_feature_review
""",
)
RECORDS = Path(__file__).parents[2] / "conformance"
METHODS = sorted(name for name in dir(Vocabulary) if not name.startswith("_"))


def test_every_documented_and_recorded_method_is_there() -> None:
    """Nothing of the reference document or of the records is missing, queued, as a part, or direct."""
    recorded = {case["call"]["method"] for case in json.loads((RECORDS / "client.json").read_text("utf-8"))}
    wanted = recorded | set(DOCUMENTED)
    assert wanted - set(METHODS) == set()
    assert wanted - set(dir(batch)) == set()
    assert {name for name in wanted if not hasattr(Producer, name)} == set()


def test_every_factory_of_a_message_is_there() -> None:
    """`create_x` of the records is `messages.x`."""
    factories = json.loads((RECORDS / "factories.json").read_text("utf-8"))
    wanted = {
        case["call"]["method"].removeprefix("create_") for case in factories if case["class"] == "Messenger"
    }
    assert wanted - set(messages.__all__) == set()


@pytest.mark.parametrize("name", METHODS)
def test_a_method_explains_every_parameter(name: str) -> None:
    """A docstring says what is true, then each parameter with its bound; what is raised its executor says."""
    method: Any = getattr(Vocabulary, name)
    documentation = inspect.getdoc(method) or ""
    summary, _blank, rest = documentation.partition("\n\n")
    explained = re.findall(r"^    (\w+): \S", rest, re.MULTILINE)
    parameters = [each for each in inspect.signature(method).parameters if each != "self"]
    assert summary.endswith(".")
    assert explained == parameters
