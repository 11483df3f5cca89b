"""What the page of an order says once somebody in it is erased."""

from datetime import datetime

from django.http import HttpRequest

from orders.admin.parts import Place, register_part
from orders.models import Order


def _erased_at(request: HttpRequest, order: Order) -> datetime | None:
    return order.erased_at


def _recipient_erased_at(request: HttpRequest, order: Order) -> datetime | None:
    return order.recipient_erased_at if order.erased_at is None else None


register_part(Place.NOTES, "orders/page/erased.html", read=_erased_at)
register_part(Place.NOTES, "orders/page/recipient_erased.html", read=_recipient_erased_at)
