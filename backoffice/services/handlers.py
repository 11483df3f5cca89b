"""The registries: what a push means, what a callback means, and what it is answered with where the vendor waits for
more than a receipt. Apps fill them: `pushes.py` names the services that do a push, `callbacks.py` says the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings

from backoffice.models import Callback, Push
from backoffice.services.reports import ReportOutcome
from backoffice.vendors.errors import VendorError
from backoffice.vendors.messages import Message

if TYPE_CHECKING:
    from backoffice.services.delivery import Delivery


class Finding(StrEnum):
    """What a look at the vendor says about a write whose outcome is unknown."""

    FOUND = "found"  # the write happened and is recorded; the push goes on with its next step
    DONE = "done"  # the whole push has happened
    ABSENT = "absent"  # a search that would have shown it came back empty
    UNDECIDED = "undecided"  # the search cannot be trusted, or shows something unclear
    BLIND = "blind"  # nobody can look: a person has to decide, and is told at once


class Recovery(StrEnum):
    """What goes on by itself after an outcome became unknown: what the page about it may promise."""

    SEARCH = "search"  # the vendor is searched; what is proved not to be there is sent again
    REPEAT = "repeat"  # sent twice it counts once, so it is simply sent again
    CALLBACK = (
        "callback"  # nobody can search; a callback may show it until the settle time is over, then a person decides
    )
    PERSON = "person"  # nobody can search and nothing will show it: a person decides
    ASK_ANEW = "ask_anew"  # the vendor is searched, but never asked again without a person


class PushHandler:
    """What one kind of push means and does. Subclass it in the service that does it, register that with `@push_kind`,
    and name its module in `<app>/pushes.py`, so that each process knows it. One object serves all pushes of the kind.
    """

    kind: str = ""
    # What it is, in words for staff, lazily translated: _("Place the order").
    title: Any = ""
    # False for a push that only reads: a pause does not stop it.
    writes: bool = True

    def deliver(self, delivery: "Delivery") -> None:
        """Do every step still open, each through `delivery.write`. Returning confirms the push."""
        raise TypeError(f"{type(self).__name__} does not say how it is delivered")

    def look(self, delivery: "Delivery") -> Finding:
        """Find out what became of `delivery.push.step`. The default is a vendor that cannot be searched."""
        return Finding.UNDECIDED

    def recovery(self, push: Push) -> Recovery:
        """What goes on by itself while the outcome of the push's step is unknown. It has to fit what `look` does."""
        return Recovery.SEARCH

    def how_to_find_out(self, push: Push) -> str:
        """Where a person looks or whom they ask, and what it means, as sentences; empty for the vendor's own pages."""
        return ""

    def if_happened(self, push: Push) -> list[str]:
        """What follows from deciding that it happened, in sentences; empty for what is true of most."""
        return []

    def if_sent_again(self, push: Push) -> list[str]:
        """What follows from deciding that it did not happen, and what if it did, in sentences; empty for what is true
        of a write that counts twice when made twice.
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
        """How long after a lost answer what we sent may still show: only then a search counts, or a person is asked."""
        return float(settings.PUSH_SETTLE_SECONDS)

    def cost(self, push: Push) -> tuple[Decimal, str] | None:
        """What the vendor charges for doing it once: net amount and currency, None when that cannot be told."""
        return None

    def risk(self, push: Push) -> str:
        """What doing it twice means in money where `cost` cannot tell, as a sentence; empty when nothing is known."""
        return ""

    def confirmed(self, push: Push) -> None:
        """The push is confirmed. Runs in the transaction that says so, as do the three below."""

    def rejected(self, push: Push, error: VendorError) -> None:
        """The vendor understood and refused, or its answer cannot be understood."""

    def needs_person(self, push: Push) -> None:
        """Nothing is left that the machine may try."""

    def decided(self, push: Push, *, happened: bool) -> None:
        """A person decided what became of an unknown outcome. Not happened: the next generation sends again."""


PUSH_HANDLERS: dict[str, PushHandler] = {}


T = TypeVar("T", bound=PushHandler)


def push_kind(kind: str) -> Callable[[type[T]], type[T]]:
    """Register a handler class for a kind such as "orders.place"."""

    def register(handler: type[T]) -> type[T]:
        handler.kind = kind
        PUSH_HANDLERS[kind] = handler()
        return handler

    return register


CallbackHandler = Callable[[Callback, Message, Any], ReportOutcome]

CALLBACK_HANDLERS: dict[tuple[str, str], CallbackHandler] = {}


def callback_topic(vendor: str, topic: str) -> Callable[[CallbackHandler], CallbackHandler]:
    """Register what a vendor's topic means: called with the row, one message of it, and the vendor's adapter."""

    def register(handler: CallbackHandler) -> CallbackHandler:
        CALLBACK_HANDLERS[vendor, topic] = handler
        return handler

    return register


@dataclass(frozen=True)
class CallbackAnswer:
    """What became of a callback that was worked off at once, and the JSON that the vendor gets with a 200."""

    outcome: ReportOutcome
    body: dict[str, Any]


CallbackAnswerer = Callable[[Callback, Message], CallbackAnswer]

CALLBACK_ANSWERS: dict[tuple[str, str], CallbackAnswerer] = {}


def callback_answer(vendor: str, topic: str) -> Callable[[CallbackAnswerer], CallbackAnswerer]:
    """Register what a topic answers with: called while the vendor waits, so it asks nobody and holds no lock for long.

    It has to give the same answer each time. A DomainError is a refusal, told to the vendor and kept with the callback.
    Its `callback_topic` is what a replay does, and the worker where we were lost in between.
    """

    def register(answerer: CallbackAnswerer) -> CallbackAnswerer:
        CALLBACK_ANSWERS[vendor, topic] = answerer
        return answerer

    return register
