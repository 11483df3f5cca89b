"""The filters of the order list: a form over the page's address, so that a link is a view."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.admin.text_fields import LineField
from backoffice.models import Shop
from orders.models import Hold, HoldReason, Order, OrderAlarm, OrderState, ProductionState, ShipmentState
from orders.models.order import OPEN_STATES, OrderQuerySet
from orders.services.search import search_orders

# Rows are numbered when their transaction begins and dated a moment later: that far may both orders differ.
NUMBERING_SLACK = 1000
# More orders with open alarms than this, and there are other things to do first.
MOST_ALARMED = 1000
UNSHIPPED = [ShipmentState.NONE, ShipmentState.PARTIAL]


class OrderFilters(forms.Form):
    """Every field may be empty; an unknown value is ignored, since old links should still open."""

    q = LineField(required=False, max_length=200)
    view = forms.ChoiceField(required=False, choices=[("", ""), ("needs", ""), ("mine", "")])
    state = forms.ChoiceField(label=_("Order"), required=False, choices=[("", _("any")), *OrderState.choices])
    production = forms.ChoiceField(
        label=_("Production"), required=False, choices=[("", _("any")), *ProductionState.choices]
    )
    shipment = forms.ChoiceField(label=_("Shipment"), required=False, choices=[("", _("any")), *ShipmentState.choices])
    late = forms.ChoiceField(
        label=_("Late"),
        required=False,
        choices=[
            ("", _("all orders")),
            ("any", _("late ones")),
            ("production", _("late at production")),
            ("delivery", _("late in delivery")),
        ],
    )
    hold = forms.ChoiceField(label=_("Held because"), required=False, choices=[("", _("any")), *HoldReason.choices])
    alarm = forms.ChoiceField(
        label=_("Alarm"), required=False, choices=[("", _("all orders")), ("any", _("any reason")), *HoldReason.choices]
    )
    shop = forms.ModelChoiceField(
        label=_("Shop"), required=False, queryset=Shop.objects.order_by("name"), empty_label=_("any")
    )
    assignee = forms.ModelChoiceField(
        label=_("Assigned to"),
        required=False,
        queryset=User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "username"),
        empty_label=_("anybody"),
    )
    tag = LineField(label=_("Tag"), required=False, max_length=40)
    since = forms.DateField(label=_("Received from"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("Received until"), required=False, widget=forms.DateInput({"type": "date"}))

    PANEL = ("state", "production", "shipment", "late", "hold", "alarm", "shop", "assignee", "tag", "since", "until")

    @property
    def values(self) -> dict[str, Any]:
        """What was given and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def panel(self) -> list[forms.BoundField]:
        return [self[name] for name in self.PANEL]

    @property
    def active(self) -> list[tuple[str, str, str]]:
        """(name, label, value in words) of the panel's filters that are set."""
        values = self.values
        return [(name, str(self.fields[name].label), self._words(name)) for name in self.PANEL if name in values]

    def _words(self, name: str) -> str:
        value = self.cleaned_data[name]
        choices = getattr(self.fields[name], "choices", None)
        if isinstance(self.fields[name], forms.ModelChoiceField) or choices is None:
            return str(value)
        return str(dict(choices).get(value, value))


def filter_orders(orders: OrderQuerySet, values: dict[str, Any], *, user: User) -> QuerySet[Order]:
    """The orders that the filters leave, unordered. Each filter has an index that also orders by number."""
    for axis in ("state", "production", "shipment", "shop", "assignee"):
        if axis in values:
            orders = orders.filter(**{axis: values[axis]})
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
    orders = _received(orders, since=values.get("since"), until=values.get("until"))
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


def _received(orders: OrderQuerySet, *, since: date | None, until: date | None) -> OrderQuerySet:
    """Days in the reader's zone. The range of numbers beside the dates lets the list stop at both ends."""
    if since:
        start = timezone.make_aware(datetime.combine(since, time.min))
        orders = orders.filter(created_at__gte=start, pk__gte=_number_at(start) - NUMBERING_SLACK)
    if until:
        end = timezone.make_aware(datetime.combine(until + timedelta(days=1), time.min))
        orders = orders.filter(created_at__lt=end, pk__lte=_number_at(end) + NUMBERING_SLACK)
    return orders


def _number_at(moment: datetime) -> int:
    """The key of the first order received from then on, one past the newest when there is none."""
    later = Order.objects.filter(created_at__gte=moment).order_by("created_at").values_list("pk", flat=True)
    if (key := later.first()) is not None:
        return key
    newest = Order.objects.order_by("-pk").values_list("pk", flat=True).first()
    return (newest or 0) + 1
