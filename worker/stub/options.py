"""What a stub of Graph is told before it starts: one checked, frozen value."""

from typing import Annotated, Any, Literal

import msgspec

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Milliseconds = Annotated[float, msgspec.Meta(ge=0, le=600_000)]
RateClass = Literal["text", "media", "profile", "other"]
Rate = tuple[Annotated[float, msgspec.Meta(gt=0)], Annotated[float, msgspec.Meta(ge=0)]]


class StubOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Says how a stub behaves from its start; its repr shows neither tokens nor secrets.

    Attributes:
        host: Address to listen on; loopback unless told otherwise.
        port: TCP port, 0 for a free one.
        pages: Token by Page id. Empty means that any token is taken: `TOKEN-<page>` is that Page's,
            every other text belongs to a Page id derived from it.
        app_id: The app's id as Graph names it in answers.
        app_secret: Key of `appsecret_proof` and second half of the app's token.
        page_secrets: App secret by Page id, where Pages belong to other apps.
        require_proof: Refuse calls without `appsecret_proof`; by default only when a secret is known.
            A wrong proof is refused whenever a secret is known.
        latency_ms: Time between a request's delivery and its answer.
        ledger: Keep deliveries and requests; off for benchmarks.
        ledger_bodies: Keep each message whole; otherwise a digest of 16 hex digits.
        ledger_file: Path of a JSON-lines copy of the ledger, written before each request is answered.
        shuffle_seed: Run the independent parts of a batch in a seeded random order instead of the given one.
        seed: Start of every other chance in the stub (echo delays, odd errors).
        limits: Calls a second and burst by rate class (`text`, `media`, `profile`, `other`), for each Page;
            above burst + rate x (t + 0.25 s) in any window the call is refused with code 613.
        count_refused: Calls that a limit refused are counted too, as Meta does, and so prolong it.
        thread_limit: Calls a second and burst for each recipient of a Page, code 613 above; None for none.
        usage_calls: Calls of one Page within `usage_window_s` that stand for 100 % in usage headers; None
            sends none. Meta's pool is 200 x engaged users in 86,400 s.
        usage_window_s: Length of that window on the stub's clock.
        usage_refuses: Answer calls above 100 % with 80006, 4 and 613 in turn.
        strict: Hold Meta's own windows and quotas on the stub's clock: 24 hours a recipient, tags that are
            gone, private replies once, 10 profile calls in 10 minutes, attachment ids that must exist.
        instagram: Ids of accounts on Instagram: they have its bounds, profiles, and a Messenger profile of their own.
        odd_every: Every n-th error carries members and a subcode that no document names; 0 never.
        media_fetch_ms: Time that media by URL adds to its request.
        echo_delay_ms: Longest delay of a message's echo; each has its own, so that echoes change order.
        body_bytes_max: Longest request body taken; above it the answer is HTTP 413.
    """

    host: str = "127.0.0.1"
    port: Port = 0
    pages: dict[str, str] = {}
    app_id: str = "100000000000001"
    app_secret: str | None = None
    page_secrets: dict[str, str] = {}
    require_proof: bool | None = None
    latency_ms: Milliseconds = 0.0
    ledger: bool = True
    ledger_bodies: bool = True
    ledger_file: str | None = None
    shuffle_seed: int | None = None
    seed: int = 0
    limits: dict[RateClass, Rate] = {}
    count_refused: bool = True
    thread_limit: Rate | None = None
    usage_calls: Annotated[int, msgspec.Meta(ge=1)] | None = None
    usage_window_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 3_600.0
    usage_refuses: bool = False
    strict: bool = False
    instagram: tuple[str, ...] = ()
    odd_every: Annotated[int, msgspec.Meta(ge=0)] = 0
    media_fetch_ms: Milliseconds = 0.0
    echo_delay_ms: Milliseconds = 0.0
    body_bytes_max: Annotated[int, msgspec.Meta(ge=1_024)] = 64 * 1024 * 1024

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        hidden: dict[str, Any] = {"pages": list(self.pages), "app_secret": self.app_secret and "…"}
        hidden["page_secrets"] = list(self.page_secrets)
        return [(name, hidden.get(name, getattr(self, name))) for name in self.__struct_fields__]

    def __repr__(self) -> str:
        return f"StubOptions({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"


def checked(options: StubOptions) -> StubOptions:
    """Returns the options when every bound holds.

    Raises:
        msgspec.ValidationError: A value is out of its bounds; the message has its path.
    """
    return msgspec.convert(msgspec.to_builtins(options), StubOptions)
