"""What comes from WooCommerce of people."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import CLEAR, FREE, SCRUB, Holder, register, register_without
from orders.connectors.woocommerce.models import WooMessage, WooOrder, WooSending
from orders.models import Order
from orders.personal_data import of_orders


def _find_messages(person: DataSubject) -> QuerySet[Any]:
    """Return those of their orders, those too that no order came of."""
    theirs = WooOrder.objects.filter(order__in=person.of(Order)).values_list("connection", "woo_id")
    found = Q(order__in=person.of(Order))
    for connection, woo_id in theirs:
        found |= Q(connection=connection, woo_id=woo_id)
    return WooMessage.objects.filter(found)


def _empty(person: DataSubject, rows: QuerySet[Any]) -> None:
    rows.update(body=b"", cause="")


register(
    Holder(
        model=WooMessage,
        holds=_("orders as WooCommerce sent them"),
        find=_find_messages,
        fields={"body": SCRUB, "cause": SCRUB},
        erase=_empty,
        plain={"number": "of an order"},
        kept=_("%(period)s after it was processed"),
        setting="WOOCOMMERCE_LOG_DAYS",
    ),
    Holder(
        model=WooOrder,
        holds=_("what was imported from a WooCommerce order"),
        find=of_orders(WooOrder),
        fields={"taken": CLEAR},
        plain={"status": "of WooCommerce", "sent_status": "of WooCommerce"},
    ),
    Holder(
        model=WooSending,
        holds=_("what was sent to WooCommerce about an order"),
        find=of_orders(WooSending, "woo_order__order_id"),
        fields={"cause": FREE},
        plain={"status": "of WooCommerce"},
    ),
)
register_without("a shop's connection and its products", "woocommerce.WooConnection", "woocommerce.WooProduct")
register_without("tables of products", "woocommerce.WooProductTable")
