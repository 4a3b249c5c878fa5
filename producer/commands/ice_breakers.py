"""Ice breakers in either of Meta's forms: by locale, or a list of questions without one; never a mixture."""

from collections.abc import Mapping, Sequence

from producer import limits
from producer.commands.shapes import join
from producer.errors import InvalidCommandError


def check_ice_breakers(ice_breakers: object, path: str) -> None:
    """Raises unless each entry has `call_to_actions` and `locale`, or each has `question` and `payload`.

    By locale there is one for `default`, as Meta wants it (100/2534058); without locales there are at most 4 questions.
    """
    if not isinstance(ice_breakers, Sequence) or isinstance(ice_breakers, str | bytes):
        return
    entries = [each for each in ice_breakers if isinstance(each, Mapping)]
    localised = any("call_to_actions" in each or "locale" in each for each in entries)
    wanted = ("call_to_actions", "locale") if localised else ("question", "payload")
    for index, entry in enumerate(entries):
        for member in wanted:
            if entry.get(member) is None:
                raise InvalidCommandError(join(f"{path}[{index}]", member), "is missing")
    if localised and all(each["locale"] != "default" for each in entries):
        raise InvalidCommandError(path, "one entry must have the locale default")
    if not localised and len(entries) > limits.ICE_BREAKERS_MAX:
        bound = f"at most {limits.ICE_BREAKERS_MAX} questions"
        raise InvalidCommandError(f"{path}[{limits.ICE_BREAKERS_MAX}]", bound)
