"""The sidebar: what somebody may see, in the order in which a day uses it."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from backoffice.text.translatable import gettext as _
from fulfillment.services.desk_accounts import has_desk


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of links as Unfold wants them; models that are not registered or not allowed are left out."""
    home = {"title": _("What needs me now"), "icon": "inbox", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [
        {
            "title": "",
            "items": [
                home,
                *_lists(
                    request,
                    [
                        ("orders.order", _("Orders"), "shopping_bag"),
                        ("rules.notice", _("Notices"), "notifications"),
                        ("orders.enquiry", _("Enquiries"), "contact_support"),
                        ("rules.rule", _("Rules"), "rule"),
                    ],
                ),
            ],
        },
        {
            "title": _("Catalogue"),
            "items": [
                *_lists(
                    request,
                    [
                        ("catalog.product", _("Products"), "category"),
                        ("catalog.variant", _("Variants"), "style"),
                        ("catalog.customproduct", _("Custom products"), "draw"),
                        ("catalog.rating", _("Ratings"), "star"),
                    ],
                ),
                *_pages(
                    request,
                    "catalog.view_changeset",
                    [
                        ("catalog_changeset_prices", _("Prices"), "sell"),
                        ("catalog_changeset_texts", _("Search texts"), "manage_search"),
                        ("catalog_changeset_stock", _("Stock"), "inventory_2"),
                        ("catalog_changeset_vendor_changes", _("What changed"), "published_with_changes"),
                    ],
                ),
                *_lists(
                    request,
                    [
                        ("catalog.changeset", _("Change sets"), "difference"),
                        ("catalog.tableimport", _("Tables"), "table_view"),
                        ("catalog.syncrun", _("Synchronisations"), "sync"),
                    ],
                ),
            ],
        },
        {"title": _("Production"), "items": _desk(request)},
        {
            "title": _("Marketing"),
            "items": _lists(
                request,
                [
                    ("marketing.orderexport", _("Told to vendors"), "outgoing_mail"),
                    ("marketing.mailcampaign", _("Card campaigns"), "stylus_note"),
                    ("marketing.optout", _("Opt-outs"), "unsubscribe"),
                ],
            ),
        },
        {
            "title": _("Vendors"),
            "items": _lists(
                request,
                [
                    ("engine.integration", _("Integrations"), "hub"),
                    ("engine.push", _("Pushes"), "north_east"),
                    ("engine.callback", _("Callbacks"), "south_west"),
                    ("orders.strayorder", _("Only at the vendor"), "travel_explore"),
                ],
            ),
        },
        {
            "title": _("Reference"),
            "collapsible": True,
            "items": _lists(
                request,
                [
                    ("fulfillment.carrier", _("Carriers"), "local_shipping"),
                    ("fulfillment.country", _("Countries"), "public"),
                    ("fulfillment.state", _("States"), "map"),
                ],
            ),
        },
        {
            "title": _("Settings"),
            "items": _lists(
                request,
                [
                    ("accounts.shop", _("Shops"), "storefront"),
                    ("accounts.apikey", _("API keys"), "key"),
                    ("auth.user", _("Staff"), "group"),
                    ("auth.group", _("Groups"), "shield_person"),
                ],
            ),
        },
    ]
    _mark_current(request, groups)
    return [group for group in groups if group["items"]]


def _mark_current(request: HttpRequest, groups: Iterable[dict[str, Any]]) -> None:
    """Only the closest link is the current one: some pages lie below the address of a list that is linked too."""
    items = [item for group in groups for item in group["items"]]
    home = reverse("admin:index")
    above = [item["link"] for item in items if item["link"] != home and request.path.startswith(item["link"])]
    current = max(above, key=len, default=home if request.path == home else "")
    for item in items:
        item["active"] = item["link"] == current


def _desk(request: HttpRequest) -> list[dict[str, Any]]:
    """The production desk, for readers who may see it and where we are a fulfiller."""
    if not request.user.has_perm("fulfillment.view_productionorder") or not has_desk():
        return []
    pages = [("changelist", _("Work list"), "conveyor_belt"), ("throughput", _("Throughput"), "bar_chart")]
    if request.user.has_perm("fulfillment.dispatch_productionorder"):
        pages.insert(1, ("station", _("Dispatch station"), "barcode_scanner"))
    return [
        {"title": title, "icon": icon, "link": reverse(f"admin:fulfillment_productionorder_{name}")}
        for name, title, icon in pages
    ]


def _lists(request: HttpRequest, entries: Iterable[tuple[str, str, str]]) -> list[dict[str, Any]]:
    registered = {model._meta.label_lower: handler for model, handler in admin.site._registry.items()}
    return [
        {"title": title, "icon": icon, "link": reverse(f"admin:{label.replace('.', '_')}_changelist")}
        for label, title, icon in entries
        if label in registered and registered[label].has_view_permission(request)
    ]


def _pages(request: HttpRequest, permission: str, entries: Iterable[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Pages beside the lists, by the names of their addresses."""
    if not request.user.has_perm(permission):
        return []
    return [{"title": title, "icon": icon, "link": reverse(f"admin:{name}")} for name, title, icon in entries]
