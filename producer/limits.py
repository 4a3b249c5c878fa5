"""Every bound of a command is a number of this page, with its unit in the name and Meta's page beside it.

Pages are under `https://developers.facebook.com/docs/messenger-platform/` unless named otherwise.
A length is counted in characters (Unicode code points).
"""

from typing import Final

# Ids and tokens: Meta publishes no length; these keep a stray document out of a lane's key.
ID_CHARACTERS_MAX: Final = 512
SECRET_NAME_CHARACTERS_MAX: Final = 100

# reference/send-api: message.text, message.metadata.
TEXT_CHARACTERS_MAX: Final = 2000
METADATA_CHARACTERS_MAX: Final = 1000

# send-messages/quick-replies; the payload bound is that of reference/send-api/quick-replies.
QUICK_REPLIES_MAX: Final = 13
QUICK_REPLY_TITLE_CHARACTERS_MAX: Final = 20
QUICK_REPLY_PAYLOAD_CHARACTERS_MAX: Final = 1000

# send-messages (19 Mar 2025): several images in one message.
IMAGES_MAX: Final = 30

# instagram-messaging/features/send-message (24 Jun 2026): bytes of UTF-8, and pictures of one message.
INSTAGRAM_TEXT_BYTES_MAX: Final = 1000
INSTAGRAM_IMAGES_MAX: Final = 10

# reference/buttons/postback, reference/buttons/url.
BUTTONS_MAX: Final = 3
BUTTON_TITLE_CHARACTERS_MAX: Final = 20
BUTTON_PAYLOAD_CHARACTERS_MAX: Final = 1000

# reference/templates/button.
BUTTON_TEMPLATE_TEXT_CHARACTERS_MAX: Final = 640

# reference/templates/generic.
ELEMENTS_MAX: Final = 10
ELEMENT_TITLE_CHARACTERS_MAX: Final = 80
ELEMENT_SUBTITLE_CHARACTERS_MAX: Final = 80

# reference/templates/list (v4.0 and before). Meta asks for two items at least; its clients send one as well.
LIST_ELEMENTS_MAX: Final = 4
LIST_BUTTONS_MAX: Final = 1

# reference/templates/media, reference/templates/open-graph: exactly one element.
SINGLE_ELEMENT: Final = 1

# reference/templates/receipt.
RECEIPT_ELEMENTS_MAX: Final = 100

# reference/templates/airline-boarding-pass.
AIRLINE_FIELDS_MAX: Final = 5

# reference/templates/product.
PRODUCTS_MAX: Final = 10

# reference/templates/one-time-notif-request.
ONE_TIME_NOTIFICATION_TITLE_CHARACTERS_MAX: Final = 65

# send-messages/recurring-notifications: the opt-in request; marketing-messages-on-messenger/api-reference/text (23 Oct
# 2025).
OPT_IN_TITLE_CHARACTERS_MAX: Final = 65
MARKETING_TEXT_CHARACTERS_MAX: Final = 640

# reference/templates/customer-feedback-template.
FEEDBACK_TITLE_CHARACTERS_MAX: Final = 65
FEEDBACK_SUBTITLE_CHARACTERS_MAX: Final = 80
FEEDBACK_BUTTON_TITLE_CHARACTERS_MAX: Final = 20

# graph-api/batch-requests: parts of one batch request. A longer list goes out as several requests.
BATCH_REQUEST_PARTS_MAX: Final = 50
# Ours: a producer's explicit batch.
BATCH_PARTS_MAX: Final = 10_000
# With a colon and a number it must fit into `metadata`, by which its echo is known.
BROADCAST_ID_CHARACTERS_MAX: Final = 200

# reference/attachment-upload-api.
UPLOAD_BYTES_MAX: Final = 25 * 1024 * 1024
FILENAME_CHARACTERS_MAX: Final = 255

# reference/messenger-profile-api/persistent-menu (upd. 17 Jun 2026).
MENU_ITEMS_MAX: Final = 20
MENU_ITEM_TITLE_CHARACTERS_MAX: Final = 30
MENU_ITEM_PAYLOAD_CHARACTERS_MAX: Final = 1000

# reference/messenger-profile-api/get-started-button, /greeting, /whitelisted-domains, /ice-breakers, /commands.
GET_STARTED_PAYLOAD_CHARACTERS_MAX: Final = 1000
GREETING_CHARACTERS_MAX: Final = 160
WHITELISTED_DOMAINS_MAX: Final = 50
ICE_BREAKERS_MAX: Final = 4
ICE_BREAKER_QUESTION_CHARACTERS_MAX: Final = 80
ICE_BREAKER_PAYLOAD_CHARACTERS_MAX: Final = 1000
COMMANDS_MAX: Final = 100
COMMAND_NAME_CHARACTERS_MAX: Final = 32
COMMAND_DESCRIPTION_CHARACTERS_MAX: Final = 64

# send-messages/personas.
PERSONA_NAME_CHARACTERS_MAX: Final = 50

# handover-protocol: metadata of pass, take and request.
THREAD_METADATA_CHARACTERS_MAX: Final = 1000

# conversation-routing/conversation-control: a thread is kept for 7 days at most.
THREAD_CONTROL_SECONDS_MAX: Final = 7 * 24 * 3600

# built-in-nlp.
NLP_N_BEST_MIN: Final = 1
NLP_N_BEST_MAX: Final = 8

# reference/messenger-code-api: `image_size` in pixels.
MESSENGER_CODE_PIXELS_MIN: Final = 100
MESSENGER_CODE_PIXELS_MAX: Final = 2000

# features/moderate-conversations.
MODERATED_USERS_MAX: Final = 10
MODERATION_ACTIONS_MAX: Final = 2

# reference/templates/image-grid (30 Jun 2026).
GRID_IMAGES_MIN: Final = 2
GRID_IMAGES_MAX: Final = 6
GRID_TITLE_CHARACTERS_MAX: Final = 45
GRID_SUBTITLE_CHARACTERS_MAX: Final = 80

# Ours: names of fields or metrics in one read.
FIELDS_MAX: Final = 200
