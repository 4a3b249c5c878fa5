"""Commands of the app: built-in NLP, custom events, ID matching, Messenger codes."""

import msgspec

from producer.commands.command import CommandOf
from producer.commands.fields import Id, IdText, NBest, Pixels
from producer.commands.results import IdPage, MessengerCode, Success
from producer.commands.secrets import Secret


class SetNlpConfigs(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="set_nlp_configs",
    forbid_unknown_fields=True,
):
    """Changes the configuration of built-in NLP."""

    nlp_enabled: bool | None = None
    model: IdText | None = None
    custom_token: str | Secret | None = None
    verbose: bool | None = None
    n_best: NBest | None = None
    extra: dict[str, object] = msgspec.field(default_factory=dict)


class LogCustomEvents(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="log_custom_events",
    forbid_unknown_fields=True,
):
    """Logs custom events of a person for the app."""

    page_id: Id
    page_scoped_user_id: Id
    events: list[dict[str, object]]
    app_id: Id | None = None


class GetUserField(
    CommandOf[IdPage],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_user_field",
    forbid_unknown_fields=True,
):
    """Reads the ids of a person for other apps or Pages of the business; goes with a proof by `app_secret`."""

    user_id: IdText
    field: IdText
    app_secret: str | Secret | None = None
    app: Id | None = None
    page: Id | None = None


class GenerateMessengerCode(
    CommandOf[MessengerCode],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="generate_messenger_code",
    forbid_unknown_fields=True,
):
    """Makes a Messenger code; `image_size` in pixels."""

    image_size: Pixels | None = None
    data: dict[str, object] | None = None
    extra: dict[str, object] = msgspec.field(default_factory=dict)
