"""The dispatch station: scan a code, see and hear what it was, go on.

Its responses are fragments that the page puts in; without scripts the same addresses return the whole page.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backoffice.errors import DomainError, InvalidInput
from backoffice.staff.base import actor
from backoffice.staff.keyset import read_key
from backoffice.staff.pages import find_or_404, get_visible_or_404
from backoffice.staff.text_fields import posted_text
from backoffice.states import Chip
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from fulfillment.admin.production_page.chips import label_chip, parcel_chip, statuses
from fulfillment.admin.production_page.guard import desk_page, may_open, require_dispatch
from fulfillment.admin.production_page.pictures import pictures_of
from fulfillment.admin.production_page.steps import NextStep, next_step, open_labels
from fulfillment.models import (
    Carrier,
    Label,
    ParcelState,
    ProductionItem,
    ProductionOrder,
    ProductionShipment,
    ProductionShipmentLine,
)
from fulfillment.services.dispatching import add_parcel, withdraw_parcel
from fulfillment.services.parcel_rules import UNUSUAL_CODE, ParcelToMake, find_meant_carrier
from fulfillment.services.production_parcels import GONE_STATES
from fulfillment.services.scanning import UNDO_SECONDS, Scan, ScanKind, confirm_scan, what_remains
from fulfillment.services.tracking_codes import clean_code, find_label
from fulfillment.services.worklist import count_work

# Sent by the page: then the response is the fragment alone.
FRAGMENT_HEADER = "X-Fragment"
RECENT_SHOWN = 8
RIGHT, WRONG, LOOK = "right", "wrong", "look"


@dataclass(frozen=True)
class Recent:
    """A parcel made at the desk; `seconds` are left to take it back, 0 when it is too late."""

    parcel: ProductionShipment
    chip: Chip
    seconds: int


@dataclass(frozen=True)
class StationOrder:
    """The order in question: what has yet to leave, with pictures, and its labels."""

    order: ProductionOrder
    statuses: list[Chip]
    next: NextStep
    left: list[ProductionItem]
    pictures: dict[int, str]
    labels: list[tuple[Label, Chip]]
    carriers: list[Carrier]


@dataclass(frozen=True)
class Result:
    """What came of a scan. `outcome` is right, wrong or look: green, red, amber, each with a sound of its own."""

    outcome: str
    title: Any
    text: Any = ""
    code: str = ""
    about: StationOrder | None = None
    undo: Recent | None = None
    needs_items: bool = False
    takes_own_label: bool = False
    # The carrier for whose parcel the code is unusual: "use it anyway" packs it all the same; and whose it looks like.
    asks_about_code_of: str = ""
    meant_carrier: Carrier | None = None
    others: tuple[ProductionOrder, ...] = ()
    packed: tuple[ProductionShipmentLine, ...] = ()


def station(request: HttpRequest) -> HttpResponse:
    """Show the page, waiting for a code."""
    require_dispatch(request)
    return _respond(request, None)


@require_POST
def scan(request: HttpRequest) -> HttpResponse:
    """Take a code that was scanned or typed, perhaps with quantities of the items in its parcel."""
    require_dispatch(request)
    code = request.POST.get("code", "")[:200]
    try:
        found = confirm_scan(code, actor=actor(request), quantities=_quantities(request.POST))
    except DomainError as error:
        return _respond(request, _refused(request, clean_code(code), error))
    return _respond(request, _result(request, found))


@require_POST
def pack(request: HttpRequest, pk: int) -> HttpResponse:
    """Pack all that remains of an order under a label of our own, whose carrier and tracking code were given."""
    require_dispatch(request)
    order = find_or_404(ProductionOrder, pk)
    code = clean_code(request.POST.get("tracking_code", "")[:200])
    try:
        carrier = posted_text(request.POST, "carrier", kind=Text.CODE, most=64)
        is_confirmed = request.POST.get("code_is_confirmed") == "1"
        requested = ParcelToMake(carrier, code, quantities=what_remains(order), code_is_confirmed=is_confirmed)
        parcel = add_parcel(order, requested, actor=actor(request), undo_seconds=UNDO_SECONDS)
    except DomainError as error:
        if isinstance(error, InvalidInput) and error.errors.keys() == {UNUSUAL_CODE}:
            return _respond(request, _ask_about_code(request, pk, error.text, requested))
        about = _about(request, pk)
        last = order.shipments.filter(state__in=GONE_STATES).order_by("-pk").first()
        if last is not None and not about.left:  # somebody else packed it while this page was open
            return _respond(request, _packed_already(last, code, about))
        return _respond(request, Result(WRONG, _("Not packed"), error.text, code, about, takes_own_label=True))
    return _respond(request, _packed(request, parcel))


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the parcel back."""
    require_dispatch(request)
    parcel = get_visible_or_404(ProductionShipment, pk=pk)
    try:
        withdraw_parcel(parcel, actor=actor(request))
    except DomainError as error:
        outcome, title, text = WRONG, _("Too late"), error.text
    else:
        outcome, title, text = LOOK, _("Withdrawn"), _("Nothing is sent to the vendor. Scan it again when it leaves.")
    about = _about(request, parcel.production_order_id)
    return _respond(request, Result(outcome, title, text, parcel.tracking_code, about))


def _respond(request: HttpRequest, result: Result | None) -> HttpResponse:
    context = {"result": result, "recent": _recent(), "counts": count_work()}
    if request.headers.get(FRAGMENT_HEADER):
        return TemplateResponse(request, "fulfillment/station_live.html", context)
    return desk_page(request, "fulfillment/station.html", title=_("Dispatch station"), **context)


def _result(request: HttpRequest, found: Scan) -> Result:
    if found.production_order is None:
        text = _("No label, parcel or production order has this code.")
        return Result(WRONG, _("Unknown code"), text, found.code)
    if found.kind == ScanKind.CONFIRMED and found.parcel:
        return _packed(request, found.parcel)
    about = _about(request, found.production_order.pk)
    if found.kind == ScanKind.ALREADY and found.parcel:
        return _packed_already(found.parcel, found.code, about)
    if found.kind == ScanKind.NEEDS_ITEMS:
        text = _("The order has several labels: enter the quantity of each item in this parcel.")
        return Result(LOOK, _("What is in this parcel?"), text, found.code, about, needs_items=True)
    return _shown(about, found)


def _packed_already(parcel: ProductionShipment, code: str, about: StationOrder) -> Result:
    when = date_format(timezone.localtime(parcel.created_at), "SHORT_DATETIME_FORMAT")
    text = _("Packed by %(name)s on %(when)s. No change.") % {"name": parcel.made_by, "when": when}
    return Result(LOOK, _("Already packed"), text, code, about, undo=_undo(parcel))


def _shown(about: StationOrder, found: Scan) -> Result:
    """Return whether a production order that was scanned is still to leave."""
    if not about.order.is_to_do:
        text = about.next.text
        title = _("Do not ship") if about.order.state == "cancelled" else _("Nothing left to ship")
        outcome = WRONG if about.order.state == "cancelled" else LOOK
        return Result(outcome, title, text, found.code, about)
    takes_own = not about.labels
    text = _("Now scan the code of its parcel label.") if takes_own else about.next.text
    return Result(LOOK, _("Order found"), text, found.code, about, takes_own_label=takes_own, others=found.others)


def _ask_about_code(request: HttpRequest, order_id: int, text: str, requested: ParcelToMake) -> Result:
    """Return the question whether a code that looks like none of its carrier is right; nothing was done yet."""
    code, carrier, about = requested.tracking_code, requested.carrier, _about(request, order_id)
    title, meant = _("Is this the tracking code?"), find_meant_carrier(requested)
    return Result(LOOK, title, text, code, about, takes_own_label=True, asks_about_code_of=carrier, meant_carrier=meant)


def _packed(request: HttpRequest, parcel: ProductionShipment) -> Result:
    about = _about(request, parcel.production_order_id)
    pieces = sum(item.remaining for item in about.left)
    text = ngettext("%(count)s piece left to pack.", "%(count)s pieces left to pack.", pieces)
    text = text % {"count": pieces} if pieces else _("The order is complete.")
    packed = tuple(parcel.lines.select_related("item").order_by("pk"))
    return Result(RIGHT, _("Packed"), text, parcel.tracking_code, about, undo=_undo(parcel), packed=packed)


def _refused(request: HttpRequest, code: str, error: DomainError) -> Result:
    """Return the refusal in the vendor's words, beside the order of the label."""
    label = find_label(code)
    about = _about(request, label.production_order_id) if label else None
    return Result(WRONG, _("Not packed"), error.text, code, about, needs_items="quantit" in request.POST.urlencode())


def _about(request: HttpRequest, order_id: int) -> StationOrder:
    rows = ProductionOrder.objects.prefetch_related("items", "files", "labels__parcel", "shipments")
    order = rows.get(pk=order_id)
    pictures = pictures_of([order], may_open=may_open(request))
    return StationOrder(
        order=order,
        statuses=statuses(order),
        next=next_step(order),
        left=[item for item in order.items.all() if item.remaining],
        pictures=pictures,
        labels=[(label, label_chip(label)) for label in open_labels(order)],
        carriers=list(Carrier.objects.filter(available=True).order_by("name")),
    )


def _recent() -> list[Recent]:
    """Return what was packed last, by anybody at the desk."""
    rows = ProductionShipment.objects.filter(leaves_at__isnull=False).select_related("production_order")
    return [_undo(parcel) for parcel in rows.order_by("-pk")[:RECENT_SHOWN]]


def _undo(parcel: ProductionShipment) -> Recent:
    left = (parcel.leaves_at - timezone.now()).total_seconds() if parcel.leaves_at else 0
    is_open = parcel.state == ParcelState.WAITING and left > 1
    return Recent(parcel, parcel_chip(parcel), int(left) if is_open else 0)


def _quantities(given: QueryDict) -> dict[int, int] | None:
    """Return the fields `quantity_<item>`, by item; None when none is filled in."""
    fields = [(name.removeprefix("quantity_"), str(given[name])) for name in given if name.startswith("quantity_")]
    numbers = {read_key(key): read_key(text) for key, text in fields if len(text) < 10}
    return {key: number for key, number in numbers.items() if key and number} or None
