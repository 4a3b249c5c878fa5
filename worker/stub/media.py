"""Media by URL and saved attachments: what can be fetched, what is known, what has expired."""

from typing import Literal

from worker.stub.refusals import Refusal, invalid

MediaState = Literal["fetched", "unreachable", "mismatched", "slow", "too_large"]

KEPT_S = 90 * 24 * 3600

REFUSAL_BY_STATE: dict[str, Refusal] = {
    "unreachable": invalid("Failed to fetch the file from the url", 2018008),
    "mismatched": invalid("Upload attachment failure", 2018047),
    "slow": invalid("The video could not be fetched within 75 seconds, or is corrupt", 2018294),
    "too_large": invalid("The attachment size exceeds the allowable limit", 2018109),
}
_FOREIGN = invalid("Attachment id is invalid or belongs to another Page", 2018074)


class Media:
    """Knows the attachments that were saved by Page, and the URLs that cannot be fetched."""

    def __init__(self) -> None:
        self._urls: dict[str, Refusal] = {}
        self._saved_at: dict[tuple[str, str], float] = {}

    def set(self, url: str, state: MediaState) -> None:
        """Sets what a fetch of the URL comes to, from now on."""
        if state == "fetched":
            self._urls.pop(url, None)
        else:
            self._urls[url] = REFUSAL_BY_STATE[state]

    def save(self, page: str, attachment_id: str, now: float) -> None:
        """Remembers a saved attachment; its id lasts 90 days of the stub's clock."""
        self._saved_at[page, attachment_id] = now

    def refuse_url(self, url: str) -> Refusal | None:
        """Returns why the URL's file does not arrive, or None."""
        return self._urls.get(url)

    def refuse_id(self, page: str, attachment_id: str, now: float, *, strict: bool) -> Refusal | None:
        """Returns why an attachment id is no good: expired, or (strict) never saved by this Page."""
        saved_at = self._saved_at.get((page, attachment_id))
        if saved_at is None:
            return _FOREIGN if strict else None
        return _FOREIGN if now - saved_at > KEPT_S else None
