"""Stock at intake: what is there, what open orders take of it, and what the shop wants done where it is too small."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from catalog.models import Availability, SyncRun, Variant
from catalog.models.sync import SyncState
from orders.models import (
    CustomerEditor,
    Design,
    DesignState,
    Hold,
    HoldReason,
    Order,
    OrderLine,
    OrderState,
    VendorOrder,
    VendorOrderState,
)
from orders.services.lifecycle import cancel_order, release_hold, release_order
from orders.services.placing.planning import start_over
from orders.services.stock import find_taken, settle_stock
from orders.services.timeline import describe
from tests.api.storefront import CARD, PEN, Storefront, build_order, make_catalog, make_storefront, make_variant

KEY = ("mypromo", PEN)
NUMBERS = itertools.count()


@pytest.fixture
def storefront(db: None) -> Storefront:
    make_catalog()
    return make_storefront()


def stock(sku: str, *quantities: int | None, **fields: Any) -> Variant:
    """Set each quantity as a fulfiller's stock, None one that is not counted."""
    variant = Variant.objects.get(sku=sku)
    variant.availabilities.all().delete()
    Availability.objects.bulk_create(
        Availability(
            variant=variant,
            fulfiller_id=str(number),
            stock_managed=quantity is not None,
            stock_qty=quantity,
            **{"available": True, "contract_state": "accepted"} | fields,
        )
        for number, quantity in enumerate(quantities)
    )
    return variant


def line(quantity: int, *, sku: str = PEN, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "unit_price": "1.29", **more}


def place(storefront: Storefront, *lines: dict[str, Any], query: str = "", **changes: Any) -> Any:
    total = str(sum(entry["quantity"] for entry in lines) * 1.5)
    body = build_order(lines=list(lines), reference=f"R-{next(NUMBERS)}", total=total, **changes)
    return storefront.place(body, query=query)


def take(storefront: Storefront, *lines: dict[str, Any], **changes: Any) -> Order:
    answer = place(storefront, *lines, **changes)
    assert answer.status_code == 201, answer.content
    return Order.objects.get(pk=answer.json()["id"])


def submit(order: Order, *, state: VendorOrderState = VendorOrderState.SUBMITTED) -> None:
    order.vendor_orders.update(state=state, submitted_at=timezone.now())


def read_again(sku: str, quantity: int) -> None:
    """Read the vendor's catalogue again, with another stock."""
    variant = stock(sku, quantity)
    variant.changed_at = timezone.now()
    variant.save()


@pytest.mark.parametrize(
    ("quantities", "ordered", "fine"),
    [
        ([100], 100, True), ([100], 101, False), ([0], 10, False), ([None], 900, True), ([5, None], 900, True),
        # A line is made by one fulfiller.
        ([60, 60], 60, True), ([60, 60], 61, False), ([0, 60], 60, True), ([], 900, True),
    ],
)  # fmt: skip
def test_what_is_not_in_stock_is_refused(
    storefront: Storefront, quantities: list[int | None], ordered: int, fine: bool
) -> None:
    stock(PEN, *quantities)
    answer = place(storefront, line(ordered))
    assert answer.status_code == (201 if fine else 422)
    if not fine:
        assert list(answer.json()["errors"]) == ["lines[0].quantity"]
        [text] = answer.json()["errors"]["lines[0].quantity"]
        assert str(ordered) in text
        assert PEN in text
        assert str(max(quantity for quantity in quantities if quantity is not None)) in text
        assert not Order.objects.exists()
        assert not Push.objects.exists()


@pytest.mark.parametrize(
    ("fields", "fine"), [({"contract_state": "declined"}, True), ({"available": False}, True), ({}, False)]
)
def test_stock_of_those_who_do_not_make_it_for_us_says_nothing(
    storefront: Storefront, fields: dict[str, Any], fine: bool
) -> None:
    """Whether anybody makes it is `orderable`, which a synchronisation sets."""
    stock(PEN, 5, **fields)
    assert (place(storefront, line(10)).status_code == 201) is fine


def test_lines_of_the_same_sku_add_up(storefront: Storefront) -> None:
    stock(PEN, 100)
    errors = place(storefront, line(60), line(60)).json()["errors"]
    assert list(errors) == ["lines[1].quantity"]
    assert place(storefront, line(60), line(40)).status_code == 201


def test_open_orders_of_any_shop_take_what_is_there(storefront: Storefront) -> None:
    stock(PEN, 60, 60)
    take(make_storefront("TWO"), line(50))
    take(storefront, line(60))
    [text] = place(storefront, line(20)).json()["errors"]["lines[0].quantity"]
    assert text == f"20 × {PEN} is more than the 10 available: open orders need 110 of 120 in stock."
    take(storefront, line(10))


def test_an_order_that_waits_takes_its_share_and_a_cancelled_one_gives_it_back(storefront: Storefront) -> None:
    stock(PEN, 100)
    held = take(storefront, line(100), query="?on_invalid=hold", **{"recipient.zip": None})
    assert held.state == OrderState.HELD
    assert place(storefront, line(10)).status_code == 422
    cancel_order(held, actor="boss", reason="")
    assert place(storefront, line(10)).status_code == 201


def test_a_vendors_order_takes_until_a_reading_shows_it_and_not_twice(storefront: Storefront) -> None:
    stock(PEN, 100)
    order = take(storefront, line(60))
    submit(order)
    # The figure is from before: the vendor has it, and our 100 do not show it.
    assert place(storefront, line(50)).status_code == 422
    read_again(PEN, 40)
    # Shown now: 40 are left, not 40 less 60.
    assert place(storefront, line(50)).status_code == 422
    assert place(storefront, line(40)).status_code == 201


def test_an_order_that_is_delivered_before_the_next_reading_still_takes(storefront: Storefront) -> None:
    stock(PEN, 100)
    order = take(storefront, line(60))
    submit(order, state=VendorOrderState.DONE)
    order.state = OrderState.CLOSED
    order.save()
    assert place(storefront, line(50)).status_code == 422
    read_again(PEN, 40)
    assert place(storefront, line(40)).status_code == 201


def test_an_order_submitted_after_its_variant_was_read_still_takes(storefront: Storefront) -> None:
    stock(PEN, 100)
    order = take(storefront, line(60))
    read_again(PEN, 100)
    submit(order)
    assert place(storefront, line(50)).status_code == 422


def test_a_whole_synchronisation_that_began_later_settles_what_the_vendor_has(storefront: Storefront) -> None:
    """Where the figure stays as it was: filled up by as many pieces, or never lowered by that vendor."""
    variant = stock(PEN, 100)
    sent, waiting, gone = (take(storefront, line(30)) for _ in range(3))
    submit(sent)
    cancel_order(gone, actor="boss", reason="")
    assert find_taken({KEY: variant.changed_at}) == {KEY: 60}

    def run(**fields: Any) -> None:
        options = {"covers": "all", "dry_run": False} | fields.pop("options", {})
        SyncRun.objects.create(vendor="mypromo", **{"state": SyncState.DONE} | fields, options=options)

    run(options={"covers": "skus"})
    run(options={"dry_run": True})
    run(state=SyncState.FAILED)
    run(state=SyncState.PARTIAL, options={"missing": True})
    run(state=SyncState.PARTIAL, errors=[{"text": "It cannot be read.", "product": "1", "skus": [PEN]}])
    SyncRun.objects.update(started_at=timezone.now() + timedelta(seconds=1))
    assert settle_stock() == 1
    assert find_taken({KEY: variant.changed_at}) == {KEY: 60}
    SyncRun.objects.all().delete()
    run()
    assert settle_stock() == 1
    assert find_taken({KEY: variant.changed_at}) == {KEY: 30}
    assert OrderLine.objects.get(takes_stock=True).order == waiting


def test_what_a_vendor_gave_back_is_wanted_from_it_again(storefront: Storefront) -> None:
    variant = stock(PEN, 100)
    order = take(storefront, line(60))
    submit(order, state=VendorOrderState.CANCELLED)
    assert find_taken({KEY: timezone.now()}) == {KEY: 60}
    OrderLine.objects.update(takes_stock=False)
    start_over(VendorOrder.objects.get())
    assert find_taken({KEY: variant.changed_at}) == {KEY: 60}


def test_a_design_that_was_switched_is_looked_up_by_the_sku_that_it_has_now(storefront: Storefront) -> None:
    make_variant("MP-RED")
    stock(CARD, 1000)
    stock("MP-RED", 3)
    customer = CustomerEditor.objects.create(shop=storefront.shop, vendor="mypromo", customer="c", user_hash="h")
    design = Design.objects.create(
        shop=storefront.shop, customer=customer, vendor="mypromo", vendor_id="77", asked_sku=CARD, sku="MP-RED",
        state=DesignState.SUBMITTED, read_at=timezone.now(), quantity=5,
    )  # fmt: skip
    entry = {"design_id": design.public_id, "quantity": 5, "unit_price": "1.29"}
    [text] = place(storefront, entry).json()["errors"]["lines[0].quantity"]
    assert "MP-RED" in text
    assert "3" in text
    assert place(storefront, entry | {"quantity": 3}).status_code == 201


def test_a_shop_may_hold_what_is_too_much_and_such_an_order_takes_nothing_until_released(
    storefront: Storefront,
) -> None:
    Shop.objects.update(on_short_stock="hold")
    variant = stock(PEN, 100)
    answer = place(storefront, line(900)).json()
    assert answer["state"]["order"] == "held"
    [hold] = answer["holds"]
    assert (hold["reason"], list(hold["errors"])) == (HoldReason.OUT_OF_STOCK, ["lines[0].quantity"])
    assert not Push.objects.exists()
    assert OrderLine.objects.get().backordered == 800
    assert find_taken({KEY: variant.changed_at}) == {}
    assert take(storefront, line(100)).state == OrderState.RELEASED
    release_hold(Hold.objects.get(), actor="boss", note="")
    assert find_taken({KEY: variant.changed_at}) == {KEY: 1000}


def test_a_refusal_says_why_in_the_words_of_holds(storefront: Storefront) -> None:
    stock(PEN, 100)
    Shop.objects.update(on_odd_price="refuse")
    assert place(storefront, line(900)).json()["reasons"] == ["out_of_stock"]
    odd = place(storefront, line(900, unit_price="0.01"), **{"recipient.zip": None})
    assert odd.json()["reasons"] == ["bad_address", "odd_price", "out_of_stock"]


def test_a_request_may_ask_for_a_hold_where_the_shop_refuses(storefront: Storefront) -> None:
    stock(PEN, 0)
    order = take(storefront, line(10), query="?on_invalid=hold")
    assert (order.state, order.holds.get().reason) == (OrderState.HELD, HoldReason.OUT_OF_STOCK)


def test_a_shop_may_accept_backorders_which_go_to_the_vendor_and_say_so(storefront: Storefront) -> None:
    Shop.objects.update(on_short_stock="backorder")
    stock(PEN, 30)
    answer = place(storefront, line(20), line(40), query="?on_invalid=hold").json()
    assert (answer["state"]["order"], answer["holds"]) == ("released", [])
    assert [entry["backordered"] for entry in answer["lines"]] == [0, 30]
    assert Push.objects.get().kind == "orders.place"
    order = Order.objects.get()
    assert f"Line 2: 30 of 40 × {PEN} are out of stock and on backorder." in [
        describe(event) for event in order.events.all()
    ]


def test_a_counted_stock_costs_one_query_whatever_the_lines(
    storefront: Storefront, django_assert_num_queries: Any
) -> None:
    place(storefront, line(10), line(10, sku=CARD, files=[{"url": "https://files.example.com/a.pdf"}]))
    stock(PEN, 1000)
    stock(CARD, 1000)
    files = [{"url": "https://files.example.com/a.pdf"}]
    with django_assert_num_queries(18):
        place(storefront, line(10), line(10, sku=CARD, files=files))
    with django_assert_num_queries(18):
        place(storefront, *[line(10), line(10, sku=CARD, files=files)] * 10)


def test_a_released_order_keeps_its_share(storefront: Storefront) -> None:
    Shop.objects.update(release_automatically=False)
    variant = stock(PEN, 100)
    order = take(storefront, line(60))
    assert find_taken({KEY: variant.changed_at}) == {KEY: 60}
    release_order(order, actor="boss")
    assert find_taken({KEY: variant.changed_at}) == {KEY: 60}
