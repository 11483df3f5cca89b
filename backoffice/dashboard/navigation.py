"""The sidebar: what a person works with, in the order in which a day uses it; what they may only look up is below."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.sight import PERSONAL_DATA
from fulfillment.services.desk_accounts import has_desk


@dataclass(frozen=True)
class MenuEntry:
    """One link: a model ("orders.order"), whose list is shown to who may see it, or the name of a page.

    `see` are the permissions of which one shows a page, `use` those of which one makes it part of somebody's own work.
    Without any it is everybody's. `sights` are rights without which nothing of the page is left.
    """

    where: str
    title: Any
    icon: str
    use: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    sights: tuple[str, ...] = ()


_PRODUCTION = ("fulfillment.view_productionorder",)
_DISPATCH = ("fulfillment.dispatch_productionorder",)
_ORDERS = ("orders.change_order",)
_DRAFT = ("drafts.add_draftorder",)
_IMPORT = ("importing.add_orderimport",)
_SETS = ("catalog.view_changeset",)
_EDIT = ("catalog.add_changeset", "catalog.approve_changeset", "catalog.push_changeset")
_LIMITS = ("catalog.change_catalogrules",)
_EXPORTS = ("marketing.export_orders",)
_CARDS = ("marketing.change_mailcampaign",)
_REQUESTS = ("engine.resend_push", "engine.decide_push")
_VENDORS = ("engine.pause_integration", "engine.test_integration", "engine.change_integration")
_SHOPS = ("accounts.change_shop",)
_DESK, _CHANGES = "fulfillment_productionorder", "catalog_changeset"
GROUPS: tuple[tuple[Any, tuple[MenuEntry, ...]], ...] = (
    (
        "",
        (
            MenuEntry("index", _("Inbox"), "inbox"),
            MenuEntry(
                "today", _("Today"), "today", see=("orders.view_order", "engine.view_push"), use=_ORDERS + _SHOPS
            ),
            MenuEntry("orders.order", _("Orders"), "shopping_bag", use=_ORDERS + _EXPORTS),
            MenuEntry(
                "drafts_draftorder_new",
                _("New order"),
                "add_shopping_cart",
                see=_DRAFT,
                use=_DRAFT,
                sights=(PERSONAL_DATA,),
            ),
            MenuEntry("drafts.draftorder", _("Drafts"), "edit_note", use=_DRAFT),
            MenuEntry("importing.orderimport", _("Import orders"), "upload_file", use=_IMPORT),
            MenuEntry("customers.customer", _("Customers"), "group", use=_ORDERS),
            MenuEntry("conversation.mention", _("Mentions"), "alternate_email", use=("conversation.add_comment",)),
            MenuEntry("rules.notice", _("Notices"), "notifications", use=("rules.change_notice",)),
            MenuEntry("orders.enquiry", _("Enquiries"), "contact_support", use=("orders.change_enquiry",)),
            MenuEntry("complaints.complaint", _("Complaints"), "assignment_late", use=("complaints.change_complaint",)),
            MenuEntry("jobs.job", _("Jobs"), "checklist", use=_ORDERS),
            MenuEntry("rules.rule", _("Rules"), "rule", use=("rules.change_rule",)),
            MenuEntry("handbook", _("Handbook"), "book"),
        ),
    ),
    (
        _("Production"),
        (
            MenuEntry(f"{_DESK}_changelist", _("Work list"), "conveyor_belt", see=_PRODUCTION, use=_DISPATCH),
            MenuEntry(f"{_DESK}_station", _("Dispatch station"), "barcode_scanner", see=_DISPATCH, use=_DISPATCH),
            MenuEntry(f"{_DESK}_throughput", _("Throughput"), "bar_chart", see=_PRODUCTION, use=_DISPATCH),
        ),
    ),
    (
        _("Catalogue"),
        (
            MenuEntry("catalog.product", _("Products"), "category", use=(*_EDIT, *_ORDERS)),
            MenuEntry("catalog.variant", _("Variants"), "style", use=_EDIT),
            MenuEntry("catalog.customproduct", _("Custom products"), "draw", use=("catalog.change_customproduct",)),
            MenuEntry("catalog.rating", _("Ratings"), "star", use=_EDIT),
            MenuEntry(f"{_CHANGES}_prices", _("Prices"), "sell", see=_SETS, use=_EDIT),
            MenuEntry(f"{_CHANGES}_texts", _("Search texts"), "manage_search", see=_SETS, use=_EDIT),
            MenuEntry(f"{_CHANGES}_stock", _("Stock"), "inventory_2", see=_SETS, use=_EDIT),
            MenuEntry(
                f"{_CHANGES}_vendor_changes", _("Changes at vendors"), "published_with_changes", see=_SETS, use=_EDIT
            ),
            MenuEntry("catalog.changeset", _("Change sets"), "difference", use=_EDIT),
            MenuEntry("catalog.catalogrules", _("Price limits"), "tune", use=_LIMITS),
            MenuEntry("catalog.tableimport", _("Tables"), "table_view", use=("catalog.add_tableimport",)),
            MenuEntry("catalog.syncrun", _("Syncs"), "sync", use=_EDIT),
        ),
    ),
    (
        _("Marketing"),
        (
            MenuEntry("marketing.orderexport", _("Letters and reviews"), "outgoing_mail", use=_EXPORTS),
            MenuEntry("marketing.mailcampaign", _("Card campaigns"), "stylus_note", use=_CARDS),
            MenuEntry("marketing.optout", _("Opt-outs"), "unsubscribe", use=_CARDS),
        ),
    ),
    (
        _("Vendors"),
        (
            MenuEntry("engine.integration", _("Integrations"), "hub", use=_VENDORS),
            MenuEntry("engine.push", _("Outgoing requests"), "north_east", use=_REQUESTS),
            MenuEntry("engine.callback", _("Incoming webhooks"), "south_west", use=("engine.replay_callback",)),
            MenuEntry(
                "orders.strayorder", _("Only at the vendor"), "travel_explore", use=("orders.decide_strayorder",)
            ),
        ),
    ),
    (
        _("Reference data"),
        (
            MenuEntry("fulfillment.carrier", _("Carriers"), "local_shipping", use=_SHOPS),
            MenuEntry("fulfillment.country", _("Countries"), "public", use=_SHOPS),
            MenuEntry("fulfillment.state", _("States"), "map", use=_SHOPS),
        ),
    ),
    (
        _("Settings"),
        (
            MenuEntry("mail.staffmail", _("My e-mails"), "forward_to_inbox"),
            MenuEntry("mail.mail", _("E-mails"), "mail", use=("mail.decide_mail",)),
            MenuEntry("rules.rulecall", _("Rule calls"), "call_made", use=("rules.decide_rulecall",)),
            MenuEntry("mail.mailtemplate", _("Kinds of e-mail"), "mark_email_read", use=("mail.change_mailtemplate",)),
            MenuEntry("mail.shopmail", _("Customer e-mails"), "contact_mail", use=("mail.change_shopmail",)),
            MenuEntry("accounts.shop", _("Shops"), "storefront", use=_SHOPS),
            MenuEntry("webhooks.webhookendpoint", _("Webhooks"), "webhook", use=("webhooks.change_webhookendpoint",)),
            MenuEntry(
                "woocommerce.wooconnection", _("WooCommerce"), "storefront", use=("woocommerce.change_wooconnection",)
            ),
            MenuEntry("accounts.apikey", _("API keys"), "key", use=("accounts.change_apikey",)),
            MenuEntry("privacy.privacyrequest", _("Privacy"), "shield_person", use=("privacy.erase_person",)),
            MenuEntry("auth.user", _("Staff"), "group", use=("auth.change_user",)),
            MenuEntry("auth.group", _("Roles"), "badge", use=("auth.change_user",)),
            MenuEntry("signin.factorrequirement", _("Sign-in rules"), "lock_person", use=("auth.change_user",)),
            MenuEntry("signin.signinevent", _("Sign-ins"), "login", use=("auth.change_user",)),
            MenuEntry("audit.auditentry", _("Audit trail"), "history", use=("audit.view_auditentry",)),
            MenuEntry("staff.policyreport", _("Blocked content"), "gpp_maybe", use=("auth.change_user",)),
        ),
    ),
)
PRODUCTION, COLLAPSIBLE = _("Production"), _("Reference data")


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return groups of links as Unfold wants them, less what the reader may not see.

    What is no part of the reader's work stands in one group at the end, closed until somebody looks something up; who
    only reads has no work of their own, and finds all in its place.
    """
    shown = list(_visible(request))
    # Sorted into two, not compared: each comparison of two entries would translate their words.
    used: list[tuple[Any, MenuEntry, str]] = []
    rest: list[tuple[Any, MenuEntry, str]] = []
    for one in shown:
        (used if _is_used(request, one[1]) else rest).append(one)
    if not any(entry.use for _title, entry, _link in used):
        used, rest = shown, []
    groups: dict[str, list[dict[str, Any]]] = {}
    for title, entry, link in used:
        groups.setdefault(str(title), []).append(_item(entry, link))
    found = [{"title": title, "items": items} | _closed(title) for title, items in groups.items()]
    if rest:
        items = [_item(entry, link) for _title, entry, link in rest]
        found.append({"title": str(_("Lookup")), "items": items, "collapsible": True})
    _mark_current(request, found)
    return found


def _visible(request: HttpRequest) -> Iterable[tuple[Any, MenuEntry, str]]:
    """Return entries that the reader may see, with the title of their group and their address."""
    is_shown = {
        model._meta.label_lower: handler.has_view_permission(request)
        for model, handler in admin.site._registry.items()
        if model._meta.label_lower in _MODELS
    }
    for title, entries in GROUPS:
        if title == PRODUCTION and not (request.user.has_perm(_PRODUCTION[0]) and has_desk()):
            continue
        for entry in entries:
            if entry.where in _MODELS:
                if is_shown.get(entry.where):
                    yield title, entry, _address(entry.where)
            elif _is_open(request, entry):
                yield title, entry, _address(entry.where)


def _is_open(request: HttpRequest, entry: MenuEntry) -> bool:
    may_see = not entry.see or any(map(request.user.has_perm, entry.see))
    return may_see and request.user.has_perms(entry.sights)


@cache
def _address(where: str) -> str:
    """Return the address of an entry; finding forty of them takes a tenth of a page's time."""
    return reverse(f"admin:{where.replace('.', '_')}_changelist" if where in _MODELS else f"admin:{where}")


_MODELS = {entry.where for _title, entries in GROUPS for entry in entries if "." in entry.where}


def _is_used(request: HttpRequest, entry: MenuEntry) -> bool:
    return not entry.use or any(map(request.user.has_perm, entry.use))


def _item(entry: MenuEntry, link: str) -> dict[str, Any]:
    return {"title": str(entry.title), "icon": entry.icon, "link": link}


def _closed(title: str) -> dict[str, bool]:
    return {"collapsible": True} if title == str(COLLAPSIBLE) else {}


def _mark_current(request: HttpRequest, groups: Iterable[dict[str, Any]]) -> None:
    """Mark only the closest link as current: some pages lie below the address of a list that is linked too."""
    items = [item for group in groups for item in group["items"]]
    home = reverse("admin:index")
    above = [item["link"] for item in items if item["link"] != home and request.path.startswith(item["link"])]
    current = max(above, key=len, default=home if request.path == home else "")
    for item in items:
        item["active"] = item["link"] == current
