"""Exports of orders that are cancelled, held, set aside or corrected before they are sent."""

from collections.abc import Callable, Sequence

from backoffice.engine.models import Push
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox
from backoffice.vendors.export_messages import ExportedOrder, ExportResult, OrderToExport
from orders.marketing.models import ExportBatch, ExportState
from orders.marketing.services.exports.batches import gather_exports
from orders.marketing.services.exports.messages import orders_to_export
from orders.marketing.services.exports.requesting import exclude_export, opt_out
from orders.models import AddressRole, Order, OrderState
from orders.services.editing.edits import correct_address
from tests.orders.marketing.conftest import Ask, Make
from tests.orders.marketing.export_states import spoil, states, story
from tests.orders.marketing.teller import Desk

Tell = Callable[[], None]


# --- Between asking and telling ---------------------------------------------------------------------------------------


def test_an_order_that_was_cancelled_meanwhile_is_left_out(make: Make, ask: Ask, tell: Tell, letters: Sandbox) -> None:
    gone, gathered, kept = make(), make(), make()
    for order in (gone, gathered, kept):
        ask(order)
    Order.objects.filter(pk=gone.pk).update(state=OrderState.CANCELLED)
    gather_exports()
    assert (gone.exports.get().state, story(gone)[-1]) == (ExportState.SKIPPED, "export.skipped")
    Order.objects.filter(pk=gathered.pk).update(state=OrderState.CANCELLED)
    tell()
    assert letters.autoletter.letters() == {str(kept.pk): 1}
    assert (gathered.exports.get().state, story(gathered)[-1]) == (ExportState.SKIPPED, "export.skipped")
    assert ExportBatch.objects.get().left_out == 1


def test_an_order_that_is_held_waits_until_it_is_released_again(
    make: Make, ask: Ask, tell: Tell, letters: Sandbox
) -> None:
    held, gathered = make(), make()
    ask(held)
    ask(gathered)
    Order.objects.filter(pk=held.pk).update(state=OrderState.HELD)
    gather_exports()
    Order.objects.filter(pk=gathered.pk).update(state=OrderState.HELD)
    tell()
    assert letters.autoletter.letters() == {}
    assert states() == {"waiting": 2}
    Order.objects.update(state=OrderState.RELEASED)
    tell()
    assert states() == {"sent": 2}


def test_a_wrong_e_mail_address_is_none(make: Make) -> None:
    order = make(customer_email="jana@example,com")
    order.addresses.update(email="jana@example.com")
    assert orders_to_export([order])[order.pk].email == "jana@example.com"
    order.addresses.update(email="")
    assert orders_to_export([order])[order.pk].email == ""


def test_consent_and_opt_out_count_when_it_is_told(make: Make, ask: Ask, tell: Tell, letters: Sandbox) -> None:
    withdrawn, opted, kept = make(), make(customer_email="a@example.com"), make()
    for order in (withdrawn, opted, kept):
        ask(order)
    gather_exports()
    Order.objects.filter(pk=withdrawn.pk).update(accepts_letters=False)
    opt_out(opted, vendor="autoletter", actor="mara", reason="She called.")
    tell()
    assert letters.autoletter.letters() == {str(kept.pk): 1}


def test_what_is_set_aside_in_time_is_not_told(make: Make, ask: Ask, tell: Tell, letters: Sandbox) -> None:
    order, other = make(), make()
    ask(order)
    ask(other)
    gather_exports()
    exclude_export(order, vendor="autoletter", actor="mara", reason="No.")
    tell()
    assert letters.autoletter.letters() == {str(other.pk): 1}
    assert order.exports.get().excluded_by == "mara"


def test_what_is_set_aside_too_late_is_shown_as_told(make: Make, ask: Ask, tell: Tell, reviews: Desk) -> None:
    order = make()

    def set_aside_meanwhile(orders: Sequence[OrderToExport]) -> list[ExportedOrder]:
        exclude_export(order, vendor="teller", actor="mara", reason="No.")
        return [ExportedOrder(order_id=orders[0].order_id, verdict=ExportResult.TAKEN)]

    reviews.mishaps = [set_aside_meanwhile]
    ask(order, vendor="teller")
    tell()
    assert (order.exports.get().state, order.exports.get().excluded_by) == (ExportState.SENT, "")


# --- Corrections ------------------------------------------------------------------------------------------------------


def correct(order: Order, **values: str) -> None:
    """Correct the order as staff do while it is held and no vendor makes it."""
    Order.objects.filter(pk=order.pk).update(state=OrderState.HELD)
    correct_address(order, role=AddressRole.RECIPIENT, values=values, actor="mara")


def test_a_corrected_address_is_told_again_as_an_update_once_the_order_is_released(
    make: Make, ask: Ask, tell: Tell, letters: Sandbox
) -> None:
    order = make()
    ask(order)
    tell()
    correct(order, street="Am Markt 3 a")
    tell()
    assert letters.autoletter.orders[str(order.pk)]["Address"]["Street"] == "Hauptstraße"
    Order.objects.update(state=OrderState.RELEASED)
    tell()
    assert (
        letters.autoletter.orders[str(order.pk)]["Address"] | {"Street": "Am Markt", "HouseNumber": "3 a"}
        == (letters.autoletter.orders[str(order.pk)]["Address"])
    )
    assert letters.autoletter.letters() == {str(order.pk): 1}
    assert len(letters.autoletter.ledger.of_kind("update")) == 1
    assert story(order) == ["export.waiting", "export.sent", "export.changed", "export.corrected"]
    assert order.exports.get().times_exported == 2


def test_a_vendor_that_cannot_correct_is_never_told_twice(make: Make, ask: Ask, tell: Tell, reviews: Desk) -> None:
    order = make()
    ask(order, vendor="teller")
    tell()
    correct(order, street="Am Markt 3 a")
    Order.objects.update(state=OrderState.RELEASED)
    tell()
    assert len(reviews.requests) == 1
    assert story(order) == ["export.waiting", "export.sent"]


def test_new_orders_and_corrected_ones_never_share_a_request(
    make: Make, ask: Ask, tell: Tell, letters: Sandbox
) -> None:
    old, new = make(), make()
    ask(old)
    tell()
    correct(old, street="Am Markt 3 a")
    Order.objects.update(state=OrderState.RELEASED)
    ask(new)
    tell()
    assert sorted(ExportBatch.objects.values_list("corrected", "size")) == [(False, 1), (False, 1), (True, 1)]


def test_a_correction_while_it_is_on_its_way_is_told_afterwards(
    make: Make, ask: Ask, tell: Tell, letters: Sandbox
) -> None:
    order = make()
    ask(order)
    gather_exports()
    letters.faults.add("cut_after", vendor="autoletter", times=1)
    deliver(Push.objects.get().pk)
    correct(order, street="Am Markt 3 a")
    Order.objects.update(state=OrderState.RELEASED)
    tell()
    tell()
    assert letters.autoletter.orders[str(order.pk)]["Address"]["Street"] == "Am Markt"
    assert letters.autoletter.letters() == {str(order.pk): 1}
    assert order.exports.get().state == ExportState.SENT


def test_a_correction_of_what_was_refused_has_it_told_again(make: Make, ask: Ask, tell: Tell, letters: Sandbox) -> None:
    letters.autoletter.options.change(needs_house_number=True)
    order = make()
    spoil(order, street="Am Markt")
    ask(order)
    tell()
    assert order.exports.get().state == ExportState.REFUSED
    correct(order, street="Am Markt 3 a")
    Order.objects.update(state=OrderState.RELEASED)
    tell()
    assert order.exports.get().state == ExportState.SENT
