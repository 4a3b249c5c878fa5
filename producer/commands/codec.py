"""Commands become bytes without their type, which lies beside them, and come back fully validated."""

import re
from collections.abc import Mapping
from typing import Final, get_args

import msgspec

from producer.by_value import by_value
from producer.commands.forms import check_values
from producer.commands.parts import Command
from producer.commands.recipients import bare
from producer.commands.send import SenderAction, SendMessage
from producer.errors import InvalidCommandError


def tag_of(command: Command | type[Command]) -> str:
    """Returns the tag of a command or of its class, as it stands in an envelope and in a line of JSON."""
    return str(command.__struct_config__.tag)


TYPES: Final[Mapping[str, type[Command]]] = {tag_of(kind): kind for kind in get_args(Command)}

_ENCODER: Final = msgspec.msgpack.Encoder(enc_hook=by_value)
_JSON: Final = msgspec.json.Encoder(enc_hook=by_value, order="deterministic")
_DECODERS: Final = {tag: msgspec.msgpack.Decoder(type=kind) for tag, kind in TYPES.items()}
_ANY_TYPE: Final[msgspec.json.Decoder[Command]] = msgspec.json.Decoder(type=Command)
_FIXMAP: Final = 0x80
_FIXMAP_MEMBERS_MAX: Final = 15
# The head of a map with one member fewer, by the head that it had; no command has so many that it needs a longer one.
_SHRUNK: Final = {_FIXMAP + n: bytes((_FIXMAP + n - 1,)) for n in range(1, _FIXMAP_MEMBERS_MAX + 1)}
# The tag is the first member: the map's head, then "type", then the tag itself.
_TAG_BYTES: Final = {
    kind: 1 + len(_ENCODER.encode("type")) + len(_ENCODER.encode(tag)) for tag, kind in TYPES.items()
}
_WHERE: Final = re.compile(r" - at `\$\.?([^`]*)`$")


def encode(command: Command) -> bytes:
    """Returns the command as msgpack without its type; raises `InvalidCommandError` for what msgpack cannot carry."""
    try:
        data = _ENCODER.encode(command)
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise _unfit(command) from None
    return _SHRUNK[data[0]] + data[_TAG_BYTES[type(command)] :]


def json_of(value: object) -> bytes:
    """Returns a command as JSON, the same for equal ones; raises `InvalidCommandError` for what JSON cannot carry."""
    try:
        return _JSON.encode(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise _unfit(value) from None


def _unfit(value: object) -> InvalidCommandError:
    """Returns why a command cannot be stored, with the place as far as it is found."""
    try:
        check_values(value, "")
    except InvalidCommandError as error:
        return error
    except RecursionError:
        return InvalidCommandError("", "is nested too deep")
    return InvalidCommandError("", "holds something that cannot be stored")


def decode(type_tag: str, data: bytes) -> Command:
    """Returns the command of this type; raises `InvalidCommandError` for bytes that are no such command."""
    decoder = _DECODERS.get(type_tag)
    if decoder is None:
        raise InvalidCommandError("type", "is not known to this version")
    try:
        command: Command = decoder.decode(data)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidCommandError("", "does not decode: the bytes are damaged") from None
    return command


def from_json(line: bytes | str) -> Command:
    """Returns the command of one line of JSON, `{"type": "send_message", …}`; raises `InvalidCommandError`."""
    try:
        return normal(_ANY_TYPE.decode(line))
    except msgspec.ValidationError as error:
        raise _invalid(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidCommandError("", "is no JSON") from None


def normal(command: Command) -> Command:
    """Returns the command in its smallest form: a recipient object that is just a PSID becomes the bare PSID."""
    if not isinstance(command, SendMessage | SenderAction):
        return command
    recipient = bare(command.recipient)
    if recipient == command.recipient:
        return command
    return msgspec.structs.replace(command, recipient=recipient)


def _invalid(error: msgspec.ValidationError) -> InvalidCommandError:
    sentence = str(error)
    where = _WHERE.search(sentence)
    path = where.group(1) if where else ""
    problem = _WHERE.sub("", sentence)
    if problem.startswith("Invalid"):
        # msgspec names the value here.
        problem = "is none of the known values"
    return InvalidCommandError(path, problem)
