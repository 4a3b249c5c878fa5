"""The Page's messaging metrics."""

from collections.abc import Sequence
from typing import Any, Unpack

from producer.commands.insights import GetInsight, GetInsights
from producer.commands.results import Insight
from producer.vocabulary.listing import listed
from producer.vocabulary.options import InsightOptions
from producer.vocabulary.submitting import Submitting


class InsightMethods(Submitting):
    """Methods of metrics; `since` and `until` are Unix seconds. A single metric without a value gives None."""

    __slots__ = ()

    def get_insights(self, metrics: Sequence[str], **options: Unpack[InsightOptions]) -> list[Insight]:
        """Reads metrics by name.

        Args:
            metrics: a list of at most 200 names.
            options: see `InsightOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        rest, token = _split(options)
        return self._run(GetInsights(metrics=listed(metrics, "metrics"), params=rest, access_token=token))

    def get_blocked_conversations(self, **options: Unpack[InsightOptions]) -> Insight | None:
        """Reads how many conversations were blocked.

        Args:
            options: see `InsightOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._metric("page_messages_blocked_conversations_unique", options)

    def get_reported_conversations(self, **options: Unpack[InsightOptions]) -> Insight | None:
        """Reads how many conversations were reported.

        Args:
            options: see `InsightOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._metric("page_messages_reported_conversations_unique", options)

    def get_open_conversations(self, **options: Unpack[InsightOptions]) -> Insight | None:
        """Reads the same as `get_total_messaging_connections`, which replaced it on 11 May 2018.

        Args:
            options: see `InsightOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._metric("page_messages_total_messaging_connections", options)

    def get_total_messaging_connections(self, **options: Unpack[InsightOptions]) -> Insight | None:
        """Reads how many people have written to the Page and did not block it.

        Args:
            options: see `InsightOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._metric("page_messages_total_messaging_connections", options)

    def get_new_conversations(self, **options: Unpack[InsightOptions]) -> Insight | None:
        """Reads how many people wrote to the Page for the first time.

        Args:
            options: see `InsightOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._metric("page_messages_new_conversations_unique", options)

    def _metric(self, metric: str, options: InsightOptions) -> Insight | None:
        rest, token = _split(options)
        return self._run(GetInsight(metric=metric, params=rest, access_token=token))


def _split(options: InsightOptions) -> tuple[dict[str, object], Any]:
    rest: dict[str, Any] = dict(options)
    token = rest.pop("access_token", None)
    return rest, token
