"""What the command palette (Ctrl K) finds beside pages: orders by anything a customer would quote, and SKUs."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.dataclasses import SearchResult

from catalog.models import Variant
from orders.models import Order
from orders.services.search import search_orders

SHOWN = 8


def find(request: HttpRequest, text: str) -> list[SearchResult]:
    """At most a handful of each, newest first; two queries by index."""
    results: list[SearchResult] = []
    if request.user.has_perm("orders.view_order"):
        orders = search_orders(Order.objects.order_by("-pk"), text)[:SHOWN]
        results += [_order(order) for order in orders]
    if request.user.has_perm("catalog.view_variant") and Variant in admin.site._registry:
        variants = Variant.objects.filter(sku__iexact=text)[:SHOWN]
        results += [_variant(variant) for variant in variants]
    return results


def _order(order: Order) -> SearchResult:
    return SearchResult(
        title=f"{order.number} · {order.customer_name or order.customer_email}",
        description=_("Order, %(state)s") % {"state": order.get_state_display()},
        link=reverse("admin:orders_order_change", args=[order.pk]),
        icon="shopping_bag",
    )


def _variant(variant: Variant) -> SearchResult:
    return SearchResult(
        title=f"{variant.sku} · {variant.name}",
        description=_("Variant"),
        link=reverse("admin:catalog_variant_change", args=[variant.pk]),
        icon="style",
    )
