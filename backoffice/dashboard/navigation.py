"""The sidebar: what somebody may see, in the order in which a day uses it."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fulfillment.services.desk_accounts import has_desk

_DESK = "fulfillment_productionorder"
# Each group's links: a model, whose list is shown to who may see it, or the name of an address with the permission that
# shows it; title; icon.
GROUPS: tuple[tuple[Any, tuple[tuple[str, Any, str], ...]], ...] = (
    (
        "",
        (
            ("index", _("What needs me now"), "inbox"),
            ("orders.order", _("Orders"), "shopping_bag"),
            ("drafts_draftorder_new drafts.add_draftorder", _("New order"), "add_shopping_cart"),
            ("drafts.draftorder", _("Drafts"), "edit_note"),
            ("customers.customer", _("Customers"), "group"),
            ("rules.notice", _("Notices"), "notifications"),
            ("orders.enquiry", _("Enquiries"), "contact_support"),
            ("jobs.job", _("Jobs"), "checklist"),
            ("rules.rule", _("Rules"), "rule"),
        ),
    ),
    (
        _("Catalogue"),
        (
            ("catalog.product", _("Products"), "category"),
            ("catalog.variant", _("Variants"), "style"),
            ("catalog.customproduct", _("Custom products"), "draw"),
            ("catalog.rating", _("Ratings"), "star"),
            ("catalog_changeset_prices catalog.view_changeset", _("Prices"), "sell"),
            ("catalog_changeset_texts catalog.view_changeset", _("Search texts"), "manage_search"),
            ("catalog_changeset_stock catalog.view_changeset", _("Stock"), "inventory_2"),
            ("catalog_changeset_vendor_changes catalog.view_changeset", _("What changed"), "published_with_changes"),
            ("catalog.changeset", _("Change sets"), "difference"),
            ("catalog.tableimport", _("Tables"), "table_view"),
            ("catalog.syncrun", _("Synchronisations"), "sync"),
        ),
    ),
    (
        _("Production"),
        (
            (f"{_DESK}_changelist fulfillment.view_productionorder", _("Work list"), "conveyor_belt"),
            (f"{_DESK}_station fulfillment.dispatch_productionorder", _("Dispatch station"), "barcode_scanner"),
            (f"{_DESK}_throughput fulfillment.view_productionorder", _("Throughput"), "bar_chart"),
        ),
    ),
    (
        _("Marketing"),
        (
            ("marketing.orderexport", _("Told to vendors"), "outgoing_mail"),
            ("marketing.mailcampaign", _("Card campaigns"), "stylus_note"),
            ("marketing.optout", _("Opt-outs"), "unsubscribe"),
        ),
    ),
    (
        _("Vendors"),
        (
            ("engine.integration", _("Integrations"), "hub"),
            ("engine.push", _("Pushes"), "north_east"),
            ("engine.callback", _("Callbacks"), "south_west"),
            ("orders.strayorder", _("Only at the vendor"), "travel_explore"),
        ),
    ),
    (
        _("Reference"),
        (
            ("fulfillment.carrier", _("Carriers"), "local_shipping"),
            ("fulfillment.country", _("Countries"), "public"),
            ("fulfillment.state", _("States"), "map"),
        ),
    ),
    (
        _("Settings"),
        (
            ("accounts.shop", _("Shops"), "storefront"),
            ("accounts.apikey", _("API keys"), "key"),
            ("auth.user", _("Staff"), "group"),
            ("auth.group", _("Groups"), "shield_person"),
        ),
    ),
)
PRODUCTION, COLLAPSIBLE = _("Production"), _("Reference")


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return groups of links as Unfold wants them; models that are not registered or not allowed are left out."""
    registered = {model._meta.label_lower: handler for model, handler in admin.site._registry.items()}
    is_shown = {label: handler.has_view_permission(request) for label, handler in registered.items()}
    groups = []
    for title, entries in GROUPS:
        if title == PRODUCTION and not (request.user.has_perm("fulfillment.view_productionorder") and has_desk()):
            continue
        items = []
        for where, name, icon in entries:
            address, _space, permission = where.partition(" ")
            if "." in address:
                if not is_shown.get(address):
                    continue
                address = f"{address.replace('.', '_')}_changelist"
            elif permission and not request.user.has_perm(permission):
                continue
            items.append({"title": str(name), "icon": icon, "link": reverse(f"admin:{address}")})
        if items:
            collapsible = {"collapsible": True} if title == COLLAPSIBLE else {}
            groups.append({"title": str(title), "items": items} | collapsible)
    _mark_current(request, groups)
    return groups


def _mark_current(request: HttpRequest, groups: Iterable[dict[str, Any]]) -> None:
    """Mark only the closest link as current: some pages lie below the address of a list that is linked too."""
    items = [item for group in groups for item in group["items"]]
    home = reverse("admin:index")
    above = [item["link"] for item in items if item["link"] != home and request.path.startswith(item["link"])]
    current = max(above, key=len, default=home if request.path == home else "")
    for item in items:
        item["active"] = item["link"] == current
