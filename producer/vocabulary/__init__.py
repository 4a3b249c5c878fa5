"""Every method, written once: it builds one command, checks it, and hands it to the executor's `_submit`."""

from producer.vocabulary.airline import AirlineMethods
from producer.vocabulary.apps import AppMethods
from producer.vocabulary.attachments import AttachmentMethods
from producer.vocabulary.broadcasts import BroadcastMethods
from producer.vocabulary.handover import HandoverMethods
from producer.vocabulary.insights import InsightMethods
from producer.vocabulary.labels import LabelMethods
from producer.vocabulary.menus import MenuMethods
from producer.vocabulary.pages import PageMethods
from producer.vocabulary.personas import PersonaMethods
from producer.vocabulary.properties import PropertyMethods
from producer.vocabulary.retired_properties import RetiredPropertyMethods
from producer.vocabulary.sends import SendMethods
from producer.vocabulary.templates import TemplateMethods
from producer.vocabulary.upkeep import UpkeepMethods

__all__ = ["Vocabulary"]


class Vocabulary(
    SendMethods,
    TemplateMethods,
    AirlineMethods,
    AttachmentMethods,
    PropertyMethods,
    MenuMethods,
    RetiredPropertyMethods,
    LabelMethods,
    BroadcastMethods,
    HandoverMethods,
    PageMethods,
    InsightMethods,
    AppMethods,
    PersonaMethods,
    UpkeepMethods,
):
    """All methods; an executor defines `_submit(command)`."""

    __slots__ = ()
