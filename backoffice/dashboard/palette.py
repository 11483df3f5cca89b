"""What the command palette (Ctrl K) finds beside models: pages of the sidebar, orders by anything a customer would
quote, customers, products, SKUs, and what can be done with an order. Nothing that the reader may not see or do.
"""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext
from unfold.dataclasses import SearchResult

from backoffice.dashboard.navigation import sidebar
from backoffice.handbook.book import book_of_reader
from backoffice.handbook.searching import search
from backoffice.sight import PERSONAL_DATA, personal
from backoffice.text.cleaning import BadText, clean_line
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible
from catalog.models import Product, Variant
from catalog.services.search import search_products
from orders.customers.admin.context import customer_url
from orders.customers.services.finding import quotes_customer
from orders.models import Order, OrderState
from orders.services.search import search_orders

SHOWN = 8
# What one can read about it stands below all else.
IN_HANDBOOK = 5
# Longer texts are nothing that we know.
LONGEST = 200
# So many of the newest orders that are found name the customers that are offered.
LOOKED_AT = 50


def find(request: HttpRequest, text: str) -> list[SearchResult]:
    """Return at most a handful of each kind, newest first; a fixed number of queries, each by index."""
    text = _as_kept(text)
    if not text:
        return []
    may = request.user.has_perm
    results = [*_actions(request, text), *_again(request, text), *_pages(request, text)]
    if may("orders.view_order"):
        orders = list(search_orders(visible(Order.objects.order_by("-pk")), text).defer("search")[:LOOKED_AT])
        results += [_order(order) for order in orders[:SHOWN]]
        results += _customers(request, orders, text)
    if may("catalog.view_product") and Product in admin.site._registry:
        results += [_product(product) for product in search_products(Product.objects.order_by("-pk"), text)[:SHOWN]]
    if may("catalog.view_variant") and Variant in admin.site._registry:
        results += [_variant(variant) for variant in Variant.objects.filter(sku__iexact=text)[:SHOWN]]
    return [*results, *_handbook(text)]


def _as_kept(text: str) -> str:
    """Return the text as rows store it; what cannot be stored matches nothing."""
    try:
        return clean_line(text[:LONGEST])
    except BadText:
        return ""


def _pages(request: HttpRequest, text: str) -> list[SearchResult]:
    """Return the pages of the reader's own sidebar, by their titles; Unfold has found those named as their model."""
    found_already = {
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
        if text in str(model._meta.verbose_name_plural).lower()
    }
    return [
        SearchResult(
            title=str(item["title"]), description=str(group["title"]) or _("Page"), link=item["link"], icon=item["icon"]
        )
        for group in sidebar(request)
        for item in group["items"]
        if text in str(item["title"]).lower() and item["link"] not in found_already
    ]


def _handbook(text: str) -> list[SearchResult]:
    """Return the sections of the handbook that have all words; everybody may read it. Numbers are those of orders."""
    if any(character.isdigit() for character in text):
        return []
    return [
        SearchResult(
            title=_("Handbook: %(section)s") % {"section": match.section.title},
            description=match.page.title,
            link=match.url,
            icon="book",
        )
        for match in search(book_of_reader(), text)[:IN_HANDBOOK]
    ]


def _actions(request: HttpRequest, text: str) -> list[SearchResult]:
    """ "release WEB-100001": the verb, then what finds the order; each leads to the page that asks first."""
    verb, _space, rest = text.partition(" ")
    if not rest.strip() or not request.user.has_perm("orders.change_order"):
        return []
    verbs = [
        ("release", _("Release"), _("Release %(number)s …"), "send"),
        ("hold", _("Hold"), _("Hold %(number)s …"), "front_hand"),
        ("cancel", _("Cancel the order"), _("Cancel %(number)s …"), "cancel"),
    ]
    requested = [(name, title, icon) for name, label, title, icon in verbs if _means(verb, (name, label))]
    if not requested:
        return []
    orders = list(search_orders(visible(Order.objects.open().order_by("-pk")), rest).defer("search")[:SHOWN])
    return [
        SearchResult(
            title=title % {"number": order.number},
            description=_named(order),
            link=reverse(f"admin:orders_order_{name}", args=[order.pk]),
            icon=icon,
        )
        for name, title, icon in requested
        for order in orders
        if name != "release" or order.state != OrderState.RELEASED
    ]


def _again(request: HttpRequest, text: str) -> list[SearchResult]:
    """ "again WEB-100001": any order once more, closed and cancelled ones too."""
    verb, _space, rest = text.partition(" ")
    if not rest.strip() or not request.user.has_perms(["orders.view_order", "drafts.add_draftorder", PERSONAL_DATA]):
        return []
    if not _means(verb, ("again", "repeat", _("again"), _("Order again"))):
        return []
    orders = search_orders(visible(Order.objects.order_by("-pk")), rest.removeprefix("again ")).defer("search")[:SHOWN]
    return [
        SearchResult(
            title=_("Order %(number)s again") % {"number": order.number},
            description=_named(order),
            link=f"{reverse('admin:drafts_draftorder_new')}?again={order.pk}",
            icon="replay",
        )
        for order in orders
    ]


def _means(verb: str, names: Iterable[str]) -> bool:
    """Return whether `verb` means one of these, in English or the reader's language, from three letters on."""
    return len(verb) >= 3 and any(name.lower().startswith(verb) for name in names)


def _customers(request: HttpRequest, orders: list[Order], text: str) -> list[SearchResult]:
    """Return who placed the orders found, where the text is of the person and not of the order."""
    if not request.user.has_perms(["customers.view_customer", PERSONAL_DATA]):
        return []
    count: dict[str, int] = {}
    named: dict[str, Order] = {}
    for order in quotes_customer(text, orders):
        count[order.customer_email.lower()] = count.get(order.customer_email.lower(), 0) + 1
        named.setdefault(order.customer_email.lower(), order)
    return [
        SearchResult(
            title=f"{order.customer_name} · {order.customer_email}" if order.customer_name else order.customer_email,
            description=ngettext("Customer, %(count)s order", "Customer, %(count)s orders", count[email])
            % {"count": f"{count[email]}+" if len(orders) == LOOKED_AT else count[email]},
            link=customer_url(email),
            icon="person",
        )
        for email, order in list(named.items())[:SHOWN]
    ]


def _named(order: Order) -> str:
    return str(personal(order.customer_name or order.customer_email))


def _order(order: Order) -> SearchResult:
    return SearchResult(
        title=f"{order.number} · {_named(order)}",
        description=_("Order, %(state)s") % {"state": order.get_state_display()},
        link=reverse("admin:orders_order_change", args=[order.pk]),
        icon="shopping_bag",
    )


def _product(product: Product) -> SearchResult:
    return SearchResult(
        title=product.name or product.vendor_id,
        description=_("Product"),
        link=reverse("admin:catalog_product_change", args=[product.pk]),
        icon="category",
    )


def _variant(variant: Variant) -> SearchResult:
    return SearchResult(
        title=f"{variant.sku} · {variant.name}",
        description=_("Variant"),
        link=reverse("admin:catalog_variant_change", args=[variant.pk]),
        icon="style",
    )
