"""Tables of orders, the orders in them, and what each shop has chosen for its tables."""

from orders.importing.models.imported_order import ImportedOrder, ImportOutcome
from orders.importing.models.order_import import ImportState, OrderImport
from orders.importing.models.profile import ImportProfile

__all__ = ["ImportProfile", "ImportState", "ImportedOrder", "OrderImport", "Outcome"]
