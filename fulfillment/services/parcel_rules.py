"""What the vendor would refuse of a parcel, and what it would not see: checked before anything is sent.

Where a vendor's document gives the words of a refusal, they are used as they stand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
    ProductionOrderState,
    ProductionShipment,
)
from fulfillment.services.carrier_codes import is_same_carrier, is_usual_code, name_carrier, read_label_code
from fulfillment.services.own_codes import describe_own_code
from fulfillment.services.production_parcels import GONE_STATES
from fulfillment.services.tracking_codes import CODE_REST, without_spaces

_FETCHED = (LabelState.KEPT, LabelState.LOST)

# The field and what is wrong with it.
FieldError = tuple[str, str]
# The field of an error that a person may answer with "it is right".
UNUSUAL_CODE = "code_is_confirmed"


@dataclass(frozen=True)
class Sizes:
    """Height, width and depth in cm, weight in g; None where not measured."""

    height_cm: Decimal | None = None
    width_cm: Decimal | None = None
    depth_cm: Decimal | None = None
    weight_g: Decimal | None = None


@dataclass(frozen=True)
class ParcelToMake:
    """A parcel as a person describes it. `quantities` are by id of our item; None: all that the order has.

    `force` passes over supplied labels and over what remains; it needs `force_reason`. `code_is_confirmed`: a person
    was asked about a tracking code that does not look like one of the carrier, and says that it is.
    """

    carrier: str
    tracking_code: str
    quantities: Mapping[int, int] | None = None
    sizes: Sizes = Sizes()
    force: bool = False
    force_reason: str = ""
    code_is_confirmed: bool = False


def unused_labels(order: ProductionOrder) -> QuerySet[Label]:
    """Return the labels that have to be used before others: supplied ones, and a generic one once it is made."""
    due = Q(kind=LabelKind.SUPPLIED) | Q(kind=LabelKind.GENERIC, announced_at__isnull=False)
    return order.labels.filter(due).exclude(parcel__state__in=GONE_STATES)


def choose_label(order: ProductionOrder, requested: ParcelToMake) -> Label | None:
    """Return the unused label that the parcel carries: with that carrier and code, else one that names none, which the
    vendor assigns by itself. A forced parcel passes over one that names none and was never handed out.
    """
    code = bare_code(requested.tracking_code, carrier=requested.carrier)
    labels = [label for label in unused_labels(order) if label.carrier in ("", requested.carrier)]
    named = [label for label in labels if bare_code(label.tracking_code, carrier=requested.carrier) == code]
    unnamed = [label for label in labels if not label.tracking_code]
    if requested.force:
        unnamed = [label for label in unnamed if label.state in _FETCHED]
    return next(iter([*named, *unnamed]), None)


def bare_code(code: str, *, carrier: str) -> str:
    """Return the tracking code alone: without spaces, and without what else a label's bar code holds."""
    return read_label_code(without_spaces(code), carrier=carrier)


def check_parcel(order: ProductionOrder, requested: ParcelToMake, *, label: Label | None) -> list[FieldError]:
    """Return all that speaks against the parcel. The production order must be locked."""
    return [
        *_check_state(order),
        *_check_code(order, requested, label=label),
        *_check_labels(order, requested, label=label),
        *_check_quantities(order, requested),
        *_check_sizes(requested.sizes),
    ]


def _check_state(order: ProductionOrder) -> Iterator[FieldError]:
    if order.state == ProductionOrderState.CANCELLED:
        yield "", _("The production order is cancelled: do not ship anything.")


def _check_code(order: ProductionOrder, requested: ParcelToMake, *, label: Label | None) -> Iterator[FieldError]:
    """Check carrier and code. The carrier that a label names is sent back as it is, whether it is offered or not."""
    is_named_by_label = label is not None and label.carrier == requested.carrier != ""
    if not is_named_by_label and not Carrier.objects.filter(key=requested.carrier, available=True).exists():
        yield "carrier", _("%s is not one of the carriers that the vendor offers.") % (requested.carrier or "–")
    if not requested.tracking_code:
        yield "tracking_code", _("Enter a tracking code.")
        return
    if len(requested.tracking_code) > 200 or not requested.tracking_code.isprintable():
        yield "tracking_code", _("This is not a tracking code.")
    if label is None or not label.tracking_code:
        yield from _check_own_code(order, requested)
    bare = without_spaces(requested.tracking_code)
    used = (
        ProductionShipment.objects.with_code(bare, read_label_code(bare, carrier=requested.carrier))
        .filter(
            production_order__vendor=order.vendor,
            carrier__iexact=requested.carrier,
            state__in=GONE_STATES,
            created_at__gt=timezone.now() - CODE_REST,
        )
        .first()
    )
    if used is not None:
        text = _("This tracking code was already used on %(day)s; it can be used again after three months.")
        yield "tracking_code", text % {"day": timezone.localdate(used.created_at).isoformat()}


def _check_own_code(order: ProductionOrder, requested: ParcelToMake) -> Iterator[FieldError]:
    """Check a code that no label names: a person may have taken the wrong bar code."""
    if text := describe_own_code(order, requested.tracking_code):
        yield "tracking_code", text
    elif not requested.code_is_confirmed and not is_usual_code(requested.tracking_code, carrier=requested.carrier):
        yield UNUSUAL_CODE, _ask_about(requested)


def find_meant_carrier(requested: ParcelToMake) -> Carrier | None:
    """Return the carrier that is offered whose code it must be; None where that is the given one or cannot be known."""
    named = name_carrier(requested.tracking_code)
    if not named or is_same_carrier(named, requested.carrier):
        return None
    offered = Carrier.objects.filter(available=True).order_by("key")
    return next((carrier for carrier in offered if is_same_carrier(carrier.key, named)), None)


def _ask_about(requested: ParcelToMake) -> str:
    name = Carrier.objects.filter(key=requested.carrier).values_list("name", flat=True).first() or requested.carrier
    words = {"code": requested.tracking_code, "carrier": name}
    if meant := find_meant_carrier(requested):
        text = _("%(code)s looks like a tracking code of %(other)s, not of %(carrier)s. Is it right?")
        return text % {**words, "other": meant.name}
    return _("%(code)s does not look like a tracking code of %(carrier)s. Is it right?") % words


def _check_labels(order: ProductionOrder, requested: ParcelToMake, *, label: Label | None) -> Iterator[FieldError]:
    if label is None and not requested.force and unused_labels(order).exists():
        text = _("Use all supplied labels before shipping with your own carrier contract.")
        yield "tracking_code", text
    if label is not None and label.state not in _FETCHED:
        yield "label", _("Fetch the label before reporting a parcel with it.")


def _check_quantities(order: ProductionOrder, requested: ParcelToMake) -> Iterator[FieldError]:
    items = {item.pk: item for item in order.items.all()}
    if requested.quantities is None:
        if any(item.shipped for item in items.values()):
            yield "quantities", _("Some of it has already been shipped: enter the items and quantities of this parcel.")
        elif items and not any(item.remaining for item in items.values()):
            yield "quantities", _("An empty parcel cannot be reported.")
        return
    if not requested.quantities:
        yield "quantities", _("An empty parcel cannot be reported.")
    for item_id, quantity in requested.quantities.items():
        yield from _check_quantity(items.get(item_id), quantity, force=requested.force)


def _check_quantity(item: ProductionItem | None, quantity: int, *, force: bool) -> Iterator[FieldError]:
    if item is None:
        yield "quantities", _("The parcel contains an item that is not in the production order.")
    elif quantity < 1:
        yield f"quantities.{item.pk}", _("The quantity must be 1 or more.")
    elif quantity > item.remaining and not force:
        text = _("The quantity of item #%(item)s must not exceed the remaining quantity (%(remaining)s).")
        yield f"quantities.{item.pk}", text % {"item": item.vendor_id, "remaining": item.remaining}


def _check_sizes(sizes: Sizes) -> Iterator[FieldError]:
    limits = {"height_cm": 1000, "width_cm": 1000, "depth_cm": 1000, "weight_g": 10_000_000}
    for name, most in limits.items():
        value = getattr(sizes, name)
        if value is not None and not 0 < value <= most:
            yield name, _("Must be more than 0 and at most %s.") % most
