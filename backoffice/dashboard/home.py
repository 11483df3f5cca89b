"""The home page: what needs me now, and the day."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest

from backoffice.dashboard import (
    alarm_needs,
    campaign_needs,
    catalog_needs,
    complaint_needs,
    notice_needs,
    order_needs,
    production_needs,
    sign_needs,
    stray_needs,
    vendor_needs,
)
from backoffice.dashboard.day import CHART, DAYS, figures
from backoffice.dashboard.lights import lights
from backoffice.dashboard.needs import NeedGroup, total
from backoffice.text.translatable import gettext as _

ORDERS, VENDORS, PRODUCTION = "orders.view_order", "engine.view_push", "fulfillment.view_productionorder"
COMPLAINTS = "complaints.view_complaint"


def add_home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to the context of the admin's index page what the reader may see."""
    groups = _groups(request.user)
    return context | {
        "title": _("What needs me now"),
        "groups": groups,
        "needs_total": total(groups),
        "figures": figures() if request.user.has_perm(ORDERS) else [],
        "lights": lights() if request.user.has_perm(VENDORS) else [],
        "days": DAYS,
        "chart": CHART,
    }


# Of each group, or some at once: what one has to be allowed to see, and who finds it. They stand in this order.
_FINDERS: list[tuple[list[str], Callable[[], NeedGroup | Sequence[NeedGroup | None] | None]]] = [
    ([VENDORS], vendor_needs.standstills),
    ([VENDORS], vendor_needs.unknown_outcomes),
    ([VENDORS], vendor_needs.refused_pushes),
    ([VENDORS], vendor_needs.waiting_for_long),
    ([PRODUCTION], production_needs.labels_without_copy),
    (["marketing.view_mailcampaign"], campaign_needs.campaigns_with_problems),
    ([ORDERS], stray_needs.strays),
    ([ORDERS], alarm_needs.alarms),
    ([ORDERS], notice_needs.notices),
    ([ORDERS], sign_needs.vendors_to_inform),
    ([COMPLAINTS], complaint_needs.missed_deadlines),
    ([ORDERS], order_needs.held),
    ([ORDERS], order_needs.late_at_production),
    ([ORDERS], order_needs.late_in_delivery),
    ([ORDERS], order_needs.waiting_for_release),
    ([COMPLAINTS], complaint_needs.open_complaints),
    ([COMPLAINTS], complaint_needs.refunds_to_pay),
    ([ORDERS], sign_needs.enquiries),
    ([PRODUCTION], production_needs.late),
    ([PRODUCTION], production_needs.due_today),
    (["catalog.view_changeset"], catalog_needs.change_sets),
    ([ORDERS, "marketing.view_orderexport"], order_needs.refused_exports),
    ([VENDORS], vendor_needs.unreadable_callbacks),
    # Background work that came to nothing.
    (["catalog.view_changeset"], catalog_needs.stuck_change_sets),
    (["catalog.view_tableimport"], catalog_needs.tables),
    (["catalog.view_syncrun"], catalog_needs.synchronisations),
    (["catalog.view_customproduct"], catalog_needs.pictures),
    ([PRODUCTION], production_needs.files),
]


def _groups(user: Any) -> list[NeedGroup]:
    found: list[NeedGroup | None] = []
    for permissions, find in _FINDERS:
        if user.has_perms(permissions):
            some = find()
            found += [some] if some is None or isinstance(some, NeedGroup) else some
    return [group.seen_by(user) for group in found if group]
