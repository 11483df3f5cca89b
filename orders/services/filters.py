"""The filters of orders: a form over the address of their list, so that a link is a view."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.staff.filter_form import FilterForm, RowField, choice_field, day_field, within_days
from backoffice.staff.text_fields import LineField
from orders.models import Hold, HoldReason, Order, OrderAlarm, OrderState, ProductionState, ShipmentState
from orders.models.order import OPEN_STATES, OrderQuerySet
from orders.services.search import search_orders

# More orders with open alarms than this, and there are other things to do first.
MOST_ALARMED = 1000
UNSHIPPED = [ShipmentState.NONE, ShipmentState.PARTIAL]


class OrderFilters(FilterForm):
    """`filter_orders` applies them: some depend on who reads."""

    view = forms.ChoiceField(required=False, choices=[("", ""), ("needs", ""), ("mine", "")])
    state = choice_field(_("Order"), OrderState.choices)
    production = choice_field(_("Production"), ProductionState.choices)
    shipment = choice_field(_("Shipment"), ShipmentState.choices)
    late = choice_field(
        _("Late"),
        [("any", _("late orders")), ("production", _("late in production")), ("delivery", _("late in delivery"))],
        unset=_("all orders"),
    )
    hold = choice_field(_("Hold reason"), HoldReason.choices)
    alarm = choice_field(_("Alarm"), [("any", _("any reason")), *HoldReason.choices], unset=_("all orders"))
    mode = choice_field(_("Mode"), [("live", _("without tests")), ("test", _("tests only"))], unset=_("all orders"))
    shop = RowField(label=_("Shop"), required=False, queryset=Shop.objects.order_by("name"), empty_label=_("any"))
    assignee = RowField(
        label=_("Assigned to"),
        required=False,
        queryset=User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "username"),
        empty_label=_("anyone"),
    )
    tag = LineField(label=_("Tag"), required=False, max_length=40)
    since = day_field(_("Received from"))
    until = day_field(_("Received until"))


def filter_orders(orders: OrderQuerySet, values: dict[str, Any], *, user: User | None = None) -> QuerySet[Order]:
    """Return the orders that the filters leave, unordered; `user` is who reads, for what is theirs.

    Each filter has an index that also orders by number.
    """
    plain = ("state", "production", "shipment", "shop", "assignee")
    orders = orders.filter(**{name: values[name] for name in plain if name in values})
    if "mode" in values:
        orders = orders.filter(is_test=values["mode"] == "test")
    if "tag" in values:
        orders = orders.filter(tags__contains=[values["tag"]])
    if "late" in values:
        orders = _late(orders, values["late"])
    if "hold" in values:
        active = Hold.objects.filter(order=OuterRef("pk"), reason=values["hold"], released_at__isnull=True)
        orders = orders.filter(Exists(active), state=OrderState.HELD)
    if "alarm" in values:
        reasons = HoldReason.values if values["alarm"] == "any" else [values["alarm"]]
        orders = orders.filter(pk__in=_alarmed(reasons))
    if values.get("view") == "needs":
        needs = Q(state=OrderState.HELD) | Q(late=True, state__in=OPEN_STATES)
        orders = orders.filter(needs | Q(pk__in=_alarmed(HoldReason.values)))
    if values.get("view") == "mine":
        orders = orders.filter(assignee=user).open()
    orders = within_days(orders, "created_at", since=values.get("since"), until=values.get("until"))
    return search_orders(orders, values["q"]) if "q" in values else orders


def _alarmed(reasons: list[str]) -> list[int]:
    """Return the keys of orders with an open alarm: few, and as plain keys the list is still read by its indexes."""
    rows = OrderAlarm.objects.filter(settled_at__isnull=True, reason__in=reasons).order_by("-raised_at")
    return list(rows.values_list("order_id", flat=True)[:MOST_ALARMED])


def _late(orders: OrderQuerySet, kind: str) -> OrderQuerySet:
    orders = orders.filter(late=True)
    if kind == "production":
        return orders.filter(shipment__in=UNSHIPPED).open()
    if kind == "delivery":
        return orders.filter(shipment=ShipmentState.SHIPPED).open()
    return orders
