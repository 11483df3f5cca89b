"""The staff pages of orders."""

from orders.admin import (
    campaign_bulk,
    campaigns,
    enquiries,
    export_list,
    notices,
    opt_outs,
    orders,
    rules,
    strays,
    telling,
)

__all__ = [
    "campaign_bulk",
    "campaigns",
    "enquiries",
    "export_list",
    "notices",
    "opt_outs",
    "orders",
    "rules",
    "strays",
    "telling",
]
