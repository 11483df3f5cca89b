"""The staff pages of rules and notices."""

from orders.rules.admin import calls, notices, rules

__all__ = [
    "calls",
    "notices",
    "rules",
]
