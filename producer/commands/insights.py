"""The command that reads the Page's messaging metrics."""

import msgspec

from producer.commands.command import CommandOf
from producer.commands.fields import Fields
from producer.commands.results import Insight


class GetInsights(
    CommandOf[list[Insight]],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_insights",
    forbid_unknown_fields=True,
):
    """Reads metrics; `params` such as `since` and `until` in Unix seconds."""

    metrics: Fields
    params: dict[str, object] = msgspec.field(default_factory=dict)


class GetInsight(
    CommandOf[Insight | None],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_insight",
    forbid_unknown_fields=True,
):
    """Reads one metric; None when Graph has no value."""

    metric: str
    params: dict[str, object] = msgspec.field(default_factory=dict)
