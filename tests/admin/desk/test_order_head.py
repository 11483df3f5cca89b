"""The head of an order's page: where it is, what a customer is answered, and one next step or none."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from backoffice.engine.models import Push
from fulfillment.models import Shipment
from orders.admin.order_page.postal import postal_lines
from orders.admin.order_page.whereabouts import Whereabouts, whereabouts
from orders.models import Address, HoldReason, Order, OrderState, ProductionState, ShipmentState, VendorOrderState
from orders.services.holds import HoldTerms, active_holds
from orders.services.lifecycle import cancel_order, hold_order, release_order
from tests.orders.rows import make_order


def page(order: Order, what: str = "change") -> str:
    return f"/admin/orders/order/{order.pk}/{what}/"


def delivered_order() -> Order:
    order = release_order(make_order(), actor="tom")
    Shipment.objects.create(
        order=order,
        vendor_order=order.vendor_orders.get(),
        vendor_id="1",
        carrier="dpd",
        tracking_code="00340001",
        tracking_url="https://track.example/00340001",
        delivered=True,
        delivered_at=timezone.now(),
    )
    state = {"state": OrderState.CLOSED, "production": ProductionState.DONE, "shipment": ShipmentState.DELIVERED}
    Order.objects.filter(pk=order.pk).update(**state)
    return Order.objects.select_related("shop").get(pk=order.pk)


def find(order: Order) -> Whereabouts:
    return whereabouts(order, holds=list(active_holds(order)), parcels=list(order.shipments.all()))


@pytest.mark.django_db
def test_a_delivered_order_says_when_and_in_which_parcel_to_the_customer_in_the_shops_language() -> None:
    order = delivered_order()
    order.shop.language = "DE"
    found = find(order)
    assert found.text.startswith("Delivered ")
    assert found.answer.startswith(f"Ihre Bestellung {order.reference} wurde am ")
    assert "DPD 00340001 https://track.example/00340001" in found.answer
    order.shop.language = "FR"
    assert find(order).answer.startswith(f"Your order {order.reference} was delivered on ")


@pytest.mark.django_db
def test_nobody_is_answered_that_an_order_is_cancelled_whose_things_are_coming() -> None:
    into, order = make_order(reference="S-7"), make_order(reference="S-8")
    Order.objects.filter(pk=order.pk).update(state=OrderState.CANCELLED, merged_into=into)
    order = Order.objects.select_related("shop").get(pk=order.pk)
    order.shop.language = "EN"
    found = find(order)
    assert found.answer == "Your order S-8 will arrive together with your order S-7."
    assert found.text.startswith("Merged into another order ")


@pytest.mark.django_db
def test_nothing_is_announced_of_an_order_that_ended_before_it_was_sent(admin_client: Client) -> None:
    order = make_order()
    assert "once the order is released" in admin_client.get(page(order)).text
    cancel_order(order, reason="", actor="tom")
    text = admin_client.get(page(order)).text
    assert "No part of this order was ever sent to a vendor." in text
    assert "once the order is released" not in text


@pytest.mark.django_db
def test_what_is_internal_is_not_told_to_the_customer() -> None:
    order = hold_order(make_order(), reason=HoldReason.VENDOR_REFUSED, text="mypromo rejected it", actor="system")
    found = find(order)
    assert found.text.startswith("Held since")
    for word in ("mypromo", "refused", "held"):
        assert word not in found.answer.lower()


@pytest.mark.django_db
@pytest.mark.parametrize("shipment", list(ShipmentState))
@pytest.mark.parametrize("state", list(OrderState))
def test_every_order_is_somewhere_in_both_languages(state: OrderState, shipment: ShipmentState) -> None:
    order = make_order(state=state, shipment=shipment)
    for production in ProductionState:
        order.production = production
        for late in (False, True):
            order.late, order.ship_by = late, timezone.now()
            english = find(order)
            with translation.override("de"):
                german = find(order)
            assert english.text
            assert english.answer
            assert english.text != german.text
            assert english.answer == german.answer, "the customer's language is the shop's"


def test_a_closed_order_lists_nothing_that_is_impossible_and_has_no_primary_button(desk: Client) -> None:
    html = desk.get(page(delivered_order())).content.decode()
    head = html[html.index("order-head") : html.index("order-columns")]
    assert "It is closed" not in head
    assert "primary" not in head
    assert "refusal" not in head


def test_limits_are_no_matter_of_an_order_that_was_delivered(desk: Client) -> None:
    order = delivered_order()
    order.addresses.update(street="Straße der Pariser Kommune, Hinterhaus 3")
    assert "the vendor allows 30" not in desk.get(page(order)).content.decode()


def test_the_number_stands_there_once_as_a_heading(desk: Client) -> None:
    order = make_order()
    html = desk.get(page(order)).content.decode()
    assert re.search(rf"<title>[^<]*{order.number}", html)
    headings = re.findall(r"<h[1-3][^>]*>.*?</h[1-3]>", html, re.DOTALL)
    assert sum(order.number in heading for heading in headings) == 1


def test_one_refusal_makes_no_four_lines_of_timeline(desk: Client) -> None:
    order = release_order(make_order(), actor="tom")
    order.vendor_orders.update(state=VendorOrderState.REFUSED)
    order.events.create(actor="system", kind="production.failed")
    hold_order(order, reason=HoldReason.VENDOR_REFUSED, text="Too long.", actor="vendor:mypromo")
    days = desk.get(page(order)).context["page"].timeline.days
    assert [entry.event.kind for day in days for entry in day.entries] == ["hold.placed", "order.released"]


def test_releasing_from_the_page_is_one_press_unless_a_vendor_would_refuse_it(desk: Client) -> None:
    order, refused = make_order(), make_order()
    desk.post(page(order, "release"), {"at_once": "1"})
    order.refresh_from_db()
    assert order.state == OrderState.RELEASED
    refused.addresses.update(street="x" * 60)
    html = desk.post(page(refused, "release"), {"at_once": "1"}).content.decode()
    assert "The vendor would reject it." in html
    assert "Street: 60 of 30 characters" in html
    refused.refresh_from_db()
    assert refused.state == OrderState.NEW
    assert Push.objects.count() == 1


def test_the_page_counts_the_cooling_off_down_and_lets_it_be_ended(desk: Client) -> None:
    order = make_order()
    order.shop.cooling_off_seconds = 600
    order.shop.save()
    release_order(order, actor="tom")
    html = desk.get(page(order)).content.decode()
    seconds = int(re.search(r'data-countdown="(\d+)"', html)[1])  # type: ignore[index]
    assert 500 < seconds <= 600
    assert page(order, "cancel") in html
    desk.post(page(order, "send-now"))
    order.refresh_from_db()
    assert order.leaves_at is None
    assert "data-countdown" not in desk.get(page(order)).content.decode()


def test_the_delay_of_the_vendor_is_counted_down_where_it_is_known(desk: Client, settings) -> None:
    order = release_order(make_order(), actor="tom")
    submitted = timezone.now() - timedelta(seconds=100)
    order.vendor_orders.update(state=VendorOrderState.SUBMITTED, submitted_at=submitted, vendor_id="9")
    assert "data-countdown" not in desk.get(page(order)).content.decode()
    settings.MYPROMO_PRODUCTION_DELAY_SECONDS = 600
    html = desk.get(page(order)).content.decode()
    assert 400 < int(re.search(r'data-countdown="(\d+)"', html)[1]) <= 500  # type: ignore[index]
    cancel_order(order, actor="tom", reason="changed her mind")
    assert "data-countdown" not in desk.get(page(order)).content.decode()


def test_a_hold_is_given_an_owner_and_an_end_on_the_page(desk: Client) -> None:
    order = make_order()
    user = desk.get(page(order)).context["user"]
    until = timezone.localtime(timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    given = {"reason": "Waits for the motif.", "until": until.strftime("%Y-%m-%dT%H:%M"), "owner": user.pk}
    desk.post(page(order, "hold"), given)
    hold = order.holds.get()
    assert (hold.owner, hold.until) == (user, until)
    desk.post(page(order, f"holds/{hold.pk}/terms"), {"until": "", "owner": ""})
    hold.refresh_from_db()
    assert (hold.owner, hold.until) == (None, None)


def test_an_end_that_cannot_be_meant_is_refused_in_words_and_nothing_changes(desk: Client) -> None:
    order = hold_order(make_order(), reason=HoldReason.MANUAL, text="", actor="tom", terms=HoldTerms())
    hold = order.holds.get()
    for until in ("2020-01-01T10:00", "tomorrow"):
        answer = desk.post(page(order, f"holds/{hold.pk}/terms"), {"until": until, "owner": ""}, follow=True)
        assert "Saved." not in answer.content.decode()
    hold.refresh_from_db()
    assert hold.until is None


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"country_code": "DE"}, ["Jana Größer", "Hauptstraße 42", "10115 Berlin", "Germany"]),
        (
            {"country_code": "US", "state_code": "CA", "city": "Los Angeles", "zip": "90001", "company": "Acme"},
            ["Acme", "Jana Größer", "Hauptstraße 42", "Los Angeles CA 90001", "US"],
        ),
        ({"country_code": "", "care_of": "bei Meier"}, ["Jana Größer", "bei Meier", "Hauptstraße 42", "10115 Berlin"]),
    ],
)
def test_an_address_stands_as_on_an_envelope(changes: dict[str, str], lines: list[str]) -> None:
    given = {"firstname": "Jana", "lastname": "Größer", "street": "Hauptstraße 42", "zip": "10115", "city": "Berlin"}
    assert postal_lines(Address(**given | changes), countries={"DE": "Germany"}) == lines
