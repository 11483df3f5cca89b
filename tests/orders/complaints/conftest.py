"""Orders that were made and arrived, to be complained about."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from backoffice.engine.models import Push
from catalog.models import Variant
from fulfillment.models import Shipment, ShipmentLine
from orders.complaints.models import Bearer, Complaint, ComplaintCause
from orders.complaints.services.opening import NewComplaint, open_complaint
from orders.models import Order, ProductionState, ShipmentState, VendorOrder, VendorOrderState
from tests.api.storefront import PEN, Storefront, build_order, make_catalog, make_storefront

Arrived = Callable[..., Order]


@pytest.fixture
def catalog(db: None) -> dict[str, Variant]:
    return make_catalog()


@pytest.fixture
def storefront(catalog: dict[str, Variant]) -> Storefront:
    return make_storefront(tax_percent=19)


@pytest.fixture
def arrived(storefront: Storefront) -> Arrived:
    """Place an order of one shop, and have it produced and delivered."""

    def make(*, delivered_at: datetime | None = None, **changes: Any) -> Order:
        answer = storefront.place(build_order(**changes))
        assert answer.status_code == 201, answer.content
        return deliver(Order.objects.get(pk=answer.json()["id"]), delivered_at=delivered_at)

    return make


def deliver(order: Order, *, delivered_at: datetime | None = None) -> Order:
    """Let each part of the order arrive in one parcel."""
    for part in order.vendor_orders.all():
        VendorOrder.objects.filter(pk=part.pk).update(
            state=VendorOrderState.DONE, vendor_id=f"M{part.pk}", submitted_at=timezone.now()
        )
        parcel = Shipment.objects.create(
            order=order,
            vendor_order=part,
            vendor_id=f"P{part.pk}",
            carrier="dpd",
            tracking_code=f"0034{part.pk:010d}",
            delivered=True,
            delivered_at=delivered_at or timezone.now(),
        )
        for row in part.lines.select_related("line"):
            ShipmentLine.objects.create(
                shipment=parcel,
                line=row.line,
                sku=row.line.sku,
                quantity=row.line.quantity,
                line_vendor_id=str(row.pk),
            )
    Push.objects.all().delete()
    order.production, order.shipment = ProductionState.DONE, ShipmentState.DELIVERED
    order.save()
    return order


def one_line(*, sku: str = PEN, quantity: int = 100, **changes: Any) -> dict[str, Any]:
    """Return the lines of an order of one thing."""
    return {"lines": [{"sku": sku, "quantity": quantity, "unit_price": "1.30", **changes}]}


def complain(
    order: Order,
    quantity: int = 2,
    *,
    cause: ComplaintCause = ComplaintCause.MISPRINT,
    token: str = "t1",
    bearer: Bearer | None = None,
    **named: Any,
) -> Complaint:
    """Note a complaint about so many pieces of the order's first line."""
    quantities = named.pop("quantities", {order.lines.all()[0].pk: quantity})
    new = NewComplaint(cause=cause, quantities=quantities, token=token, bearer=bearer, **named)
    return open_complaint(order, new, actor="clara")


def picture(colour: str = "red", kind: str = "JPEG") -> bytes:
    target = BytesIO()
    Image.new("RGB", (400, 200), colour).save(target, kind)
    return target.getvalue()


def said(order: Order) -> list[str]:
    """Return the kinds of an order's events of complaints."""
    return list(order.events.filter(kind__startswith="complaint.").order_by("pk").values_list("kind", flat=True))
