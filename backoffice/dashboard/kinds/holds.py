"""Held orders, a kind for each reason: a reason that nobody listed here has one all the same."""

from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy, gettext_noop

from backoffice.dashboard.essentials import hold_essentials
from backoffice.dashboard.kind import InboxKind, Need, assigned_to, each, explained_in, link, page_of
from backoffice.sight import personal
from backoffice.text.translatable import gettext as _
from backoffice.vendors.explaining import explain
from orders.models import Hold, HoldReason, Order

# What a reason wants, the most urgent first.
ACTIONS = {
    HoldReason.VENDOR_REFUSED: gettext_noop("Correct and send again"),
    HoldReason.VENDOR_CANCELLED: gettext_noop("Decide"),
    HoldReason.DIFFERS_AT_VENDOR: gettext_noop("Decide"),
    HoldReason.SECOND_AT_VENDOR: gettext_noop("Decide"),
    HoldReason.BAD_FILE: gettext_noop("Replace the file"),
    HoldReason.BAD_ADDRESS: gettext_noop("Correct the address"),
    HoldReason.INVALID_INPUT: gettext_noop("Correct the order"),
    HoldReason.UNAVAILABLE: gettext_noop("Decide"),
    HoldReason.ODD_PRICE: gettext_noop("Check the prices"),
    HoldReason.OUT_OF_STOCK: gettext_noop("Decide"),
    HoldReason.POSSIBLE_DUPLICATE: gettext_noop("Compare"),
    HoldReason.RULE: gettext_noop("Review and release"),
    HoldReason.MANUAL: gettext_noop("Review and release"),
}
PLACE = 160


def _active(reason: HoldReason) -> QuerySet[Hold]:
    """Return the active holds of that reason, one an order: several rules may hold the same one."""
    active = Hold.objects.filter(released_at__isnull=True, reason=reason)
    if reason == HoldReason.RULE:
        active = active.filter(~Exists(active.filter(order=OuterRef("order"), pk__lt=OuterRef("pk"))))
    return active


def _is_of(user: int) -> Q:
    """Return which holds are somebody's: their own, and those without an owner of orders that are assigned to them."""
    return Q(owner=user) | Q(owner__isnull=True, order__in=Order.objects.filter(assignee=user).open().values("pk"))


# Asked of an index of the few orders that are assigned: a thousand holds read none of their orders.
_UNOWNED = Q(~Exists(Order.objects.filter(pk=OuterRef("order_id"), assignee__isnull=False).open()), owner__isnull=True)


def _need(hold: Hold) -> Need:
    action = ACTIONS.get(HoldReason(hold.reason))
    more: dict[str, Any] = {"action": _(action)} if action else {}
    return Need(
        what=hold.order.number,
        **explained_in(hold.vendor, explain(hold.vendor, hold.text or personal(hold.order.customer_name))),
        since=hold.placed_at,
        who=assigned_to(hold.owner or hold.order.assignee),
        url=link("orders_order_change", hold.order_id),
        **more,
    )


def _kind(place: int, reason: HoldReason) -> InboxKind:
    return InboxKind(
        name=f"held-{reason}",
        title=_title(reason),
        icon=reason.icon,
        tone=reason.tone,
        place=place,
        see=("orders.view_order",),
        act="orders.change_order",
        rows=partial(_active, reason),
        order_by=("placed_at", "pk"),
        since="placed_at",
        related=("owner", "order__assignee", "order__shop"),
        needs=each(_need),
        page=page_of("orders_order_changelist", query=f"?hold={reason}"),
        owner="owner_id",
        owner_is=Coalesce("owner_id", "order__assignee_id"),
        owned_by=_is_of,
        unowned=_UNOWNED,
        order="order_id",
        essentials=hold_essentials,
    )


def _title(reason: HoldReason) -> Any:
    return format_lazy(gettext_lazy("Held: {reason}"), reason=reason.label)


KINDS = [_kind(place, reason) for place, reason in enumerate(dict.fromkeys([*ACTIONS, *HoldReason]), start=PLACE)]
