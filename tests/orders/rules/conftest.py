from tests.orders.rules.doubles import sending

__all__ = ["sending"]
