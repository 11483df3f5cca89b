"""Editing an order: what changes, what it costs, which holds end, and that a refusal changes nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from backoffice.engine.models import Push
from backoffice.errors import DomainError, IllegalTransition, InvalidInput, Outdated
from catalog.models import Availability, Variant
from orders.models import (
    Address,
    AddressRole,
    HoldReason,
    Order,
    OrderDocument,
    OrderEvent,
    OrderLine,
    OrderState,
    VendorOrder,
    VendorOrderState,
)
from orders.services.editing.edits import edit_order, preview_edit
from orders.services.holds import active_holds
from orders.services.lifecycle import cancel_order, hold_order, release_order
from orders.services.search import search_orders
from orders.services.timeline import describe
from tests.api.storefront import CARD, PEN, make_catalog, make_variant
from tests.orders.editing.desk import CARD_LINE, change, changes_of, edited_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalog() -> dict[str, Variant]:
    return make_catalog()


def refused(error: type[DomainError], act: Callable[[], object]) -> Any:
    """Check that the error is raised and nothing of the order has changed; return the error."""
    models = (Order, OrderLine, Address, OrderDocument, VendorOrder, OrderEvent, Push)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    with pytest.raises(error) as caught:
        act()
    assert [list(model.objects.order_by("pk").values()) for model in models] == before
    return caught.value


def test_a_quantity_moves_total_and_cost_and_is_one_line_of_the_timeline(catalog: dict[str, Variant]) -> None:
    order = edited_order()
    change(order, lines={"change": [{"reference": "L1", "quantity": 500}]})
    line = order.lines.get()
    assert (line.quantity, line.unit_cost) == (500, Decimal("0.5"))
    order.refresh_from_db()
    assert (order.total, order.revision) == (Decimal("129.00") + 400 * Decimal("1.29"), 2)
    event = order.events.get(kind="order.edited")
    assert describe(event) == (
        "The order was edited. Line L1, quantity: 100 → 500. Total, gross: 129.00 EUR → 645.00 EUR."
    )


def test_a_wrong_sku_is_corrected_its_hold_ends_and_the_order_goes_on(catalog: dict[str, Variant]) -> None:
    order = edited_order({"sku": "NOPE"})
    errors = {"lines[0].sku": ["NOPE is not in the catalogue."]}
    hold_order(order, reason=HoldReason.INVALID_INPUT, text="", errors=errors, actor="system")
    assert change(order, lines={"change": [{"reference": "L1", "sku": CARD}]}).state == OrderState.RELEASED
    assert order.lines.get().name == f"Variant {CARD}"
    assert not active_holds(order).exists()
    assert Push.objects.get().kind == "orders.place"


def test_another_unknown_sku_is_refused_and_nothing_changes(catalog: dict[str, Variant]) -> None:
    order = edited_order()
    error = refused(InvalidInput, lambda: change(order, lines={"change": [{"reference": "L1", "sku": "NOPE"}]}))
    assert error.errors == {"lines[0].sku": ["NOPE is not in the catalogue."]}


def test_what_is_wrong_elsewhere_does_not_keep_one_fault_from_being_corrected(catalog: dict[str, Variant]) -> None:
    order = edited_order({"sku": "NOPE"})
    order.addresses.update(street="Straße der Pariser Kommune, Hinterhaus 3")
    change(order, lines={"change": [{"reference": "L1", "sku": CARD}]})
    assert order.lines.get().sku == CARD


def test_what_an_edit_brings_about_is_refused_although_it_is_another_field(catalog: dict[str, Variant]) -> None:
    make_variant("SLOW", express_available=False)
    order = edited_order(express_shipping=True)
    Variant.objects.filter(sku=CARD).update(express_available=True)
    error = refused(InvalidInput, lambda: change(order, lines={"change": [{"reference": "L1", "sku": "SLOW"}]}))
    assert list(error.errors) == ["express_shipping"]


def test_a_person_may_pass_over_what_the_catalogue_says_and_over_no_limit_of_a_vendor(
    catalog: dict[str, Variant],
) -> None:
    order = edited_order()
    edit_order(order, changes_of(lines={"change": [{"reference": "L1", "sku": "NEW"}]}), actor="mara", anyway=True)
    assert order.lines.get().sku == "NEW"
    long = changes_of(recipient={"street": "x" * 31})
    refused(InvalidInput, lambda: edit_order(order, long, actor="mara", anyway=True))


def test_lines_come_and_go_and_those_that_stay_close_ranks(catalog: dict[str, Variant]) -> None:
    order = edited_order({"reference": "a"}, {"reference": "b"}, {"reference": "c"})
    change(order, lines={"remove": ["b"], "add": [{**CARD_LINE, "quantity": 200, "unit_price": "1.20"}]})
    lines = order.lines.values_list("position", "reference", "quantity")
    assert list(lines) == [(1, "a", 100), (2, "c", 100), (3, "1", 200)]
    order.refresh_from_db()
    assert order.total == Decimal("387.00") - 129 + 240


def test_an_order_keeps_a_line(catalog: dict[str, Variant]) -> None:
    order = edited_order()
    error = refused(InvalidInput, lambda: change(order, lines={"remove": ["L1"]}))
    assert error.errors == {"lines": ["An order needs at least one line. Cancel the order instead."]}


def test_a_line_that_is_not_there_is_named(catalog: dict[str, Variant]) -> None:
    order = edited_order()
    wrong = {"change": [{"reference": "9", "quantity": 5}], "remove": ["8"], "add": [{**CARD_LINE, "reference": "L1"}]}
    error = refused(InvalidInput, lambda: change(order, lines=wrong))
    assert list(error.errors) == ["lines.change[0].reference", "lines.remove[0]", "lines.add[0].reference"]


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(catalog: dict[str, Variant]) -> None:
    order = edited_order()
    edit_order(order, changes_of(customer={"phone": "030 1"}), actor="mara", revision=1)
    late = changes_of(customer={"phone": "030 2"})
    refused(Outdated, lambda: edit_order(order, late, actor="tom", revision=1))
    # The control: without the revision the first one's work is lost.
    edit_order(order, late, actor="tom")
    order.refresh_from_db()
    assert order.customer_phone == "030 2"


def test_the_same_again_changes_nothing_and_is_no_revision(catalog: dict[str, Variant]) -> None:
    order = edited_order(customer_firstname="Jana")
    change(order, customer={"firstname": "Jana"}, lines={"change": [{"reference": "L1", "quantity": 100}]})
    order.refresh_from_db()
    assert order.revision == 1
    assert not order.events.filter(kind="order.edited").exists()


def test_what_was_typed_is_found_by_the_search(catalog: dict[str, Variant]) -> None:
    order = edited_order()
    change(order, customer={"lastname": "Wachowski"}, recipient={"city": "Potsdam"})
    assert search_orders(Order.objects.all(), "wachowski potsdam").get() == order


def test_an_address_is_added_by_its_countrys_name_and_taken_away(catalog: dict[str, Variant]) -> None:
    order = edited_order()
    bill = {"lastname": "Lee", "street": "Bank 9", "zip": "10115", "city": "Berlin", "country_code": "deu"}
    change(order, invoice_address=bill)
    assert order.addresses.get(role=AddressRole.INVOICE).country_code == "DE"
    change(order, invoice_address=None)
    assert not order.addresses.filter(role=AddressRole.INVOICE).exists()


def test_credentials_of_a_file_whose_address_stays_are_kept(catalog: dict[str, Variant]) -> None:
    secret = {"0": {"scheme": "header", "header": "canary"}}
    order = edited_order({"file_credentials": secret})
    url = order.lines.get().files[0]["url"]
    files = [{"url": "https://files.example.com/b.pdf", "type": "back"}, {"url": url, "type": "front"}]
    change(order, lines={"change": [{"reference": "L1", "files": files}]})
    assert order.lines.get().file_credentials == {"1": secret["0"]}
    change(order, lines={"change": [{"reference": "L1", "files": files[:1]}]})
    assert order.lines.get().file_credentials is None


def test_documents_are_replaced(catalog: dict[str, Variant]) -> None:
    order = edited_order()
    slip = {"kind": "delivery_slip", "url": "https://files.example.com/slip.pdf"}
    change(order, documents=[slip])
    assert order.documents.get().url == slip["url"]
    change(order, documents=[])
    assert not order.documents.exists()


def test_of_its_own_pieces_an_order_may_have_all(catalog: dict[str, Variant]) -> None:
    stock = Availability.objects.create(
        variant=catalog[PEN], fulfiller_id="1", stock_managed=True, stock_qty=150, available=True
    )
    order = edited_order({"sku": PEN, "files": [], "kind": "stock", "takes_stock": True})
    change(order, lines={"change": [{"reference": "L1", "quantity": 150}]})
    assert order.lines.get().quantity == stock.stock_qty
    more = {"change": [{"reference": "L1", "quantity": 151}]}
    error = refused(InvalidInput, lambda: change(order, lines=more))
    assert list(error.errors) == ["lines[0].quantity"]


def test_a_price_of_nothing_holds_the_order_where_its_shop_holds_for_that(catalog: dict[str, Variant]) -> None:
    order = edited_order()
    free = {"change": [{"reference": "L1", "unit_price": "0"}]}
    assert change(order, lines=free, total="0").state == OrderState.HELD
    assert active_holds(order).get().reason == HoldReason.ODD_PRICE


def test_a_hold_keeps_what_is_still_wrong_under_its_new_place(catalog: dict[str, Variant]) -> None:
    order = edited_order({}, {"sku": "NOPE"}, {"sku": "NOPE"})
    errors = {"lines[1].sku": ["one"], "lines[2].sku": ["two"]}
    hold_order(order, reason=HoldReason.INVALID_INPUT, text="", errors=errors, actor="system")
    assert change(order, lines={"remove": ["L2"]}).state == OrderState.HELD
    assert active_holds(order).get().errors == {"lines[1].sku": ["two"]}
    assert change(order, lines={"change": [{"reference": "L3", "sku": CARD}]}).state == OrderState.RELEASED


def test_a_preview_says_what_changes_and_changes_nothing(catalog: dict[str, Variant]) -> None:
    order = edited_order()
    before = list(Order.objects.values()), list(OrderLine.objects.values()), Push.objects.count()
    found = preview_edit(order, changes_of(lines={"change": [{"reference": "L1", "quantity": 500, "sku": "NOPE"}]}))
    assert [change[0] for change in found.changes] == ["lines.L1.quantity", "lines.L1.sku", "total"]
    assert list(found.findings.overridable) == ["lines[0].sku"]
    assert found.before is not None
    assert found.after is not None
    assert (found.before.total, found.after.total) == (Decimal("129.00"), Decimal("645.00"))
    assert (list(Order.objects.values()), list(OrderLine.objects.values()), Push.objects.count()) == before


def test_a_cancelled_order_cannot_be_edited_and_the_text_says_what_can_be_done(catalog: dict[str, Variant]) -> None:
    order = cancel_order(edited_order(), actor="mara", reason="twice")
    error = refused(IllegalTransition, lambda: change(order, customer={"phone": "1"}))
    assert "new order" in error.text


def test_what_is_made_cannot_be_changed_but_its_price_can(catalog: dict[str, Variant]) -> None:
    order = release_order(edited_order(), actor="mara")
    Push.objects.all().delete()
    order.vendor_orders.update(state=VendorOrderState.IN_PRODUCTION, vendor_id="9")
    quantity = {"change": [{"reference": "L1", "quantity": 500}]}
    error = refused(IllegalTransition, lambda: change(order, lines=quantity))
    assert "Create a new order for what is needed instead" in error.text
    refused(IllegalTransition, lambda: change(order, recipient={"street": "Hauptstraße 1"}))
    change(order, lines={"change": [{"reference": "L1", "unit_price": "1.10"}]}, customer={"phone": "030 1"})
    assert order.lines.get().unit_price == Decimal("1.10")
    assert not Push.objects.exists()


def test_a_line_beside_what_is_made_becomes_a_part_of_its_own(catalog: dict[str, Variant]) -> None:
    order = release_order(edited_order(), actor="mara")
    Push.objects.all().delete()
    order.vendor_orders.update(state=VendorOrderState.IN_PRODUCTION, vendor_id="9")
    change(order, lines={"add": [CARD_LINE]})
    made, new = order.vendor_orders.order_by("part")
    assert (made.state, new.state, new.reference) == ("in_production", "planned", f"{order.number}-2")
    assert Push.objects.get().subject_id == new.pk


def test_the_total_is_compared_with_what_is_made_already_too(catalog: dict[str, Variant]) -> None:
    order = release_order(edited_order({"quantity": 1000}), actor="mara")
    order.vendor_orders.update(state=VendorOrderState.IN_PRODUCTION, vendor_id="9")
    added = change(order, lines={"add": [CARD_LINE]})
    assert (added.state, active_holds(added).count()) == (OrderState.RELEASED, 0)


def test_a_part_that_nothing_is_left_of_is_dropped_and_used_again(catalog: dict[str, Variant]) -> None:
    order = release_order(edited_order(*[{"reference": f"r{n}"} for n in range(51)]), actor="mara")
    change(order, lines={"remove": ["r50"]})
    first, second = order.vendor_orders.order_by("part")
    assert (first.state, second.state, second.lines.count()) == ("planned", "dropped", 0)
    change(order, lines={"add": [CARD_LINE]})
    second.refresh_from_db()
    assert (second.state, second.lines.count(), order.vendor_orders.count()) == ("planned", 1, 2)
    cancel_order(order, actor="mara", reason="")
    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED


def test_an_edit_that_corrects_one_doubt_and_brings_another_still_waits(catalog: dict[str, Variant]) -> None:
    order = edited_order()
    errors = {"recipient.zip": ["A postcode must contain letters or digits."]}
    order.addresses.update(zip="-")
    hold_order(order, reason=HoldReason.BAD_ADDRESS, text="", errors=errors, actor="system")
    changed = change(order, recipient={"zip": "10115", "street": None})
    assert changed.state == OrderState.HELD
    assert list(active_holds(changed).get().errors) == ["recipient.street"]


def test_a_doubt_that_an_edit_brings_stands_beside_what_is_left_of_the_hold(catalog: dict[str, Variant]) -> None:
    order = edited_order()
    errors = {"recipient.zip": ["A postcode must contain letters or digits."], "letter_address.city": ["Missing."]}
    hold_order(order, reason=HoldReason.BAD_ADDRESS, text="", errors=errors, actor="system")
    changed = change(order, recipient={"zip": "10117", "street": None})
    assert active_holds(changed).get().errors.keys() == {"letter_address.city", "recipient.street"}
