"""The tabs above the order list: the ones everybody has, and those the team saved."""

from hashlib import blake2b
from typing import Any

from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import QueryDict

from backoffice.staff.list_page import Tab, canonical
from backoffice.text.translatable import gettext as _
from orders.admin.order_list.filters import OrderFilters, filter_orders
from orders.models import Order
from orders.models.saved_view import SavedView

COUNTED = 1000
KEPT_SECONDS = 20


def tabs(parameters: QueryDict, user: User) -> list[Tab]:
    """Return the tabs, presets first. Counts stop at a thousand and are at most some seconds old."""
    presets = [
        (_("All"), ""),
        (_("Needs me"), "view=needs"),
        (_("Mine"), "view=mine"),
        (_("New"), "state=new"),
        (_("Held"), "state=held"),
        (_("In production"), "production=in_production"),
        (_("Late"), "late=any"),
    ]
    entries: list[tuple[str, str, int | None]] = [(title, query, None) for title, query in presets]
    entries += list(SavedView.objects.values_list("name", "query", "pk"))
    now = canonical(parameters)
    counts = _counts([query for _title, query, _key in entries if query], user)
    return [
        Tab(title, query, canonical(QueryDict(query)) == now, counts.get(query), key) for title, query, key in entries
    ]


def _counts(queries: list[str], user: User) -> dict[str, str]:
    keys = {query: _cache_key(query, user) for query in queries}
    known: dict[str, Any] = cache.get_many(keys.values())
    missing = {query: key for query, key in keys.items() if key not in known}
    counted = {key: _count(query, user) for query, key in missing.items()}
    if counted:
        cache.set_many(counted, KEPT_SECONDS)
    return {query: (known | counted)[key] for query, key in keys.items()}


def _cache_key(query: str, user: User) -> str:
    return f"orders.tab.{user.pk}.{blake2b(query.encode(), digest_size=12).hexdigest()}"


def _count(query: str, user: User) -> str:
    orders = filter_orders(Order.objects.all(), OrderFilters(QueryDict(query)).values, user=user)
    count = orders.order_by("-pk").values("pk")[:COUNTED].count()
    return f"{COUNTED - 1}+" if count == COUNTED else str(count)
