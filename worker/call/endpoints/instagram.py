"""What Instagram takes less of than Messenger: bounds that only the worker can hold, since it knows the accounts.

Source: Meta's Instagram pages "Send a Message" (24 Jun 2026) and "User Profile".
"""

from collections.abc import Mapping, Sequence
from typing import Final

from producer import limits
from producer.errors import InvalidCommandError

INSTAGRAM_PROFILE_FIELDS: Final = (
    "id",
    "name",
    "username",
    "profile_pic",
    "follower_count",
    "is_verified_user",
    "is_user_follow_business",
    "is_business_follow_user",
)
_MESSENGERS_OWN: Final = frozenset({"first_name", "last_name", "locale", "timezone", "gender"})


def check_message(message: Mapping[str, object]) -> None:
    """Raises unless an account on Instagram may send `message`: text of 1,000 bytes, 10 pictures."""
    text = message.get("text")
    if isinstance(text, str) and len(text.encode("utf-8", "replace")) > limits.INSTAGRAM_TEXT_BYTES_MAX:
        bound = f"at most {limits.INSTAGRAM_TEXT_BYTES_MAX} bytes of UTF-8 on Instagram"
        raise InvalidCommandError("message.text", bound)
    images = message.get("attachments")
    if isinstance(images, list) and len(images) > limits.INSTAGRAM_IMAGES_MAX:
        place = f"message.attachments[{limits.INSTAGRAM_IMAGES_MAX}]"
        raise InvalidCommandError(place, f"at most {limits.INSTAGRAM_IMAGES_MAX} pictures on Instagram")


def check_profile_fields(fields: Sequence[str] | None) -> None:
    """Raises when `fields` names one that the profile of an IGSID does not have: Graph refuses the whole read."""
    for index, name in enumerate(fields or ()):
        if name in _MESSENGERS_OWN:
            there = ", ".join(INSTAGRAM_PROFILE_FIELDS)
            raise InvalidCommandError(f"fields[{index}]", f"is not there on Instagram, which has {there}")
