"""The Page's messaging metrics."""

from collections.abc import Sequence
from typing import Any, Unpack

from producer.commands.insights import GetInsight, GetInsights
from producer.vocabulary.checking import checked
from producer.vocabulary.listing import listed
from producer.vocabulary.options import InsightOptions


def get_insights(metrics: Sequence[str], **options: Unpack[InsightOptions]) -> GetInsights:
    """Reads metrics by name.

    Args:
        metrics: a list of at most 200 names.
        options: see `InsightOptions`.
    """
    rest, token = _split(options)
    return checked(GetInsights(metrics=listed(metrics, "metrics"), params=rest, access_token=token))


def get_blocked_conversations(**options: Unpack[InsightOptions]) -> GetInsight:
    """Reads how many conversations were blocked.

    Args:
        options: see `InsightOptions`.
    """
    return _metric("page_messages_blocked_conversations_unique", options)


def get_reported_conversations(**options: Unpack[InsightOptions]) -> GetInsight:
    """Reads how many conversations were reported.

    Args:
        options: see `InsightOptions`.
    """
    return _metric("page_messages_reported_conversations_unique", options)


def get_open_conversations(**options: Unpack[InsightOptions]) -> GetInsight:
    """Reads the same as `get_total_messaging_connections`, which replaced it on 11 May 2018.

    Args:
        options: see `InsightOptions`.
    """
    return _metric("page_messages_total_messaging_connections", options)


def get_total_messaging_connections(**options: Unpack[InsightOptions]) -> GetInsight:
    """Reads how many people have written to the Page and did not block it.

    Args:
        options: see `InsightOptions`.
    """
    return _metric("page_messages_total_messaging_connections", options)


def get_new_conversations(**options: Unpack[InsightOptions]) -> GetInsight:
    """Reads how many people wrote to the Page for the first time.

    Args:
        options: see `InsightOptions`.
    """
    return _metric("page_messages_new_conversations_unique", options)


def _metric(metric: str, options: InsightOptions) -> GetInsight:
    rest, token = _split(options)
    return checked(GetInsight(metric=metric, params=rest, access_token=token))


def _split(options: InsightOptions) -> tuple[dict[str, object], Any]:
    rest: dict[str, Any] = dict(options)
    token = rest.pop("access_token", None)
    return rest, token
