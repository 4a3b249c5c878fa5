"""Built-in NLP, custom events, ID matching, Messenger codes."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from producer.commands.apps import GenerateMessengerCode, GetUserField, LogCustomEvents, SetNlpConfigs
from producer.commands.results import IdPage, MessengerCode, Success
from producer.commands.secrets import Secret
from producer.messages.builders import plain_list, plain_object
from producer.vocabulary.options import CallOptions, CodeOptions, IdOptions, NlpOptions
from producer.vocabulary.submitting import Submitting


class AppMethods(Submitting):
    """Methods of the app. Secrets go through the queue only as `producer.secret("name")`."""

    __slots__ = ()

    def set_nlp_configs(self, **config: Unpack[NlpOptions]) -> Success:
        """Changes built-in NLP: `nlp_enabled`, `model`, `custom_token` of Wit, `verbose`, `n_best` (1 to 8).

        Args:
            config: see `NlpOptions`; `n_best` is 1 to 8.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        rest: dict[str, Any] = dict(config)
        known = {name: rest.pop(name, None) for name in _NLP}
        return self._run(SetNlpConfigs(extra=plain_object(rest, "config"), **known))

    def enable_nlp(self, **options: Unpack[CallOptions]) -> Success:
        """Turns built-in NLP on.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(SetNlpConfigs(nlp_enabled=True, **options))

    def disable_nlp(self, **options: Unpack[CallOptions]) -> Success:
        """Turns built-in NLP off.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(SetNlpConfigs(nlp_enabled=False, **options))

    def log_custom_events(
        self,
        *,
        page_id: str | int,
        page_scoped_user_id: str | int,
        events: Sequence[Mapping[str, object]],
        app_id: str | int | None = None,
        **options: Unpack[CallOptions],
    ) -> Success:
        """Logs custom events of a person; `app_id` replaces the configured one.

        Args:
            page_id: text of 1 to 512 characters, or a whole number.
            page_scoped_user_id: text of 1 to 512 characters, or a whole number.
            events: a list of objects, as Meta's App Events have them.
            app_id: text or whole number.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        items = plain_list(events, "events")
        command = LogCustomEvents(
            page_id=page_id, page_scoped_user_id=page_scoped_user_id, events=items, app_id=app_id, **options
        )
        return self._run(command)

    def get_user_field(
        self,
        *,
        field: str,
        user_id: str,
        app_secret: str | Secret | None = None,
        **options: Unpack[IdOptions],
    ) -> IdPage:
        """Reads `ids_for_apps` or `ids_for_pages` of a person, with a proof by `app_secret`.

        Without `app_secret` the configured one of the Page's app is taken.

        Args:
            field: text of 1 to 512 characters.
            user_id: PSID as text of 1 to 512 characters.
            app_secret: text, or `producer.secret("name")`.
            options: see `IdOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(GetUserField(field=field, user_id=user_id, app_secret=app_secret, **options))

    def get_ids_for_apps(
        self, *, user_id: str, app_secret: str | Secret | None = None, **options: Unpack[IdOptions]
    ) -> IdPage:
        """Reads a person's ids for other apps of the business; `app` names one of them.

        Args:
            user_id: PSID as text of 1 to 512 characters.
            app_secret: text, or `producer.secret("name")`.
            options: see `IdOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(
            GetUserField(field="ids_for_apps", user_id=user_id, app_secret=app_secret, **options)
        )

    def get_ids_for_pages(
        self, *, user_id: str, app_secret: str | Secret | None = None, **options: Unpack[IdOptions]
    ) -> IdPage:
        """Reads a person's ids for other Pages of the business; `page` names one of them.

        Args:
            user_id: PSID as text of 1 to 512 characters.
            app_secret: text, or `producer.secret("name")`.
            options: see `IdOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(
            GetUserField(field="ids_for_pages", user_id=user_id, app_secret=app_secret, **options)
        )

    def generate_messenger_code(self, **options: Unpack[CodeOptions]) -> MessengerCode:
        """Makes a Messenger code of `image_size` pixels (100 to 2000), with `data={"ref": …}` a parametric one.

        Args:
            options: see `CodeOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        rest: dict[str, Any] = dict(options)
        token = rest.pop("access_token", None)
        image_size = rest.pop("image_size", None)
        data = rest.pop("data", None)
        command = GenerateMessengerCode(
            image_size=image_size, data=data, extra=plain_object(rest, "options"), access_token=token
        )
        return self._run(command)


_NLP = ("nlp_enabled", "model", "custom_token", "verbose", "n_best", "access_token")
