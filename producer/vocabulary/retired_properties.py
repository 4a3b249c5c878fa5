"""Properties of the Messenger profile that Meta has removed since v4.0: payments, target audience, home URL."""

from collections.abc import Sequence
from typing import Unpack

from producer.commands.profile import (
    DeleteMessengerProfile,
    GetProfileProperty,
    SetMessengerProfile,
)
from producer.vocabulary.listing import listed
from producer.vocabulary.options import PlatformOptions
from producer.vocabulary.profile import delete_property, read_property, set_property


def get_payment_settings(**options: Unpack[PlatformOptions]) -> GetProfileProperty[dict[str, object] | None]:
    """Reads the payment settings: an object with `payment_settings`.

    Args:
        options: `access_token` as text or `producer.secret("name")`.
    """
    return read_property("payment_settings", options)


def set_payment_privacy_policy_url(url: str, **options: Unpack[PlatformOptions]) -> SetMessengerProfile:
    """Sets the address of the privacy policy of payments.

    Args:
        url: text.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return set_property("payment_settings", {"privacy_url": url}, options)


def set_payment_public_key(key: str, **options: Unpack[PlatformOptions]) -> SetMessengerProfile:
    """Sets the public key of payments.

    Args:
        key: text.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return set_property("payment_settings", {"public_key": key}, options)


def set_payment_test_users(users: Sequence[str], **options: Unpack[PlatformOptions]) -> SetMessengerProfile:
    """Sets the PSIDs of people who test payments.

    Args:
        users: a list of PSIDs.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return set_property("payment_settings", {"test_users": listed(users, "users")}, options)


def delete_payment_settings(**options: Unpack[PlatformOptions]) -> DeleteMessengerProfile:
    """Deletes the payment settings.

    Args:
        options: `access_token` as text or `producer.secret("name")`.
    """
    return delete_property("payment_settings", options)


def get_target_audience(**options: Unpack[PlatformOptions]) -> GetProfileProperty[dict[str, object] | None]:
    """Reads the target audience: an object with `target_audience`.

    Args:
        options: `access_token` as text or `producer.secret("name")`.
    """
    return read_property("target_audience", options)


def set_target_audience(
    audience_type: str,
    whitelist: Sequence[str] | None = (),
    blacklist: Sequence[str] | None = (),
    **options: Unpack[PlatformOptions],
) -> SetMessengerProfile:
    """Sets who discovers the Page: `all`, `none`, or `custom` with countries as ISO 3166 alpha-2 codes.

    Args:
        audience_type: `all`, `custom` or `none`.
        whitelist: a list of ISO 3166 alpha-2 codes, empty by default.
        blacklist: a list of ISO 3166 alpha-2 codes, empty by default.
        options: `access_token` as text or `producer.secret("name")`.
    """
    countries = {
        "whitelist": None if whitelist is None else listed(whitelist, "whitelist"),
        "blacklist": None if blacklist is None else listed(blacklist, "blacklist"),
    }
    return set_property("target_audience", {"audience_type": audience_type, "countries": countries}, options)


def delete_target_audience(**options: Unpack[PlatformOptions]) -> DeleteMessengerProfile:
    """Deletes the target audience.

    Args:
        options: `access_token` as text or `producer.secret("name")`.
    """
    return delete_property("target_audience", options)


def get_home_url(**options: Unpack[PlatformOptions]) -> GetProfileProperty[dict[str, object] | None]:
    """Reads the chat extension's home: an object with `home_url`.

    Args:
        options: `access_token` as text or `producer.secret("name")`.
    """
    return read_property("home_url", options)


def set_home_url(
    url: str,
    *,
    webview_height_ratio: str | None = "tall",
    in_test: bool | None = None,
    webview_share_button: str | None = None,
    **options: Unpack[PlatformOptions],
) -> SetMessengerProfile:
    """Sets the chat extension's home; `webview_height_ratio` is `tall` when absent.

    Args:
        url: text.
        webview_height_ratio: `tall` by default.
        in_test: true or false; absent by default.
        webview_share_button: `show` or `hide`; absent by default.
        options: `access_token` as text or `producer.secret("name")`.
    """
    home: dict[str, object] = {"url": url, "webview_height_ratio": webview_height_ratio or "tall"}
    if in_test is not None:
        home["in_test"] = in_test
    if webview_share_button is not None:
        home["webview_share_button"] = webview_share_button
    return set_property("home_url", home, options)


def delete_home_url(**options: Unpack[PlatformOptions]) -> DeleteMessengerProfile:
    """Deletes the chat extension's home.

    Args:
        options: `access_token` as text or `producer.secret("name")`.
    """
    return delete_property("home_url", options)
