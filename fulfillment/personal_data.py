"""What the production desk and parcels hold of people."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.engine.services.file_deletions import delete_files
from backoffice.privacy.periods import RetentionSource, add_source
from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import CLEAR, FREE, SCRUB, Holder, marks, register, register_without, seeds
from fulfillment.models import (
    Label,
    LabelResponse,
    ProductionEvent,
    ProductionFile,
    ProductionFileKind,
    ProductionItem,
    ProductionOrder,
    ProductionShipment,
    Shipment,
)
from fulfillment.models.production_order import ENDED_STATES


def _find_orders(person: DataSubject) -> QuerySet[Any]:
    """Return what we make for them: a part of one of their orders, or with their e-mail or their name as recipient."""
    found = Q(order_vendor_id__in=person.references - {""}) | Q(recipient__email__in=person.emails)
    for first, last in person.names:
        if first and last:
            found |= Q(recipient__firstname=first, recipient__lastname=last, recipient__street__in=person.streets)
    return ProductionOrder.objects.filter(found)


def _add(person: DataSubject) -> None:
    person.add(ProductionOrder, _find_orders(person).values_list("pk", flat=True))


def _mark(person: DataSubject) -> None:
    ProductionOrder.objects.filter(pk__in=person.of(ProductionOrder), erased_at=None).update(erased_at=Now())


def _of(model: Any, path: str = "production_order_id") -> Any:
    return lambda person: model._base_manager.filter(**{f"{path}__in": person.of(ProductionOrder)})


def _find_shipments(person: DataSubject) -> QuerySet[Any]:
    return Shipment.objects.filter(order__in=person.keys["orders.order"])


def _drop_copy(person: DataSubject, rows: QuerySet[Any]) -> None:
    rows.update(path="", size=None, sha256="", stored_at=None, url="", tracking_code="")


def _drop_file(person: DataSubject, rows: QuerySet[Any]) -> None:
    rows.update(path="", size=None, sha256="", stored_at=None, url="", next_at=None, problem="", needs_attention=False)


def _old_files(model: Any) -> Any:
    """Return what finds the copies of ended production orders; they are of no shop."""

    def due(shop: Shop | None, before: datetime) -> QuerySet[Any]:
        if shop is not None:
            return model.objects.none()
        ended = model.objects.filter(stored_at__lt=before, production_order__state__in=ENDED_STATES)
        return ended.exclude(path="")

    return due


def _forget_files(model: Any, **values: Any) -> Any:
    def forget(keys: Collection[int]) -> None:
        rows = model.objects.filter(pk__in=keys)
        paths = list(rows.values_list("path", flat=True))
        rows.update(path="", size=None, sha256="", stored_at=None, **values)
        delete_files(paths)

    return forget


add_source("files", RetentionSource(name="labels", due=_old_files(Label), forget=_forget_files(Label)))
add_source(
    "files", RetentionSource(name="production", due=_old_files(ProductionFile), forget=_forget_files(ProductionFile))
)


seeds.append(_add)
marks.append(_mark)
register(
    Holder(
        model=LabelResponse,
        holds=_("responses received instead of a label"),
        find=_of(LabelResponse, "label__production_order_id"),
        deleted=True,
        given=lambda rows: rows,
        fields={"problem": CLEAR},
        kept="files",
    ),
    Holder(
        model=Label,
        holds=_("shipping labels: name and address"),
        find=_of(Label),
        erase=_drop_copy,
        given=lambda rows: rows,
        fields={"url": CLEAR, "tracking_code": CLEAR},
        kept="files",
    ),
    Holder(
        model=ProductionFile,
        holds=_("print files, delivery slips and previews of our production"),
        find=_of(ProductionFile),
        erase=_drop_file,
        given=lambda rows: rows.filter(kind=ProductionFileKind.SLIP),
        fields={"url": CLEAR, "problem": CLEAR},
        kept="files",
    ),
    Holder(
        model=ProductionEvent,
        holds=_("timeline of our production"),
        find=_of(ProductionEvent),
        fields={"params": FREE},
    ),
    Holder(
        model=ProductionItem,
        holds=_("what we make, with its personalisation"),
        find=_of(ProductionItem),
        fields=dict.fromkeys(("configuration", "custom_properties", "customs", "designs"), CLEAR) | {"name": SCRUB},
        plain={"order_item_vendor_id": "a number", "printing_methods": "of a machine"},
    ),
    Holder(
        model=ProductionShipment,
        holds=_("parcels that we sent"),
        find=_of(ProductionShipment),
        fields=dict.fromkeys(("tracking_code", "tracking_url", "force_reason"), CLEAR),
    ),
    Holder(
        model=ProductionOrder,
        holds=_("recipient, sender and comment of orders we make for others"),
        find=_of(ProductionOrder, "pk"),
        fields=dict.fromkeys(("recipient", "shipper", "export", "parties", "custom_properties", "comment"), CLEAR),
        plain={"order_vendor_id": "a number", "reference2": "a number", "merchant": "a business"},
    ),
    Holder(
        model=Shipment,
        holds=_("parcels that vendors sent: the tracking code leads to the recipient"),
        find=_find_shipments,
        fields={"tracking_code": CLEAR, "tracking_url": CLEAR},
    ),
)
register_without("numbers of pieces", "fulfillment.ShipmentLine", "fulfillment.ProductionShipmentLine")
register_without("countries and carriers", "fulfillment.Country", "fulfillment.State", "fulfillment.Carrier")
