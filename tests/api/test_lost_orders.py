"""An order that was lost in a restore and is sent again: the storefront gets the one that its vendor makes."""

from decimal import Decimal
from typing import Any

import pytest

from backoffice.engine.models import Push
from backoffice.engine.services import epoch
from backoffice.vendors.messages import LineReport, OrderReport, RemoteLineKind, RemoteOrderState
from catalog.models import Availability, Variant
from orders.models import Address, Order, OrderLine, StrayOrder
from orders.services.reports.strays import note_stray
from orders.services.restore.adopting import adopt_stray
from tests.api.storefront import PEN, Storefront, build_order
from tests.orders.reports import report
from tests.orders.stray_orders import JANA

pytestmark = pytest.mark.django_db


def made(*, quantity: int = 10, number: str = "WEB-100005") -> OrderReport:
    line = LineReport(vendor_id="8", reference="1", sku=PEN, quantity=quantity, kind=RemoteLineKind.STOCK)
    values: dict[str, Any] = {"vendor_id": "77", "recipient": JANA, "reference2": "WEB-1001", "lines": (line,)}
    return report(RemoteOrderState.IN_PRODUCTION, step=20, reference=number, **values)


def sold(**changes: Any) -> dict[str, Any]:
    return build_order(lines=[{"sku": PEN, "quantity": 10, "unit_price": "1.50", "name": "A pen"}], **changes)


def sell_out() -> None:
    """Leave nothing in stock at the vendor, which has taken it for what it makes."""
    Availability.objects.update_or_create(
        variant=Variant.objects.get(sku=PEN),
        fulfiller_id="1",
        defaults={"available": True, "stock_managed": True, "stock_qty": 0},
    )


@pytest.fixture
def stray(storefront: Storefront, catalog: dict[str, Variant]) -> StrayOrder:
    noted = note_stray(made())
    assert noted is not None
    return noted


def test_after_a_restore_it_has_the_number_that_its_customer_knows(storefront: Storefront, stray: StrayOrder) -> None:
    row = epoch.read_epoch()
    row.series = 1
    row.save()
    assert storefront.place(sold()).json()["number"] == "WEB-100005"
    assert storefront.place(sold(reference="another")).json()["number"].endswith("-B")


def test_one_that_staff_brought_in_is_completed_by_its_shop_and_given_back(
    storefront: Storefront, stray: StrayOrder
) -> None:
    adopted = adopt_stray(stray, actor="mara")
    answer = storefront.place(sold(), key="k-1")
    assert answer.status_code == 201
    assert (answer.json()["number"], answer.json()["id"]) == ("WEB-100005", adopted.pk)
    order = Order.objects.get()
    assert (order.total, order.customer_email, order.accepts_letters) == (
        Decimal(sold()["total"]),
        "jana@example.com",
        True,
    )
    line = OrderLine.objects.get()
    assert (str(line.unit_price), line.name) == ("1.5000", "A pen")
    assert Address.objects.count() == 1
    assert not Push.objects.exists()
    assert storefront.place(sold(), key="k-1").json() == answer.json()
    assert storefront.place(sold(), key="k-2").status_code == 409


def test_other_goods_are_no_completion(storefront: Storefront, stray: StrayOrder) -> None:
    adopt_stray(stray, actor="mara")
    answer = storefront.place(sold(**{"lines.0.quantity": 11}))
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_taken")
    assert Order.objects.get().total == 0


def test_one_whose_own_pieces_were_the_last_is_held_and_not_refused(storefront: Storefront, stray: StrayOrder) -> None:
    sell_out()
    assert storefront.place(sold(reference="another")).status_code == 422
    answer = storefront.place(sold())
    assert (answer.status_code, answer.json()["state"]["order"]) == (201, "held")


def test_one_that_was_brought_in_is_completed_though_its_own_pieces_were_the_last(
    storefront: Storefront, stray: StrayOrder
) -> None:
    adopted = adopt_stray(stray, actor="mara")
    sell_out()
    answer = storefront.place(sold())
    assert (answer.status_code, answer.json()["id"]) == (201, adopted.pk)
    assert storefront.place(sold(reference="another")).status_code == 422
