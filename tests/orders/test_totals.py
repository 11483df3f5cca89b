"""What a total is made of: kept as the shop sent it, and checked against each other and the lines."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.test import Client

from backoffice.accounts.models import Shop
from orders.models import HoldReason, Order
from orders.services.editing.amounts import amounts_of
from orders.services.editing.changes import OrderChanges
from orders.services.editing.edits import edit_order, preview_edit
from orders.services.order_message import OrderRows
from orders.services.totals import read_totals
from tests.api.storefront import PEN, Storefront, build_order, make_catalog, make_storefront

# A hundred pens at 1.29: 129.00 net.
TOTALS: dict[str, Any] = {
    "lines": "129.00",
    "discount": "9.00",
    "shipping": "4.90",
    "taxes": [{"name": "VAT", "percent": "19", "net": "124.90", "amount": "23.73"}],
    "rounding": "0.02",
}
TOTAL = "148.65"


@pytest.fixture
def storefront(db: None) -> Storefront:
    make_catalog()
    return make_storefront()


def place(storefront: Storefront, total: str = TOTAL, **changes: Any) -> Any:
    totals = {name: value for name, value in (TOTALS | changes).items() if name in TOTALS}
    others = {name: value for name, value in changes.items() if name not in TOTALS}
    line = {"sku": PEN, "quantity": 100, "unit_price": "1.29"}
    return storefront.place(build_order(**{"lines": [line], "total": total, "totals": totals} | others))


def odd(storefront: Storefront, total: str = TOTAL, **changes: Any) -> dict[str, list[str]]:
    """Return what looks wrong; empty where the order is taken and released."""
    Shop.objects.update(on_odd_price="refuse")
    answer = place(storefront, total, **changes)
    assert answer.status_code in (201, 422), answer.content
    return {} if answer.status_code == 201 else answer.json()["errors"]


def test_totals_that_add_up_are_kept_as_they_were_sent(storefront: Storefront) -> None:
    answer = place(storefront)
    assert answer.json()["state"]["order"] == "released", answer.content
    read = storefront.get(f"orders/{answer.json()['id']}/").json()
    assert read["totals"] == TOTALS
    order = Order.objects.get()
    totals = read_totals(order)
    assert totals is not None
    assert (totals.sum, totals.tax) == (order.total, Decimal("23.73"))


def test_what_is_not_sent_is_not_checked(storefront: Storefront) -> None:
    line = {"sku": PEN, "quantity": 100, "unit_price": "1.29"}
    answer = storefront.place(build_order(lines=[line], total="100.01"))
    assert (answer.status_code, answer.json()["totals"]) == (201, None)


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"total": "148.66"}, "total", ("148.66", "148.65")),
        ({"lines": "129.01", "total": "148.66"}, "totals.lines", ("129.01", "129.00")),
        ({"discount": "133.91"}, "totals.discount", ("133.91", "133.90")),
        ({"rounding": "0.51"}, "totals.rounding", ("0.51", "0.50")),
        ({"shipping": "4.905"}, "totals.shipping", ("4.905", "EUR", "2")),
        (
            {"taxes": [{"percent": "19", "net": "124.90", "amount": "23.75"}]},
            "totals.taxes[0].amount",
            ("23.75", "124.90", "19", "23.73"),
        ),
        ({"taxes": [{"net": "124.905", "amount": "23.73"}]}, "totals.taxes[0].net", ("124.905", "2")),
    ],
)
def test_totals_that_contradict_themselves_look_wrong(
    storefront: Storefront, changes: dict[str, Any], path: str, words: tuple[str, ...]
) -> None:
    errors = odd(storefront, **changes)
    assert path in errors
    [text] = errors[path]
    assert all(word in text for word in words), text
    assert not Order.objects.exists()
    Shop.objects.update(on_odd_price="hold")
    assert place(storefront, **changes).json()["holds"][0]["reason"] == HoldReason.ODD_PRICE


def test_a_shop_that_wants_no_check_gets_none(storefront: Storefront) -> None:
    Shop.objects.update(on_odd_price="off")
    answer = place(storefront, total="1.00", currency="EUR")
    assert answer.json()["state"]["order"] == "released"


@pytest.mark.parametrize(("lines", "fine"), [("9.99", True), ("10.00", True), ("10.02", False), ("9.98", False)])
def test_a_shop_may_round_each_line_or_only_their_sum(storefront: Storefront, lines: str, fine: bool) -> None:
    """Three times 3.333: 9.99 of rounded lines, 10.00 of the sum; half a cent a line is what rounding makes."""
    entries = [{"sku": PEN, "quantity": 10, "unit_price": "0.3333"} for _ in range(3)]
    Shop.objects.update(least_margin_percent=None)
    sent = {"lines": lines, "taxes": []}
    body = build_order(lines=entries, total=lines, totals=sent)
    Shop.objects.update(on_odd_price="refuse")
    assert (storefront.place(body).status_code == 201) is fine


@pytest.mark.parametrize(
    ("currency", "price", "parts", "total", "fine"),
    [
        ("JPY", "130", {"lines": "13000", "shipping": "500", "tax": "1350"}, "14850", True),
        ("JPY", "130", {"lines": "13000", "shipping": "500.5", "tax": "1350"}, "14850.5", False),
        ("KWD", "0.345", {"lines": "34.500", "shipping": "1.250", "tax": "1.788"}, "37.538", True),
        ("KWD", "0.345", {"lines": "34.500", "shipping": "1.250", "tax": "1.788"}, "37.54", False),
    ],
)
def test_each_currency_has_its_own_decimal_places(
    storefront: Storefront, currency: str, price: str, parts: dict[str, str], total: str, fine: bool
) -> None:
    Shop.objects.update(on_odd_price="refuse", currency=currency, total_factor=None)
    entry = {"sku": PEN, "quantity": 100, "unit_price": price}
    sent = {"lines": parts["lines"], "shipping": parts["shipping"], "taxes": [{"amount": parts["tax"]}]}
    answer = storefront.place(build_order(lines=[entry], currency=currency, total=total, totals=sent))
    assert (answer.status_code == 201) is fine, answer.content


def test_staff_see_the_parts_and_a_margin_after_the_discount(storefront: Storefront, admin_client: Client) -> None:
    order = place(storefront).json()["id"]
    page = admin_client.get(f"/admin/orders/order/{order}/change/").content.decode()
    for text in ("Discount, net", "−€9.00", "Shipping, net", "€4.90", "VAT, 19%", "€23.73", "Rounding", "€50.00"):
        assert text in page, text
    # 129.00 less the discount less 70.00 at the vendor.
    kept = Order.objects.get()
    rows = OrderRows(kept, list(kept.lines.all()), [], [])
    assert (amounts_of(rows).margin, amounts_of(rows).margin_percent) == (Decimal("50.00"), 42)


def test_an_edit_of_lines_leaves_the_parts_as_they_were_sent(storefront: Storefront, admin_client: Client) -> None:
    Shop.objects.update(release_automatically=False, on_odd_price="refuse")
    place(storefront)
    order = Order.objects.get()
    change = {"reference": "1", "quantity": 90}
    edit_order(order, msgspec.convert({"lines": {"change": [change]}}, OrderChanges), actor="mara")
    order.refresh_from_db()
    assert order.totals == TOTALS
    assert order.total < Decimal(TOTAL)
    page = admin_client.get(f"/admin/orders/order/{order.pk}/change/").content.decode()
    assert "Difference from the total" in page


def test_a_shop_may_send_the_parts_anew_with_an_edit(storefront: Storefront) -> None:
    Shop.objects.update(release_automatically=False, on_odd_price="refuse")
    place(storefront)
    order = Order.objects.get()
    new = TOTALS | {"discount": "0.00", "taxes": [{"amount": "25.44"}], "rounding": "0"}
    changes = msgspec.convert({"totals": new}, OrderChanges)
    assert [path for path, *_ in preview_edit(order, changes).changes if path != "total"] == ["totals"]
    edited = edit_order(order, changes, actor="shop:WEB")
    assert (edited.total, edited.totals["discount"]) == (Decimal("159.34"), "0.00")
