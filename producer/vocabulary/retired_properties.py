"""Properties of the Messenger profile that Meta has removed since v4.0: payments, target audience, home URL."""

from collections.abc import Sequence
from typing import Unpack

from producer.commands.results import ProfileChange
from producer.vocabulary.listing import listed
from producer.vocabulary.options import CallOptions
from producer.vocabulary.profile import ProfileMethods


class RetiredPropertyMethods(ProfileMethods):
    """Methods of properties that current versions of Graph refuse; a getter gives None when nothing is set."""

    __slots__ = ()

    def get_payment_settings(self, **options: Unpack[CallOptions]) -> dict[str, object] | None:
        """Reads the payment settings: an object with `payment_settings`.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._object("payment_settings", options)

    def set_payment_privacy_policy_url(self, url: str, **options: Unpack[CallOptions]) -> ProfileChange:
        """Sets the address of the privacy policy of payments.

        Args:
            url: text.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._set("payment_settings", {"privacy_url": url}, options)

    def set_payment_public_key(self, key: str, **options: Unpack[CallOptions]) -> ProfileChange:
        """Sets the public key of payments.

        Args:
            key: text.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._set("payment_settings", {"public_key": key}, options)

    def set_payment_test_users(self, users: Sequence[str], **options: Unpack[CallOptions]) -> ProfileChange:
        """Sets the PSIDs of people who test payments.

        Args:
            users: a list of PSIDs.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._set("payment_settings", {"test_users": listed(users, "users")}, options)

    def delete_payment_settings(self, **options: Unpack[CallOptions]) -> ProfileChange:
        """Deletes the payment settings.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._delete("payment_settings", options)

    def get_target_audience(self, **options: Unpack[CallOptions]) -> dict[str, object] | None:
        """Reads the target audience: an object with `target_audience`.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._object("target_audience", options)

    def set_target_audience(
        self,
        audience_type: str,
        whitelist: Sequence[str] | None = (),
        blacklist: Sequence[str] | None = (),
        **options: Unpack[CallOptions],
    ) -> ProfileChange:
        """Sets who discovers the Page: `all`, `none`, or `custom` with countries as ISO 3166 alpha-2 codes.

        Args:
            audience_type: `all`, `custom` or `none`.
            whitelist: a list of ISO 3166 alpha-2 codes, empty by default.
            blacklist: a list of ISO 3166 alpha-2 codes, empty by default.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        countries = {
            "whitelist": None if whitelist is None else listed(whitelist, "whitelist"),
            "blacklist": None if blacklist is None else listed(blacklist, "blacklist"),
        }
        return self._set("target_audience", {"audience_type": audience_type, "countries": countries}, options)

    def delete_target_audience(self, **options: Unpack[CallOptions]) -> ProfileChange:
        """Deletes the target audience.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._delete("target_audience", options)

    def get_home_url(self, **options: Unpack[CallOptions]) -> dict[str, object] | None:
        """Reads the chat extension's home: an object with `home_url`.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._object("home_url", options)

    def set_home_url(
        self,
        url: str,
        *,
        webview_height_ratio: str | None = "tall",
        in_test: bool | None = None,
        webview_share_button: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ProfileChange:
        """Sets the chat extension's home; `webview_height_ratio` is `tall` when absent.

        Args:
            url: text.
            webview_height_ratio: `tall` by default.
            in_test: true or false; absent by default.
            webview_share_button: `show` or `hide`; absent by default.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        home: dict[str, object] = {"url": url, "webview_height_ratio": webview_height_ratio or "tall"}
        if in_test is not None:
            home["in_test"] = in_test
        if webview_share_button is not None:
            home["webview_share_button"] = webview_share_button
        return self._set("home_url", home, options)

    def delete_home_url(self, **options: Unpack[CallOptions]) -> ProfileChange:
        """Deletes the chat extension's home.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._delete("home_url", options)
