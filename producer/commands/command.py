"""A command is what a producer asks for: a frozen struct that knows the form of its reply and shows no secret."""

from typing import Generic, TypeVar

import msgspec

from producer.by_value import by_value
from producer.commands.secrets import Secret, redacted

Reply_co = TypeVar("Reply_co", covariant=True)


class CommandOf(
    msgspec.Struct,
    Generic[Reply_co],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    forbid_unknown_fields=True,
):
    """The ground of every command; `Reply_co` is what Graph's answer becomes for the caller.

    `access_token` replaces the Page's token for this one call. A token as text is for the direct client only: a
    queued command carries `producer.secret("name")` or nothing. Text bounds are those of `producer.limits`.
    """

    access_token: str | Secret | None = None

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({shown})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        shown: list[tuple[str, object]] = []
        for field in msgspec.structs.fields(self):
            value = getattr(self, field.name)
            empty = {} if field.default_factory is dict else field.default
            if value != empty:
                shown.append((field.name, _shown(field.name, value)))
        return shown


def _shown(name: str, value: object) -> object:
    masked = redacted({name: msgspec.to_builtins(value, builtin_types=(bytes,), enc_hook=by_value)})
    return masked[name] if isinstance(masked, dict) else masked
