"""The action of rules that routes lines of an order to another vendor that has their SKU."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from django.utils.translation import gettext_lazy
from msgspec import Meta

from backoffice.errors import IllegalTransition, InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesDraftOrders
from backoffice.vendors.registry import has_ability, vendor_title, vendors_with
from catalog.services.orderable import can_make
from catalog.services.orderable_variants import find_variants
from orders.models import Order, OrderLine, VendorOrderLine
from orders.rules.services.actions import Params, RuleAction, rule_action
from orders.rules.services.context import RuleContext
from orders.rules.services.text import fold
from orders.rules.services.workers import cannot_edit, wait_for_worker
from orders.services.editing.edits import route_lines
from orders.services.editing.parts import OPEN
from orders.services.editing.routing import ROUTABLE


@dataclass(frozen=True)
class RoutableLine:
    """A line with the vendors that would make it, the first of the settings first."""

    pk: int
    position: int
    sku: str
    vendor: str
    is_fixed: bool
    offered_by: tuple[str, ...]


@dataclass(frozen=True)
class RoutableOrder:
    cancel_requested: bool
    lines: tuple[RoutableLine, ...]

    def route(self, params: "RouteParams") -> tuple[dict[int, str], str]:
        """Return the new vendor by line, and where there is none why, as a key of REASONS."""
        asked = [line for line in self.lines if not params.sku or fold(line.sku) == fold(params.sku)]
        moving, why = {}, "no_such_line"
        for line in asked:
            if params.vendor and line.vendor == params.vendor:
                why = "already_so"
            elif line.is_fixed:
                why = "at_vendor"
            elif vendor := self._target(line, params.vendor):
                moving[line.pk] = vendor
            else:
                why = "no_other_vendor"
        return moving, "" if moving else why

    def _target(self, line: RoutableLine, vendor: str) -> str:
        others = [one for one in line.offered_by if one != line.vendor]
        if vendor:
            return vendor if vendor in others else ""
        return others[0] if others else ""


class RouteParams(Params, frozen=True):
    # Empty: whoever else has the SKU.
    vendor: Annotated[str, Meta(max_length=32)] = ""
    # Empty: all lines that another vendor has.
    sku: Annotated[str, Meta(max_length=100)] = ""


@rule_action("route_lines")
class RouteLines(RuleAction[RouteParams]):
    """Lines are made by another vendor that has their SKU, while nothing of them is at a vendor."""

    title = gettext_lazy("Route to another vendor")
    params = RouteParams
    inputs = (
        ("vendor", gettext_lazy("Vendor"), "choice"),
        ("sku", gettext_lazy("Only lines with this SKU (empty: all)"), "text"),
    )
    hint = gettext_lazy("Only lines that no vendor has yet; designs stay with the vendor of their editor.")

    def choices(self, name: str) -> list[tuple[str, str]]:
        known = [(vendor, vendor_title(vendor)) for vendor in vendors_with(TakesDraftOrders)]
        return [("", _("any other vendor that offers the SKU")), *known]

    def check(self, params: RouteParams) -> str:
        if params.vendor and not has_ability(params.vendor, TakesDraftOrders):
            return _("%(vendor)s does not accept such orders.") % {"vendor": vendor_title(params.vendor)}
        return ""

    def describe(self, params: RouteParams) -> str:
        texts = {"vendor": vendor_title(params.vendor) if params.vendor else "", "sku": params.sku}
        if params.vendor and params.sku:
            return _("route lines with %(sku)s to %(vendor)s") % texts
        if params.vendor:
            return _("route its lines to %(vendor)s") % texts
        if params.sku:
            return _("route lines with %(sku)s to another vendor that offers it") % texts
        return _("route its lines to another vendor that offers them")

    def key(self, params: RouteParams) -> str:
        return f"{self.kind}:{fold(params.sku)}"

    def load(self, order_ids: Collection[int]) -> Mapping[int, RoutableOrder]:
        asked = Order.objects.filter(pk__in=order_ids).values_list("pk", "cancel_requested_at")
        fixed = VendorOrderLine.objects.filter(vendor_order__order__in=order_ids)
        taken = set(fixed.exclude(vendor_order__state__in=OPEN).values_list("line", flat=True))
        lines = list(OrderLine.objects.filter(order__in=order_ids, kind__in=ROUTABLE).order_by("position"))
        offered = _vendors_by_sku({line.sku for line in lines})
        own: dict[int, list[RoutableLine]] = {key: [] for key in order_ids}
        for line in lines:
            vendors = offered.get(line.sku, ())
            own[line.order_id].append(
                RoutableLine(line.pk, line.position, line.sku, line.vendor, line.pk in taken, vendors)
            )
        return {pk: RoutableOrder(at is not None, tuple(own[pk])) for pk, at in asked}

    def plan(self, context: RuleContext, params: RouteParams, *, rule_id: int) -> str:
        order: RoutableOrder | None = context.extra.get(self.kind)
        if order is None:
            return "not_set_up"
        if why := cannot_edit(context, cancel_requested=order.cancel_requested):
            return why
        if (rule_id, self.key(params)) in context.past.done:
            return "done_before"
        return order.route(params)[1]

    def foresee(self, context: RuleContext, params: RouteParams, *, rule_id: int) -> None:
        order: RoutableOrder | None = context.extra.get(self.kind)
        if order is not None:
            moving = order.route(params)[0]
            lines = tuple(replace(line, vendor=moving.get(line.pk, line.vendor)) for line in order.lines)
            context.extra[self.kind] = replace(order, lines=lines)
            vendors = {line.position: line.vendor for line in lines}
            context.lines = [replace(line, vendor=vendors.get(line.position, line.vendor)) for line in context.lines]

    def apply(self, order: Order, params: RouteParams, *, rule_id: int, actor: str) -> None:
        moving = self.load([order.pk])[order.pk].route(params)[0]
        if not moving:
            text = _("No other vendor offers the lines to be routed.")
            raise InvalidInput(text, errors={"lines": [text]})
        try:
            route_lines(order, moving, actor=actor)
        except IllegalTransition:
            wait_for_worker(order)
            raise


def _vendors_by_sku(skus: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return who would make each SKU, in the order of the settings."""
    offers, vendors = find_variants({sku for sku in skus if sku}).every, vendors_with(TakesDraftOrders)
    return {
        sku: tuple(one for one in vendors if (variant := offers.get((one, sku))) and can_make(variant)) for sku in skus
    }
