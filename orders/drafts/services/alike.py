"""Orders that a draft may repeat without its writer's knowing: the same things for the same customer, days ago."""

from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from backoffice.accounts.models import Shop
from orders.drafts.services.contents import DraftContent, DraftLine
from orders.models import Order, OrderLine, OrderState

LOOKED_AT, SHOWN = 20, 3
DAYS = 7


def find_alike(content: DraftContent, *, fingerprint: str, shop: Shop, repeats: Order | None) -> list[Order]:
    """Return the shop's orders of the last days with just these things, by the customer's e-mail, or by recipient and
    lines as two that came twice are told; the newest first. The one that is repeated on purpose is none. Four queries
    at most, by index.
    """
    wanted = {_thing(line) for line in content.lines}
    if not wanted:
        return []
    since = timezone.now() - timedelta(days=DAYS)
    recent = Order.objects.filter(shop=shop, created_at__gte=since).exclude(state=OrderState.CANCELLED)
    keys: set[int] = set()
    if email := (content.customer.email or "").lower():
        keys |= _newest(recent.annotate(lower_email=Lower("customer_email")).filter(lower_email=email))
    if fingerprint:
        keys |= _newest(recent.filter(fingerprint=fingerprint))
    keys -= {repeats.pk} if repeats is not None else set()
    if not keys:
        return []
    orders = Order.objects.filter(pk__in=keys).order_by("-pk").defer("search").prefetch_related("lines")
    return [order for order in orders if {_thing(line) for line in order.lines.all()} == wanted][:SHOWN]


def _newest(orders: QuerySet[Order]) -> set[int]:
    return set(orders.order_by("-pk").values_list("pk", flat=True)[:LOOKED_AT])


def _thing(line: DraftLine | OrderLine) -> str:
    """Return what is made: of a design its id, of all else its SKU."""
    return str(line.design_id or line.custom_product or line.sku or "")
