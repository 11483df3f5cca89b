"""The registries: what a push means, what a callback means, and what the vendor gets where it waits for more than a
receipt. Apps fill them: `pushes.py` names the services that do a push, `callbacks.py` holds the rest.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

from django.conf import settings

from backoffice.engine.models import Callback, Push
from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.reports import ReportOutcome
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import CallsUs, Vendor
from backoffice.vendors.errors import VendorError, VendorUnavailable
from backoffice.vendors.messages import Message
from backoffice.vendors.registry import find_account, has_ability, vendor_type


class ReconcileResult(StrEnum):
    """What reading from the vendor shows about a write whose outcome is unknown."""

    FOUND = "found"  # the write happened and is recorded; the push goes on with its next step
    DONE = "done"  # the whole push has happened
    ABSENT = "absent"  # a search that would have shown it came back empty
    UNDECIDED = "undecided"  # the search cannot be trusted, or shows something unclear
    BLIND = "blind"  # nobody can search: a person has to decide, and is asked at once


class Recovery(StrEnum):
    """What goes on by itself after an outcome became unknown: what the page about it may promise."""

    SEARCH = "search"  # the vendor is searched; what is proved not to be there is sent again
    REPEAT = "repeat"  # sent twice it counts once, so it is simply sent again
    CALLBACK = "callback"  # nobody can search; a callback may show it in the settle time, then a person decides
    PERSON = "person"  # nobody can search and nothing will show it: a person decides
    ASK_ANEW = "ask_anew"  # the vendor is searched, but never asked again without a person


V = TypeVar("V", bound=Vendor)


class PushHandler(Generic[V]):
    """What one kind of push means and does. Subclass it in the service that does it, register that with `@push_kind`,
    and name its module in `<app>/pushes.py`, so that each process knows it.

    Each push has a handler of its own (`handler_of`), so what works on it may be kept there.
    """

    kind: str = ""
    # What `vendor` has to offer: the argument of the class, as in `PushHandler[SendsCards]`.
    ability: type[V] = Vendor  # type: ignore[assignment]
    # What it is, in words for staff, lazily translated: _("Place the order").
    title: Any = ""
    # False for a push that only reads: a pause does not stop it.
    writes: bool = True
    # What of its payload is still asked for when it is long confirmed; all else goes after PUSH_DETAIL_DAYS.
    lasting: tuple[str, ...] = ()

    def begin(self, delivery: Delivery) -> None:
        """Keep what `deliver` and `reconcile` work with; called before either. Raises MissingAbility, and
        VendorUnavailable where the account's credentials are gone: nothing is asked with empty ones.
        """
        if find_account(delivery.push.vendor) and not delivery.vendor.is_configured():
            text = _("%(vendor)s is not set up.") % {"vendor": delivery.vendor.title}
            raise VendorUnavailable(text)
        self.delivery, self.push, self.vendor = delivery, delivery.push, delivery.vendor_as(self.ability)

    def deliver(self, delivery: Delivery) -> None:
        """Do every step still open, each through `delivery.write`. Returning confirms the push."""
        raise TypeError(f"{type(self).__name__} does not say how it is delivered")

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        """Find out what became of `delivery.push.step`. The default is a vendor that cannot be searched."""
        return ReconcileResult.UNDECIDED

    def recovery(self, push: Push) -> Recovery:
        """Return what goes on by itself while the outcome of the push's step is unknown. It has to fit `reconcile`."""
        return Recovery.SEARCH

    def how_to_find_out(self, push: Push) -> str:
        """Return where a person looks or whom they ask, and what it means; empty for the vendor's own pages."""
        return ""

    def if_happened(self, push: Push) -> list[str]:
        """Return what follows from deciding that it happened, in sentences; empty for what is true of most."""
        return []

    def if_sent_again(self, push: Push) -> list[str]:
        """Return what follows from deciding that it did not happen, and what if it did, in sentences; empty for what is
        true of a write that counts twice when made twice.
        """
        return []

    def lock(self, push: Push) -> None:
        """Lock what the hooks and records will change. Services lock their rows before the push, and so must we:
        this runs first in every transaction that touches a push of this kind, or the two would wait for each other.
        """

    def doubtful_step(self, push: Push) -> str:
        """Return the step that may have been made since the backup from which the database was restored: it is looked
        for, as after a lost answer, before anything is sent. Empty where sending again does no harm.
        """
        return ""

    def settle_seconds(self, push: Push) -> float:
        """Return how long after a lost response what was sent may still show: only then a search or a person counts."""
        return float(settings.PUSH_SETTLE_SECONDS)

    def cost(self, push: Push) -> tuple[Decimal, str] | None:
        """Return what the vendor charges for doing it once: net amount and currency, None when that is not known."""
        return None

    def risk(self, push: Push) -> str:
        """Return what doing it twice means in money where `cost` is None, as a sentence; empty when unknown."""
        return ""

    def confirmed(self, push: Push) -> None:
        """Do what follows from the confirmation, in its transaction, as do the three below."""

    def rejected(self, push: Push, error: VendorError) -> None:
        """Do what follows when the vendor understood and refused, or its response cannot be understood."""

    def needs_attention(self, push: Push) -> None:
        """Do what follows when nothing is left that may be tried without a person."""

    def decided(self, push: Push, *, happened: bool) -> None:
        """Do what follows from a person's decision. Not happened: the next generation sends again."""


PUSH_HANDLERS: dict[str, PushHandler[Any]] = {}
# The same where a kind means something else at vendors of an ability.
_AT_VENDORS: dict[str, list[tuple[type[Vendor], PushHandler[Any]]]] = {}

T = TypeVar("T", bound=PushHandler[Any])


def push_kind(kind: str, *, at: type[Vendor] | None = None) -> Callable[[type[T]], type[T]]:
    """Register a handler class for a kind such as "orders.place", at all vendors or at those of an ability."""

    def register(handler: type[T]) -> type[T]:
        handler.kind = kind
        if at is None:
            PUSH_HANDLERS[kind] = handler()
        else:
            _AT_VENDORS.setdefault(kind, []).append((at, handler()))
        return handler

    return register


def handler_of(push: Push) -> PushHandler[Any]:
    """Return a handler for that push alone. Raises KeyError for a kind that nobody has registered."""
    own = (handler for ability, handler in _AT_VENDORS.get(push.kind, ()) if has_ability(push.vendor, ability))
    return copy(next(own, PUSH_HANDLERS[push.kind]))


def lasting_names() -> list[str]:
    """Return what of payloads is kept of any kind, for the compression of finished pushes."""
    handlers = [*PUSH_HANDLERS.values(), *(handler for own in _AT_VENDORS.values() for _ability, handler in own)]
    return sorted({name for handler in handlers for name in handler.lasting})


M = TypeVar("M", bound=Message)
# By the type of the message: which topics carry it, each vendor defines (`CALLBACK_TOPICS`).
CALLBACK_HANDLERS: dict[type[Message], Callable[[Callback, Any, CallsUs], ReportOutcome]] = {}
_Handler = Callable[[Callback, M, CallsUs], ReportOutcome]


def callback_handler(message: type[M]) -> Callable[[_Handler[M]], _Handler[M]]:
    """Register what a message means that callbacks carry: called with the row, the message, and the vendor."""

    def register(handler: _Handler[M]) -> _Handler[M]:
        CALLBACK_HANDLERS[message] = handler
        return handler

    return register


@dataclass(frozen=True)
class CallbackResponse:
    """What became of a callback that was worked off at once, and the JSON that the vendor gets with a 200."""

    outcome: ReportOutcome
    body: dict[str, Any]


_Responder = Callable[[Callback, M], CallbackResponse]
CALLBACK_RESPONSES: dict[type[Message], Callable[[Callback, Any], CallbackResponse]] = {}


def callback_response(message: type[M]) -> Callable[[_Responder[M]], _Responder[M]]:
    """Register the response to a message: called while the vendor waits, so it asks nobody and holds no lock for
    long.

    It has to give the same response each time. A DomainError is a refusal, sent to the vendor and kept with the
    callback. Its `callback_handler` is what a replay does, and the worker where we were lost in between.
    """

    def register(responder: _Responder[M]) -> _Responder[M]:
        CALLBACK_RESPONSES[message] = responder
        return responder

    return register


def waits_for_answer(vendor: str, topic: str) -> bool:
    """Return whether the vendor waits for more than a receipt of such callbacks. Raises UnknownVendor."""
    topics = vendor_type(vendor, CallsUs).CALLBACK_TOPICS
    return topic in topics and topics[topic] in CALLBACK_RESPONSES
