"""What the vendor would refuse of a parcel, and what it would not see: checked before anything is sent.

Where a vendor's document gives the words of a refusal, they are used as they stand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone

from backoffice.text.translatable import gettext as _
from fulfillment.models import (
    Carrier,
    Label,
    LabelKind,
    LabelState,
    ProductionItem,
    ProductionOrder,
    ProductionShipment,
    ProductionState,
)
from fulfillment.services.production_parcels import GONE_STATES
from fulfillment.services.tracking_codes import describe_own_code, is_usual_code, without_spaces

# "May not be reused for the same carrier within three months", in the words of a vendor's SDK.
CODE_REST = timedelta(days=92)
_FETCHED = (LabelState.KEPT, LabelState.LOST)

Complaint = tuple[str, str]
# The field of a complaint that a person may answer with "it is right".
UNUSUAL_CODE = "code_is_confirmed"


@dataclass(frozen=True)
class Sizes:
    """Height, width and depth in cm, weight in g; None where not measured."""

    height_cm: Decimal | None = None
    width_cm: Decimal | None = None
    depth_cm: Decimal | None = None
    weight_g: Decimal | None = None


NOT_MEASURED = Sizes()


@dataclass(frozen=True)
class ParcelToMake:
    """A parcel as a person describes it. `quantities` are by id of our item; None: all that the order has.

    `force` passes over supplied labels and over what remains; it needs `force_reason`. `code_is_confirmed`: a person
    was asked about a tracking code that does not look like one of the carrier, and says that it is.
    """

    carrier: str
    tracking_code: str
    quantities: Mapping[int, int] | None = None
    sizes: Sizes = NOT_MEASURED
    force: bool = False
    force_reason: str = ""
    code_is_confirmed: bool = False


def unused_labels(order: ProductionOrder) -> QuerySet[Label]:
    """Labels that have to be used before others: supplied ones, and a generic one once it is made."""
    due = Q(kind=LabelKind.SUPPLIED) | Q(kind=LabelKind.GENERIC, announced_at__isnull=False)
    return order.labels.filter(due).exclude(parcel__state__in=GONE_STATES)


def choose_label(order: ProductionOrder, asked: ParcelToMake) -> Label | None:
    """The unused label that the parcel carries: with that carrier and code, else one that names none, which the
    vendor assigns by itself.
    """
    labels = list(unused_labels(order))
    named = [
        label
        for label in labels
        if without_spaces(label.tracking_code) == without_spaces(asked.tracking_code)
        and label.carrier in ("", asked.carrier)
    ]
    unnamed = [label for label in labels if not label.tracking_code and label.carrier in ("", asked.carrier)]
    return next(iter([*named, *unnamed]), None)


def check_parcel(order: ProductionOrder, asked: ParcelToMake, *, label: Label | None) -> list[Complaint]:
    """All that speaks against the parcel, as pairs of field and text. The production order must be locked."""
    return [
        *_check_state(order),
        *_check_code(order, asked, label=label),
        *_check_labels(order, asked, label=label),
        *_check_quantities(order, asked),
        *_check_sizes(asked.sizes),
    ]


def _check_state(order: ProductionOrder) -> Iterator[Complaint]:
    if order.state == ProductionState.CANCELLED:
        yield "", _("The production order is cancelled: nothing is to be shipped.")


def _check_code(order: ProductionOrder, asked: ParcelToMake, *, label: Label | None) -> Iterator[Complaint]:
    carrier = Carrier.objects.filter(key=asked.carrier).first()
    if carrier is None or not carrier.available:
        yield "carrier", _("%s is not among the carriers that the vendor offers.") % (asked.carrier or "–")
    if not asked.tracking_code:
        yield "tracking_code", _("A tracking code is needed.")
        return
    if len(asked.tracking_code) > 200 or not asked.tracking_code.isprintable():
        yield "tracking_code", _("That is no tracking code.")
    if label is None or not label.tracking_code:
        yield from _check_own_code(order, asked)
    since = timezone.now() - CODE_REST
    used = ProductionShipment.objects.filter(
        production_order__vendor=order.vendor,
        carrier__iexact=asked.carrier,
        tracking_code=asked.tracking_code,
        state__in=GONE_STATES,
        created_at__gt=since,
    ).first()
    if used is not None:
        text = _("This tracking code was used on %(day)s already; it may be used again after three months.")
        yield "tracking_code", text % {"day": timezone.localdate(used.created_at).isoformat()}


def _check_own_code(order: ProductionOrder, asked: ParcelToMake) -> Iterator[Complaint]:
    """A code that no label names was typed or scanned by a person, who may have taken the wrong bar code."""
    if text := describe_own_code(order, asked.tracking_code):
        yield "tracking_code", text
    elif not asked.code_is_confirmed and not is_usual_code(asked.tracking_code, carrier=asked.carrier):
        words = {"code": asked.tracking_code, "carrier": carrier_name(asked.carrier)}
        yield UNUSUAL_CODE, _("%(code)s does not look like a tracking code of %(carrier)s. Is it right?") % words


def carrier_name(key: str) -> str:
    return Carrier.objects.filter(key=key).values_list("name", flat=True).first() or key


def _check_labels(order: ProductionOrder, asked: ParcelToMake, *, label: Label | None) -> Iterator[Complaint]:
    if label is None and not asked.force and unused_labels(order).exists():
        yield (
            "tracking_code",
            _("Please use all supplied labels first before creating shipments with own carrier contracts."),
        )
    if label is not None and label.state not in _FETCHED:
        yield "label", _("Please download label before creating a shipment for it.")


def _check_quantities(order: ProductionOrder, asked: ParcelToMake) -> Iterator[Complaint]:
    items = {item.pk: item for item in order.items.all()}
    if asked.quantities is None:
        if any(item.shipped for item in items.values()):
            yield "quantities", _("Parts of it are shipped already: name the items and quantities of this parcel.")
        return
    if not asked.quantities:
        yield "quantities", _("An empty parcel cannot be reported.")
    for item_id, quantity in asked.quantities.items():
        yield from _check_quantity(items.get(item_id), quantity, force=asked.force)


def _check_quantity(item: ProductionItem | None, quantity: int, *, force: bool) -> Iterator[Complaint]:
    if item is None:
        yield "quantities", _("The parcel names an item that is not in the production order.")
    elif quantity < 1:
        yield f"quantities.{item.pk}", _("The quantity must be 1 or more.")
    elif quantity > item.remaining and not force:
        text = _(
            "The given quantity for the item #%(item)s must not be greater than the remaining quantity '%(remaining)s'."
        )
        yield f"quantities.{item.pk}", text % {"item": item.vendor_id, "remaining": item.remaining}


def _check_sizes(sizes: Sizes) -> Iterator[Complaint]:
    limits = {"height_cm": 1000, "width_cm": 1000, "depth_cm": 1000, "weight_g": 10_000_000}
    for name, most in limits.items():
        value = getattr(sizes, name)
        if value is not None and not 0 < value <= most:
            yield name, _("Must be more than 0 and at most %s.") % most
