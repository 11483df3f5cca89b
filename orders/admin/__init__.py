"""The staff pages of orders."""

from orders.admin import export_list, notices, opt_outs, orders, rules

__all__ = ["export_list", "notices", "opt_outs", "orders", "rules"]
