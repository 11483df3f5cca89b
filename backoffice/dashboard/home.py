"""The home page: what needs me now, and the day."""

from typing import Any

from django.http import HttpRequest

from backoffice.dashboard import (
    alarm_needs,
    campaign_needs,
    catalog_needs,
    notice_needs,
    order_needs,
    production_needs,
    sign_needs,
    stray_needs,
    vendor_needs,
)
from backoffice.dashboard.day import DAYS, HEIGHT, WIDTH, figures
from backoffice.dashboard.lights import lights
from backoffice.dashboard.needs import NeedGroup, total
from backoffice.translatable import gettext as _


def add_home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the admin's index page, with what the reader may see."""
    sees_orders = request.user.has_perm("orders.view_order")
    sees_vendors = request.user.has_perm("backoffice.view_push")
    sees_exports = sees_orders and request.user.has_perm("orders.view_orderexport")
    sees_cards = request.user.has_perm("orders.view_mailcampaign")
    groups = _groups(
        request.user,
        orders=sees_orders,
        vendors=sees_vendors,
        exports=sees_exports,
        cards=sees_cards,
        production=request.user.has_perm("fulfillment.view_productionorder"),
    )
    groups += _background_groups(request)
    return context | {
        "title": _("What needs me now"),
        "groups": groups,
        "needs_total": total(groups),
        "figures": figures() if sees_orders else [],
        "lights": lights() if sees_vendors else [],
        "days": DAYS,
        "chart": {"width": WIDTH, "height": HEIGHT},
    }


def _background_groups(request: HttpRequest) -> list[NeedGroup]:
    """Background work that came to nothing, each for those who see its pages."""
    by_permission = {
        "catalog.view_changeset": catalog_needs.stuck_change_sets,
        "catalog.view_tableimport": catalog_needs.tables,
        "catalog.view_syncrun": catalog_needs.synchronisations,
        "catalog.view_customproduct": catalog_needs.pictures,
        "fulfillment.view_productionorder": production_needs.files,
    }
    found = [find() for permission, find in by_permission.items() if request.user.has_perm(permission)]
    return [group.seen_by(request.user) for group in found if group]


def _groups(user: Any, *, orders: bool, vendors: bool, exports: bool, cards: bool, production: bool) -> list[NeedGroup]:
    found: list[NeedGroup | None] = []
    if vendors:
        found += [
            vendor_needs.standstills(),
            vendor_needs.unknown_outcomes(),
            vendor_needs.refused_pushes(),
            vendor_needs.waiting_for_long(),
        ]
    if production:
        found += [production_needs.labels_without_copy()]
    if cards:
        found += [campaign_needs.campaigns_with_problems()]
    if orders:
        found += [stray_needs.strays(), alarm_needs.alarms(), notice_needs.notices(), sign_needs.vendors_to_tell()]
        found += order_needs.held()
        found += [order_needs.late_at_production(), order_needs.late_in_delivery()]
        found += [order_needs.waiting_for_release(), sign_needs.enquiries()]
    if production:
        found += [production_needs.late(), production_needs.due_today()]
    if user.has_perm("catalog.view_changeset"):
        found += catalog_needs.change_sets()
    if exports:
        found += [order_needs.refused_exports()]
    if vendors:
        found += [vendor_needs.unreadable_callbacks()]
    return [group.seen_by(user) for group in found if group]
