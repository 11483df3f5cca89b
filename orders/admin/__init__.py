"""The staff pages of orders."""

from orders.admin import campaigns, enquiries, export_list, notices, opt_outs, orders, rules, strays

__all__ = ["campaigns", "enquiries", "export_list", "notices", "opt_outs", "orders", "rules", "strays"]
