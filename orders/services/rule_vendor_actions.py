"""The actions of rules that speak to vendors: telling of an order, which costs what the vendor makes of it."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Meta

from backoffice.errors import InvalidInput
from backoffice.vendors.registry import UnknownVendor, vendor_class, vendor_names, vendor_title
from orders.models import ExportState, Order, OrderExport
from orders.services.exports import request_export
from orders.services.rule_actions import Params, RuleAction, rule_action
from orders.services.rule_facts import Facts


class SendParams(Params, frozen=True):
    vendor: Annotated[str, Meta(min_length=1, max_length=32)]


@rule_action("send_to_vendor")
class SendToVendor(RuleAction[SendParams]):
    """A vendor is told of the order, unless a person set that aside or the vendor knows of it already."""

    title = gettext_lazy("Tell a vendor of it")
    params = SendParams
    inputs = (("vendor", gettext_lazy("Vendor"), "choice"),)

    def choices(self, name: str) -> list[tuple[str, str]]:
        return [(vendor, vendor_title(vendor)) for vendor in vendor_names(able_to="tell_orders")]

    def describe(self, params: SendParams) -> str:
        return _("tell %(vendor)s of it") % {"vendor": vendor_title(params.vendor)}

    def key(self, params: SendParams) -> str:
        return f"{self.kind}:{params.vendor}"

    def load(self, order_ids: Collection[int]) -> Mapping[int, Any]:
        """By order: why each vendor is not told (again), as a key of REASONS. Those that would be are left out."""
        known: dict[int, dict[str, str]] = {key: {} for key in order_ids}
        exports = OrderExport.objects.filter(order__in=order_ids)
        for order_id, vendor, state, excluded_by in exports.values_list("order_id", "vendor", "state", "excluded_by"):
            if excluded_by:
                known[order_id][vendor] = "excluded"
            elif state != ExportState.SKIPPED:
                known[order_id][vendor] = "already_so"
        return known

    def plan(self, facts: Facts, params: SendParams, *, rule_id: int) -> str:
        if not _can_be_told(params.vendor):
            return "not_set_up"
        return str(facts.extra.get(self.kind, {}).get(params.vendor, ""))

    def foresee(self, facts: Facts, params: SendParams, *, rule_id: int) -> None:
        facts.extra.setdefault(self.kind, {})[params.vendor] = "already_so"

    def apply(self, order: Order, params: SendParams, *, rule_id: int, actor: str) -> None:
        try:
            request_export(order, vendor=params.vendor, actor=actor)
        except UnknownVendor:
            text = _("%(vendor)s is told of no orders.") % {"vendor": params.vendor}
            raise InvalidInput(text, errors={"vendor": [text]}) from None


def _can_be_told(vendor: str) -> bool:
    try:
        found = vendor_class(vendor)
    except UnknownVendor:
        return False
    return hasattr(found, "tell_orders") and bool(found.is_configured())
