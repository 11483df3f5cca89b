"""The staff pages of marketing."""

from orders.marketing.admin import campaigns, customer_parts, export_actions, exports, opt_outs
from orders.marketing.admin.campaign_pages import bulk as campaign_bulk

__all__ = [
    "campaign_bulk",
    "campaigns",
    "customer_parts",
    "export_actions",
    "exports",
    "opt_outs",
]
