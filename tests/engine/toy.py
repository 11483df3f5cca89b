"""A vendor in a few lines for tests of the engine: what it holds is what would have been made."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import Shop
from backoffice.engine.models import Callback, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.handlers import PushHandler, ReconcileResult
from backoffice.engine.services.reports import ReportOutcome
from backoffice.vendors.abilities import CallsUs
from backoffice.vendors.base import CallbackRequest, Connection, InvalidCallback
from backoffice.vendors.errors import VendorError
from backoffice.vendors.messages import Message


class Shelf:
    """What the toy vendor holds, and what it does next."""

    def __init__(self) -> None:
        self.made: list[str] = []
        # What a call does instead of answering; each is used once.
        self.mishaps: list[Callable[[str], None]] = []


SHELF = Shelf()


class ToyMessage(Message):
    text: str


class Toy(CallsUs):
    name: ClassVar[str] = "toy"
    title: ClassVar[str] = "toy"
    purpose: ClassVar[Promise] = gettext_lazy("toy")
    settings_prefix: ClassVar[str] = "TOY"
    CALLBACK_TOPICS: ClassVar[Mapping[str, type[Message]]] = {"shops": ToyMessage}
    SIGNS_CALLBACKS: ClassVar[bool] = True

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @classmethod
    def is_configured(cls) -> bool:
        return True

    def make(self, name: str) -> str:
        """Make the vendor's write, which passes the gate as every real one does."""
        self.connection.limiter.acquire(write=True)
        if SHELF.mishaps:
            SHELF.mishaps.pop(0)(name)
        SHELF.made.append(name)
        return name

    @classmethod
    def is_callback_path(cls, token: str) -> bool:
        return token == ""

    def check(self) -> str:
        """Make the harmless call."""
        self.connection.limiter.acquire(write=False)
        if SHELF.mishaps:
            SHELF.mishaps.pop(0)("check")
        return "pong"

    @classmethod
    def verify_callback(cls, request: CallbackRequest) -> bool:
        return request.headers.get("authorization") == "Bearer toy"

    @classmethod
    def read_callback(cls, topic: str, body: bytes) -> tuple[Message, ...]:
        if body.startswith(b"!"):
            raise InvalidCallback("The body starts with an exclamation mark.")
        return (ToyMessage(text=body.decode()),)


class MakeBoth(PushHandler):
    """Makes "<subject>/a" and then "<subject>/b"; finds out by looking at the shelf."""

    kind = "toy.make"

    def __init__(self) -> None:
        self.rejections: list[VendorError] = []

    def deliver(self, delivery: Delivery) -> None:
        done = set(delivery.push.payload.get("done", []))
        for part in ("a", "b"):
            name = f"{delivery.push.subject_id}/{part}"
            if name not in done:
                delivery.write(
                    name, lambda name=name: delivery.vendor.make(name), lambda made: self._note(delivery, made)
                )

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        if delivery.push.step not in SHELF.made:
            return ReconcileResult.ABSENT
        delivery.record(lambda: self._note(delivery, delivery.push.step))
        return ReconcileResult.FOUND

    def rejected(self, push: Push, error: VendorError) -> None:
        self.rejections.append(error)

    @staticmethod
    def _note(delivery: Delivery, made: str) -> None:
        delivery.push.payload = {"done": [*delivery.push.payload.get("done", []), made]}
        Push.objects.filter(pk=delivery.push.pk).update(payload=delivery.push.payload)


def rename_shop(callback: Callback, message: ToyMessage, vendor: CallsUs) -> ReportOutcome:
    """Handle the toy's callback: "<shop code> <name>"."""
    code, _, name = message.text.partition(" ")
    shop = Shop.objects.filter(code=code).first()
    if shop is None:
        return ReportOutcome(CallbackState.ORPHAN, note="no such shop")
    if name == "explode":
        raise RuntimeError("a fault of ours")
    if shop.name == name:
        return ReportOutcome(CallbackState.KNOWN, subject=shop)
    Shop.objects.filter(pk=shop.pk).update(name=name)
    return ReportOutcome(CallbackState.APPLIED, subject=shop)
