"""Orders as the vendor shows them that we do not know."""

from typing import Any

from backoffice.vendors.messages import LineReport, OrderReport, PostalAddress, RemoteLineKind, RemoteOrderState
from orders.models import StrayOrder
from orders.services.reports.strays import note_stray
from tests.orders.reports import report
from tests.orders.rows import FILE, SKU

JANA = PostalAddress(firstname="Jana", lastname="Größer", street="Hauptstraße 42", zip="10115", city="Berlin")


def made(
    reference: str = "WEB-100005", *, shop_reference: str = "SHOP-5", step: int = 20, **changes: Any
) -> OrderReport:
    """Return an order that the vendor makes: what `make_order` sells, to whom it sells it."""
    position, quantity = changes.pop("position", 1), changes.pop("quantity", 5)
    line = LineReport(
        vendor_id="8",
        reference=str(position),
        sku=SKU,
        quantity=quantity,
        kind=RemoteLineKind.FILES,
        file_urls=(FILE["url"],),
    )
    values = {"vendor_id": "77", "recipient": JANA, "reference2": shop_reference, "lines": (line,)} | changes
    return report(values.pop("state", RemoteOrderState.IN_PRODUCTION), step=step, reference=reference, **values)


def stray_of(shown: OrderReport) -> StrayOrder:
    stray = note_stray(shown)
    assert stray is not None
    return stray
