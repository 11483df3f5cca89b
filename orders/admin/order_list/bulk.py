"""Do the same with many orders: first a page that says what will and will not happen, then it is done one by one."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_POST

from backoffice.errors import DomainError
from backoffice.staff.base import actor
from backoffice.staff.marks import back_to, marked_keys
from backoffice.staff.text_fields import posted_text
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from orders.admin.order_page.remedies import Remedy, address_remedy
from orders.models import AddressRole, Hold, HoldReason, Order, OrderState
from orders.services.annotations import assign_order
from orders.services.lifecycle import hold_order, release_hold, release_order
from orders.services.preflight.order_checks import Findings
from orders.services.preflight.rechecks import recheck_orders

# A page of the list; more would keep the browser waiting with nothing to see.
MOST = 200

# By action.
TITLES = {
    "hold": ngettext_lazy("Hold %(count)s order", "Hold %(count)s orders", "count"),
    "release": ngettext_lazy("Release %(count)s order", "Release %(count)s orders", "count"),
    "assign": ngettext_lazy("Assign %(count)s order", "Assign %(count)s orders", "count"),
}
DONE = {
    "hold": ngettext_lazy("%(count)s order held", "%(count)s orders held", "count"),
    "release": ngettext_lazy("%(count)s order released", "%(count)s orders released", "count"),
    "assign": ngettext_lazy("%(count)s order assigned", "%(count)s orders assigned", "count"),
}


@dataclass(frozen=True)
class BulkCheck:
    """What will happen to one order: `refusal` is empty when it will be done; `errors` say more, `remedy` helps."""

    order: Order
    refusal: str
    errors: dict[str, list[str]] = field(default_factory=dict)
    remedy: Remedy | None = None


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Show what would happen, order by order. Nothing is changed."""
    action, orders = _requested(request)
    checks = _check(action, orders)
    ready = [check for check in checks if not check.refusal]
    button = TITLES[action] % {"count": len(ready)}
    return TemplateResponse(
        request,
        "orders/bulk.html",
        {
            **admin.site.each_context(request),
            "title": button if ready else _("None of these orders is ready"),
            "action": action,
            "ready": ready,
            "refused": [check for check in checks if check.refusal],
            "button": button,
            "staff": User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "username"),
            "back": back_to_list(request),
        },
    )


@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Do it. An order that changed meanwhile refuses by itself and is named; the others are done."""
    action, orders = _requested(request)
    refusals = []
    for order in orders:
        try:
            _do(action, order, request)
        except DomainError as error:
            refusals.append(f"{order.number}: {error.text}")
    if done := len(orders) - len(refusals):
        messages.success(request, DONE[action] % {"count": done})
    for refusal in refusals:
        messages.error(request, refusal)
    return HttpResponseRedirect(back_to_list(request))


def _requested(request: HttpRequest) -> tuple[str, list[Order]]:
    if not request.user.has_perm("orders.change_order"):
        raise PermissionDenied
    action = request.POST.get("action", "")
    keys = marked_keys(request.POST, "order", most=MOST)
    if action not in TITLES:
        raise PermissionDenied
    return action, list(Order.objects.filter(pk__in=keys).select_related("shop", "assignee").order_by("-pk"))


def _check(action: str, orders: list[Order]) -> list[BulkCheck]:
    """Return what will happen to each; in a number of queries that their number does not change."""
    if action == "hold":
        return [BulkCheck(order, order.can_hold().reason) for order in orders]
    if action != "release":
        return [BulkCheck(order, "") for order in orders]
    holds = _not_manual(orders)
    refusals = {order.pk: order.can_release(holds=holds[order.pk]).reason for order in orders}
    rechecks = recheck_orders([order for order in orders if not refusals[order.pk]])
    return [_recheck(order, refusals[order.pk], rechecks.get(order.pk)) for order in orders]


def _recheck(order: Order, refusal: str, recheck: Findings | None) -> BulkCheck:
    if recheck is None or not recheck.errors:
        return BulkCheck(order, refusal)
    role = next((role for role in AddressRole if any(path.startswith(role.field) for path in recheck.errors)), None)
    remedy = address_remedy(order, role) if role else None
    return BulkCheck(order, _("The vendor would refuse it."), recheck.errors, remedy)


def _not_manual(orders: list[Order]) -> dict[int, list[Hold]]:
    """Return the holds that releasing many at once leaves: only what a person placed may go without being read."""
    holds: dict[int, list[Hold]] = defaultdict(list)
    for hold in Hold.objects.filter(order__in=orders, released_at__isnull=True).exclude(reason=HoldReason.MANUAL):
        holds[hold.order_id].append(hold)
    return holds


def _do(action: str, order: Order, request: HttpRequest) -> Any:
    who, note = actor(request), posted_text(request.POST, "note", kind=Text.PARAGRAPH)
    if action == "hold":
        return hold_order(order, reason=HoldReason.MANUAL, text=note, actor=who)
    if action == "assign":
        key = request.POST.get("assignee", "")
        assignee = User.objects.filter(pk=key, is_staff=True).first() if key.isdigit() else None
        return assign_order(order, assignee=assignee, actor=who)
    with transaction.atomic():  # an order that is not released keeps its hold
        manual = order.holds.filter(released_at__isnull=True, reason=HoldReason.MANUAL).first()
        order = release_hold(manual, actor=who, note=note) if manual else order
        order.refresh_from_db()
        return order if order.state == OrderState.RELEASED else release_order(order, actor=who)


def back_to_list(request: HttpRequest) -> str:
    """Return the address of the list as it was filtered; never another site."""
    return back_to(request, "admin:orders_order_changelist")
