"""Designs that a shop's customers make in a vendor's editor: opened, read, submitted.

The vendor is asked outside of any transaction, briefly, because a customer waits; what it reports is written after. A
design that is opened twice is a harmless orphan at the vendor, so nothing has to be found again after a lost response.
The addresses that open the editor are secrets: they pass through to the shop and are kept nowhere.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.accounts.services.idempotency import Answer, find_answer, respond_once
from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.errors import Errors, InvalidInput, Unavailable, add_error
from backoffice.text.translatable import gettext as _
from backoffice.vendor_accounts.services.choosing import account_of_shop
from backoffice.vendors.abilities import MakesDesigns
from backoffice.vendors.design_messages import DesignReport
from backoffice.vendors.errors import VendorError, VendorRejected, VendorUnavailable
from backoffice.vendors.file_messages import Download
from backoffice.vendors.registry import has_ability, is_for_tests, vendor_title
from backoffice.webhooks.services.recording import TEST, NewEvent, record_events
from orders.models import CustomerEditor, Design, DesignState, OrderLine
from orders.services.designs.ids import vendor_ids
from orders.services.designs.input import NewDesign, check_design

T = TypeVar("T")
# Our names of fields that a vendor may refuse; its other errors are given without a field.
_FIELDS = {"sku": "sku", "intent": "intent", "return_url": "return_url", "cancel_url": "cancel_url", "qty": "quantity"}


@dataclass(frozen=True)
class SeenDesign:
    """A design and its vendor's report of it just now, with the addresses of the editor."""

    design: Design
    report: DesignReport
    replayed: bool = False


def open_design(new: NewDesign, *, shop: Shop, key: str, request: object, is_test: bool = False) -> SeenDesign:
    """Open a design for a customer of the shop, in the vendor's editor; the same key again: the same design. One of a
    test is in the editor of the vendor's sandbox.

    `request` is all that makes a request another one. Must not run in a transaction. Raise InvalidInput,
    DomainError for a key that belongs to another request, Unavailable.
    """
    if (before := find_answer(shop, key=key, request=request)) is not None:
        return _replay(before, shop=shop)
    variant = check_design(new)
    vendor = _open(_account_of(shop, variant.vendor, is_test=is_test))
    editor = _find_or_make_editor(shop, vendor, customer=new.customer)
    report: DesignReport = _ask(
        partial(
            vendor.create_design,
            new.sku,
            user_hash=editor.user_hash,
            return_url=new.return_url,
            cancel_url=new.cancel_url or "",
            intent=new.intent or "",
            quantity=new.quantity,
        )
    )
    answer = respond_once(shop, key=key, request=request, act=lambda: _keep(new, report, editor=editor))
    if answer.replayed:  # a duplicate was faster: ours stays behind at the vendor
        return _replay(answer, shop=shop)
    return SeenDesign(Design.objects.select_related("customer", "shop").get(public_id=answer.body), report)


def read_design(design: Design) -> SeenDesign:
    """Record the design as its vendor has it now. Must not run in a transaction. Raise Unavailable."""
    report = _ask(partial(_open(design.vendor).read_design, design.vendor_id))
    return SeenDesign(record_design(design, report), report)


def submit_design(design: Design) -> SeenDesign:
    """End its editing for good; asking twice changes nothing. Must not run in a transaction.

    Raise InvalidInput when the vendor refuses, Unavailable.
    """
    vendor = _open(design.vendor)
    try:
        report = _ask(partial(vendor.submit_design, design.vendor_id))
    except InvalidInput:
        # A first try whose response was lost makes the second one fail: the vendor's state decides, not its refusal.
        report = _ask(partial(vendor.read_design, design.vendor_id))
        if not record_design(design, report).is_orderable:
            raise
    return SeenDesign(record_design(design, report), report)


def read_preview(design: Design) -> Download:
    """Return a picture or PDF of the design as it is now. Must not run in a transaction. Raise Unavailable."""
    return _ask(partial(_open(design.vendor).read_preview, design.vendor_id))


def read_line_preview(line: OrderLine) -> Download:
    """Do the same for the design of an order's line, whoever opened it."""
    vendor_id = vendor_ids([line.design_id]).get(line.design_id, line.design_id)
    used = line.vendor_lines.values_list("vendor_order__vendor", flat=True)
    vendor = _account_of(line.order.shop, line.vendor, is_test=line.order.is_test, used=used)
    return _ask(partial(_open(vendor).read_preview, vendor_id))


def record_design(design: Design, report: DesignReport) -> Design:
    """Take over the report. A design never goes back: a response that was overtaken does not reopen it."""
    ranks, before = list(DesignState), (design.state, design.sku)
    state = DesignState(report.state.value)
    if state == DesignState.UNKNOWN:  # a word we do not know says nothing about what we do know
        design.raw_state = report.raw_state
    elif ranks.index(state) >= ranks.index(DesignState(design.state)):
        design.state, design.raw_state = state, report.raw_state
        design.sku = report.sku or design.sku
    design.intent = report.intent or design.intent
    design.read_at = timezone.now()
    if design.is_orderable and design.submitted_at is None:
        design.submitted_at = design.read_at
    with transaction.atomic():
        design.save(update_fields=["state", "raw_state", "sku", "intent", "read_at", "submitted_at"])
        if (design.state, design.sku) != before:
            record_events([event_about_design("design.changed", design)])
    return design


def _account_of(shop: Shop, vendor: str, *, is_test: bool, used: Iterable[str] = ()) -> str:
    """Return the shop's account at the vendor, for a test its sandbox. Raise InvalidInput where there is none: an
    editor cannot be simulated.
    """
    account = account_of_shop(shop.pk, vendor, is_test=is_test, used=used)
    if not is_test or has_ability(account, MakesDesigns):
        return account
    text = _("No sandbox of %(vendor)s is set up here: designs cannot be tested.") % {"vendor": vendor_title(vendor)}
    raise InvalidInput(text, errors={"sku": [text]})


def event_about_design(topic: str, design: Design) -> NewEvent:
    """Return an event about it, for its shop; marked where it is of a test."""
    details = {TEST: "true"} if is_for_tests(design.vendor) else {}
    return NewEvent(design.shop_id, topic, "design", str(design), f"designs/{design}/", details)


def _open(vendor: str) -> MakesDesigns:
    return get_vendor(vendor, MakesDesigns, lane=Lane.ORDERS, patience=settings.DESIGN_SECONDS)


def _ask(call: Callable[[], T]) -> T:
    """Return what the call returns. Raise InvalidInput, in words for the shop, when the vendor refuses; Unavailable."""
    try:
        return call()
    except VendorRejected as error:
        errors: Errors = {}
        for item in error.errors:
            add_error(errors, _FIELDS.get(item.field, ""), item.text)
        raise InvalidInput(
            _("The editor rejected the request: %(text)s") % {"text": error.text}, errors=errors
        ) from error
    except VendorError as error:
        wait = error.retry_after if isinstance(error, VendorUnavailable) else None
        text = _("The editor cannot be reached at the moment. Nothing is lost: repeat the request.")
        raise Unavailable(text, retry_after=max(1, round(wait or 5))) from error


def _find_or_make_editor(shop: Shop, vendor: MakesDesigns, *, customer: str) -> CustomerEditor:
    """Return the customer's user in the editor; of two made at once the first is kept."""
    whose = {"shop": shop, "vendor": vendor.name, "customer": customer}
    if known := CustomerEditor.objects.filter(**whose).first():
        return known
    return CustomerEditor.objects.get_or_create(**whose, defaults={"user_hash": _ask(vendor.create_design_user)})[0]


def _keep(new: NewDesign, report: DesignReport, *, editor: CustomerEditor) -> Answer:
    """Write the row. What is kept as the response to a repeated request is our id alone, no secret."""
    design = Design(
        shop_id=editor.shop_id,
        customer=editor,
        vendor=editor.vendor,
        vendor_id=report.vendor_id,
        asked_sku=new.sku,
        sku=report.sku or new.sku,
        intent=report.intent or new.intent or "",
        quantity=new.quantity,
        state=DesignState(report.state.value),
        raw_state=report.raw_state,
        read_at=timezone.now(),
    )
    design.save(force_insert=True)
    return Answer(201, design.public_id)


def _replay(answer: Answer, *, shop: Shop) -> SeenDesign:
    design = Design.objects.select_related("customer", "shop").get(shop=shop, public_id=answer.body)
    return replace(read_design(design), replayed=True)
