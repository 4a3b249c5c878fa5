"""Built-in NLP, custom events, ID matching, Messenger codes."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from producer.commands.apps import GenerateMessengerCode, GetUserField, LogCustomEvents, SetNlpConfigs
from producer.commands.secrets import Secret
from producer.messages.builders import plain_list, plain_object
from producer.vocabulary.checking import checked
from producer.vocabulary.options import CallOptions, CodeOptions, IdOptions, NlpOptions


def set_nlp_configs(**config: Unpack[NlpOptions]) -> SetNlpConfigs:
    """Changes built-in NLP: `nlp_enabled`, `model`, `custom_token` of Wit, `verbose`, `n_best` (1 to 8).

    Args:
        config: see `NlpOptions`; `n_best` is 1 to 8.
    """
    rest: dict[str, Any] = dict(config)
    known = {name: rest.pop(name, None) for name in _NLP}
    return checked(SetNlpConfigs(extra=plain_object(rest, "config"), **known))


def enable_nlp(**options: Unpack[CallOptions]) -> SetNlpConfigs:
    """Turns built-in NLP on.

    Args:
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(SetNlpConfigs(nlp_enabled=True, **options))


def disable_nlp(**options: Unpack[CallOptions]) -> SetNlpConfigs:
    """Turns built-in NLP off.

    Args:
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(SetNlpConfigs(nlp_enabled=False, **options))


def log_custom_events(
    *,
    page_id: str | int,
    page_scoped_user_id: str | int,
    events: Sequence[Mapping[str, object]],
    app_id: str | int | None = None,
    **options: Unpack[CallOptions],
) -> LogCustomEvents:
    """Logs custom events of a person; `app_id` replaces the configured one.

    Args:
        page_id: text of 1 to 512 characters, or a whole number.
        page_scoped_user_id: text of 1 to 512 characters, or a whole number.
        events: a list of objects, as Meta's App Events have them.
        app_id: text or whole number.
        options: `access_token` as text or `producer.secret("name")`.
    """
    items = plain_list(events, "events")
    command = LogCustomEvents(
        page_id=page_id, page_scoped_user_id=page_scoped_user_id, events=items, app_id=app_id, **options
    )
    return checked(command)


def get_user_field(
    *,
    field: str,
    user_id: str,
    app_secret: str | Secret | None = None,
    **options: Unpack[IdOptions],
) -> GetUserField:
    """Reads `ids_for_apps` or `ids_for_pages` of a person, with a proof by `app_secret`.

    Without `app_secret` the configured one of the Page's app is taken.

    Args:
        field: text of 1 to 512 characters.
        user_id: PSID as text of 1 to 512 characters.
        app_secret: text, or `producer.secret("name")`.
        options: see `IdOptions`.
    """
    return checked(GetUserField(field=field, user_id=user_id, app_secret=app_secret, **options))


def get_ids_for_apps(
    *, user_id: str, app_secret: str | Secret | None = None, **options: Unpack[IdOptions]
) -> GetUserField:
    """Reads a person's ids for other apps of the business; `app` names one of them.

    Args:
        user_id: PSID as text of 1 to 512 characters.
        app_secret: text, or `producer.secret("name")`.
        options: see `IdOptions`.
    """
    return checked(GetUserField(field="ids_for_apps", user_id=user_id, app_secret=app_secret, **options))


def get_ids_for_pages(
    *, user_id: str, app_secret: str | Secret | None = None, **options: Unpack[IdOptions]
) -> GetUserField:
    """Reads a person's ids for other Pages of the business; `page` names one of them.

    Args:
        user_id: PSID as text of 1 to 512 characters.
        app_secret: text, or `producer.secret("name")`.
        options: see `IdOptions`.
    """
    return checked(GetUserField(field="ids_for_pages", user_id=user_id, app_secret=app_secret, **options))


def generate_messenger_code(**options: Unpack[CodeOptions]) -> GenerateMessengerCode:
    """Makes a Messenger code of `image_size` pixels (100 to 2000), with `data={"ref": …}` a parametric one.

    Args:
        options: see `CodeOptions`.
    """
    rest: dict[str, Any] = dict(options)
    token = rest.pop("access_token", None)
    image_size = rest.pop("image_size", None)
    data = rest.pop("data", None)
    command = GenerateMessengerCode(
        image_size=image_size, data=data, extra=plain_object(rest, "options"), access_token=token
    )
    return checked(command)


_NLP = ("nlp_enabled", "model", "custom_token", "verbose", "n_best", "access_token")
