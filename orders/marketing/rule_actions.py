"""What marketing adds to the actions of rules: exporting an order, and listing its recipient for a card."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from django.utils.translation import gettext_lazy
from msgspec import Meta

from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.registry import (
    UnknownVendor,
    vendor_title,
    vendors_in_use,
    vendors_with,
)
from orders.marketing.models import CampaignState, CardRecipient, ExportState, MailCampaign, OrderExport
from orders.marketing.services.campaigns.recipients import add_to_campaign
from orders.marketing.services.exports.requesting import request_export
from orders.models import Order
from orders.rules.services.actions import Params, RuleAction, rule_action
from orders.rules.services.context import RuleContext

MOST_CHOICES = 100


class SendParams(Params, frozen=True):
    vendor: Annotated[str, Meta(min_length=1, max_length=32)]


@rule_action("send_to_vendor")
class SendToVendor(RuleAction[SendParams]):
    """The export of the order, unless a person excluded it or the vendor has it already."""

    title = gettext_lazy("Send to a vendor")
    params = SendParams
    inputs = (("vendor", gettext_lazy("Vendor"), "choice"),)
    permission = "marketing.export_orders"
    refusal = gettext_lazy("This rule sends orders to a vendor. You are not allowed to send orders to vendors.")

    def choices(self, name: str) -> list[tuple[str, str]]:
        return [(vendor, vendor_title(vendor)) for vendor in vendors_with(ExportsOrders)]

    def describe(self, params: SendParams) -> str:
        return _("send it to %(vendor)s") % {"vendor": vendor_title(params.vendor)}

    def key(self, params: SendParams) -> str:
        return f"{self.kind}:{params.vendor}"

    def load(self, order_ids: Collection[int]) -> Mapping[int, Any]:
        """Return by order why each vendor does not get it (again), as a key of REASONS; the others are left out."""
        known: dict[int, dict[str, str]] = {key: {} for key in order_ids}
        exports = OrderExport.objects.filter(order__in=order_ids)
        for order_id, vendor, state, excluded_by in exports.values_list("order_id", "vendor", "state", "excluded_by"):
            if excluded_by:
                known[order_id][vendor] = "excluded"
            elif state != ExportState.SKIPPED:
                known[order_id][vendor] = "already_so"
        return known

    def plan(self, context: RuleContext, params: SendParams, *, rule_id: int) -> str:
        if not _can_be_exported(params.vendor):
            return "not_set_up"
        return str(context.extra.get(self.kind, {}).get(params.vendor, ""))

    def foresee(self, context: RuleContext, params: SendParams, *, rule_id: int) -> None:
        context.extra.setdefault(self.kind, {})[params.vendor] = "already_so"

    def apply(self, order: Order, params: SendParams, *, rule_id: int, actor: str) -> None:
        try:
            request_export(order, vendor=params.vendor, actor=actor)
        except UnknownVendor:
            text = _("No orders are sent to %(vendor)s.") % {"vendor": vendor_title(params.vendor)}
            raise InvalidInput(text, errors={"vendor": [text]}) from None


class CampaignParams(Params, frozen=True):
    campaign_id: Annotated[int, Meta(ge=1, le=2**63 - 1)]


@rule_action("add_to_campaign")
class AddToCampaign(RuleAction[CampaignParams]):
    """The order's recipient is listed in a card campaign that is still a draft. Nothing is sent before its checkout."""

    title = gettext_lazy("Add to a card campaign")
    params = CampaignParams
    inputs = (("campaign_id", gettext_lazy("Campaign"), "choice"),)
    permission = "marketing.change_mailcampaign"
    refusal = gettext_lazy("This rule adds orders to a card campaign. You are not allowed to change card campaigns.")

    def choices(self, name: str) -> list[tuple[str, str]]:
        drafts = MailCampaign.objects.filter(state=CampaignState.DRAFT).order_by("-pk")
        return [(str(pk), title) for pk, title in drafts.values_list("pk", "name")[:MOST_CHOICES]]

    def describe(self, params: CampaignParams) -> str:
        # By its number, not its name: a list of rules asks for no more rows than it has pages.
        return _("add it to card campaign %(number)s") % {"number": params.campaign_id}

    def key(self, params: CampaignParams) -> str:
        return f"{self.kind}:{params.campaign_id}"

    def load(self, order_ids: Collection[int]) -> Mapping[int, Any]:
        """Return by order the campaigns it is listed in, and those that take recipients of its shop."""
        shops = dict(Order.objects.filter(pk__in=order_ids).values_list("pk", "shop_id"))
        drafts = MailCampaign.objects.filter(state=CampaignState.DRAFT, shop__in=set(shops.values()))
        open_by_shop: dict[int, set[int]] = {}
        for campaign_id, shop_id in drafts.values_list("pk", "shop_id"):
            open_by_shop.setdefault(shop_id, set()).add(campaign_id)
        listed: dict[int, set[int]] = {}
        rows = CardRecipient.objects.filter(order__in=order_ids).values_list("order_id", "campaign_id")
        for order_id, campaign_id in rows:
            listed.setdefault(order_id, set()).add(campaign_id)
        return {
            key: {"listed": listed.get(key, set()), "open": open_by_shop.get(shops.get(key, 0), set())}
            for key in order_ids
        }

    def plan(self, context: RuleContext, params: CampaignParams, *, rule_id: int) -> str:
        known = context.extra.get(self.kind, {})
        if params.campaign_id in known.get("listed", ()):
            return "already_so"
        return "" if params.campaign_id in known.get("open", ()) else "not_set_up"

    def foresee(self, context: RuleContext, params: CampaignParams, *, rule_id: int) -> None:
        context.extra.setdefault(self.kind, {}).setdefault("listed", set()).add(params.campaign_id)

    def apply(self, order: Order, params: CampaignParams, *, rule_id: int, actor: str) -> None:
        add_to_campaign(order, campaign_id=params.campaign_id, actor=actor)


def _can_be_exported(vendor: str) -> bool:
    return vendor in vendors_in_use(ExportsOrders)
