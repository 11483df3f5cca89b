"""The staff pages of rules and notices."""

from orders.rules.admin import notices, rules

__all__ = [
    "notices",
    "rules",
]
