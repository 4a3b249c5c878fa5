"""One Graph API call, whatever carried it: who asks, for which Page, what, and why not."""

import msgspec

from worker.stub.ledger import Request
from worker.stub.options import RateClass
from worker.stub.refusals import Refusal, page_token_wanted, unknown_object
from worker.stub.sends import Send, read_send
from worker.stub.targets import Target
from worker.stub.tokens import Identity
from worker.stub.wire import Upload
from worker.stub.world import World

PAGE_EDGES = frozenset(
    {
        "messages",
        "message_attachments",
        "messenger_profile",
        "personas",
        "custom_labels",
        "pass_thread_control",
        "take_thread_control",
        "request_thread_control",
        "release_thread_control",
        "extend_thread_control",
        "thread_owner",
        "secondary_receivers",
        "insights",
        "nlp_configs",
        "custom_user_settings",
        "message_creatives",
        "broadcast_messages",
        "broadcast_reach_estimations",
        "messenger_codes",
        "messaging_feature_review",
        "business_messaging_feature_status",
        "message_templates",
        "moderate_conversations",
        "subscribed_apps",
        "unlink_accounts",
        "sticker_packs",
        "sticker_search",
        "welcome_message_flows",
        "notification_message_tokens",
    }
)
_LOOSE_PAGE_EDGES = PAGE_EDGES - {"custom_labels"}


class Credentials(msgspec.Struct, frozen=True):
    """Token and proof that a batch gives its parts to fall back on."""

    token: str | None
    proof: str | None
    proof_time: str | None


NOBODY = Credentials(None, None, None)


class Call(msgspec.Struct, gc=False):
    """One call, ready to run; `refusal` is set when its token forbids it."""

    method: str
    target: Target
    form: dict[str, str]
    files: dict[str, Upload]
    identity: Identity
    page: str
    request: Request
    part: int
    at: tuple[float, float]
    refusal: Refusal | None
    send: Send | None

    @property
    def rate_class(self) -> RateClass:
        """Returns the class in which Meta counts the call."""
        if self.send is not None:
            return self.send.rate_class
        if self.target.edge == "messenger_profile":
            return "profile"
        return "media" if self.target.edge == "message_attachments" else "other"


def prepare(
    world: World,
    source: tuple[Request, int, tuple[float, float]],
    verb: tuple[str, Target],
    arguments: tuple[dict[str, str], dict[str, Upload]],
    fallback: Credentials,
) -> Call:
    """Returns the call that a request or a batch part asks for.

    Args:
        world: The stub's state.
        source: The HTTP request, the part's index (-1 without batch), unix and monotonic seconds.
        verb: HTTP's method and the parsed path.
        arguments: Form and files; token and proof are taken out of the form.
        fallback: Token and proof of the batch.
    """
    method, target = verb
    form, files = arguments
    if target.query:
        form = {**target.query, **form}
    own = form.pop("access_token", None)
    identity = world.tokens.identify(own or fallback.token)
    refusal = identity.refusal
    page = identity.page
    if refusal is None:
        page, refusal = _page_of(world, method, target, identity)
    proof, at = form.pop("appsecret_proof", None), form.pop("appsecret_time", None)
    if refusal is None and world.tokens.checks_proofs:
        if proof is None and own in (None, fallback.token):
            proof, at = fallback.proof, fallback.proof_time
        refusal = world.tokens.check_proof(identity, page, proof, at, world.now())
    sends = target.edge == "messages" and method == "POST" and not target.node.startswith("act_")
    send = read_send(form, files) if sends else None
    return Call(method, target, form, files, identity, page, *source, refusal, send)


def _page_of(world: World, method: str, target: Target, identity: Identity) -> tuple[str, Refusal | None]:
    """Returns the Page that the call is about, and why the token may not speak for it."""
    node, page = target.node, identity.page
    if node == "me":
        return page, None if page else page_token_wanted()
    if node == page or target.edge not in PAGE_EDGES or node.startswith("act_"):
        return page, None
    if identity.loose and target.edge in _LOOSE_PAGE_EDGES:
        return node, world.tokens.refuse_page(node)
    if target.edge == "custom_labels":
        return page, None
    return page, unknown_object(method, node)
