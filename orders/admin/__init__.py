"""The staff pages of orders."""

from orders.admin import export_list, opt_outs, orders

__all__ = ["export_list", "opt_outs", "orders"]
