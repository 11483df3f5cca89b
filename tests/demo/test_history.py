"""The demo's month of history looks as trade does, and nothing of it is left to do."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F, Sum
from django.test import Client
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.demo.history.plan import DAYS
from backoffice.demo.history.writing import find_goods, write_history
from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.mail.models import Mail
from backoffice.webhooks.models import WebhookDelivery
from fulfillment.models import ProductionOrder, ProductionShipment, Shipment
from fulfillment.services.worklist import count_shipped_per_day
from orders.complaints.models import Complaint, Refund, Replacement
from orders.models import Order, OrderEvent, OrderLine, OrderState, ProductionState, ShipmentState, VendorOrder
from orders.services.search import search_orders
from orders.services.statuses import derive_statuses
from orders.services.totals import read_totals

pytestmark = pytest.mark.django_db


def test_a_month_is_mostly_delivered_and_partly_on_its_way(history: int) -> None:
    assert 300 <= history == Order.objects.count() <= 500
    states = Counter(Order.objects.values_list("state", flat=True))
    assert states[OrderState.CLOSED] > 0.7 * history
    assert 3 <= states[OrderState.CANCELLED] < 0.08 * history
    assert states.keys() == {OrderState.CLOSED, OrderState.CANCELLED, OrderState.RELEASED}
    assert Order.objects.filter(production=ProductionState.IN_PRODUCTION).count() >= 5
    assert Order.objects.filter(shipment=ShipmentState.SHIPPED).count() >= 3
    received = Order.objects.order_by("pk").values_list("created_at", flat=True)
    assert list(received) == sorted(received), "the list is by number"
    days = Counter(timezone.localdate(moment) for moment in received)
    assert len(days) >= DAYS
    by_weekday: Counter[int] = Counter()
    for day, count in days.items():
        by_weekday[day.weekday()] += count
    assert by_weekday[0] > by_weekday[6]


def test_totals_are_the_sums_of_their_lines_and_every_sale_has_a_margin(history: int) -> None:
    paid = Order.objects.filter(complaint=False).annotate(net=Sum(F("lines__unit_price") * F("lines__quantity")))
    for order in paid:
        totals = read_totals(order)
        assert totals is not None
        assert totals.sum == order.total, order
        assert abs(totals.lines - order.net) < Decimal("0.01"), order
    lines = OrderLine.objects.filter(order__complaint=False)
    assert lines.count() > history
    for line in lines:
        assert line.unit_cost is not None
        assert Decimal("0.2") < 1 - line.unit_cost / line.unit_price < Decimal("0.5")


def test_states_are_those_that_the_rows_below_make(history: int) -> None:
    now = timezone.now()
    for order in Order.objects.exclude(state=OrderState.CANCELLED)[::7]:
        assert not derive_statuses(order), order
    assert not Order.objects.filter(late=True).exists()
    assert not Order.objects.filter(shipment=ShipmentState.NONE, ship_by__lt=now + timedelta(days=1)).exists()
    for order in Order.objects.filter(state=OrderState.CANCELLED):
        assert not derive_statuses(order), order
    assert not OrderEvent.objects.filter(at__gt=now).exists()
    assert not Shipment.objects.filter(tracking_code="").exists()


def test_nothing_of_it_is_left_to_do(history: int) -> None:
    assert Push.objects.filter(state=PushState.CONFIRMED).count() >= history
    assert not Push.objects.open().exists()
    assert not Push.objects.needing_attention().exists()
    assert not OrderEvent.objects.filter(awaiting_rules=True).exists()
    assert not Mail.objects.exists()
    assert not WebhookDelivery.objects.exists()
    assert not VendorOrder.objects.filter(read_at__isnull=True).exists()
    assert not Complaint.objects.open().exists()
    assert not ProductionOrder.objects.to_do().exists()


def test_complaints_are_made_good_by_money_or_goods(history: int) -> None:
    assert Complaint.objects.count() >= 8
    assert Refund.objects.filter(paid_at__isnull=False).count() >= 4
    assert Replacement.objects.count() >= 4
    for replacement in Replacement.objects.select_related("order"):
        assert (replacement.order.complaint, replacement.order.total) == (True, 0)


def test_the_desk_has_shipped_on_working_days(history: int) -> None:
    shipped = count_shipped_per_day(days=DAYS)
    assert sum(shipped.values()) == ProductionShipment.objects.count() >= 100
    assert all(count == 0 for day, count in shipped.items() if day.weekday() == 6)


def test_pages_show_it(history: int, admin_client: Client) -> None:
    newest, oldest = Order.objects.latest("pk"), Order.objects.earliest("pk")
    assert newest.number in admin_client.get("/admin/orders/order/").content.decode()
    page = admin_client.get(f"/admin/orders/order/{oldest.pk}/change/").content.decode()
    assert oldest.customer_lastname in page
    assert str(Shipment.objects.filter(order=oldest).first()) in page
    assert admin_client.get("/admin/today/").status_code == 200
    for order in (newest, oldest):
        assert order in search_orders(Order.objects.all(), order.customer_email)


def test_it_is_written_once_and_below_nothing(history: int, shop: Shop) -> None:
    before = [model.objects.count() for model in (Order, OrderEvent, Push, ProductionOrder, Complaint)]
    assert write_history(shop) == 0
    assert [model.objects.count() for model in (Order, OrderEvent, Push, ProductionOrder, Complaint)] == before


def test_goods_read_as_goods(shop: Shop) -> None:
    goods = find_goods()
    assert len(goods) >= 20
    assert not [good.name for good in goods if not good.name.isprintable() or len(good.name) > 80]
