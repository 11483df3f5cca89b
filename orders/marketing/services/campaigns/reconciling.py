"""After a restore: campaigns are compared with what their vendor holds of them."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager

from backoffice.vendors.abilities import SendsCards, Vendor
from backoffice.vendors.registry import as_able, has_ability
from orders.marketing.models import MailCampaign
from orders.marketing.services.campaigns.following import ASKED_AT_ONCE
from orders.marketing.services.campaigns.reports import apply_card_report


def compare_cards(vendor: Vendor, *, step: Callable[[], AbstractContextManager[None]]) -> Counter[str]:
    """Take over the vendor's state of each campaign. Return how many were known and how many are further."""
    counts: Counter[str] = Counter()
    if not has_ability(vendor.name, SendsCards):
        return counts
    ids = dict(MailCampaign.objects.filter(vendor=vendor.name).exclude(vendor_id="").values_list("vendor_id", "pk"))
    sends = as_able(vendor, SendsCards)
    # A list shows one page of what it is asked for: so no more are asked for than a page holds.
    for start in range(0, len(ids), ASKED_AT_ONCE):
        for vendor_id, report in sends.read_cards(list(ids)[start : start + ASKED_AT_ONCE]).items():
            with step():
                campaign = MailCampaign.objects.locked(ids[vendor_id])
                before = campaign.state
                apply_card_report(campaign, report)
            counts["known" if campaign.state == before else "further there"] += 1
    return counts
