"""The staff pages of orders."""

from orders.admin import campaigns, export_list, notices, opt_outs, orders, rules

__all__ = ["campaigns", "export_list", "notices", "opt_outs", "orders", "rules"]
