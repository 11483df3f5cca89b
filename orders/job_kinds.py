"""The jobs of orders: each kind is registered by its module, once that is loaded; in the order of their buttons."""

from orders.services import sending_again

from orders.services.jobs import desk, addresses, notes, exports, slips  # isort: skip

__all__ = ["addresses", "desk", "exports", "notes", "sending_again", "slips"]
