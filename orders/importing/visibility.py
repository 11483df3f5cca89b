"""Whose imports are whose."""

from backoffice.visibility import register
from orders.importing.models import ImportedOrder, ImportProfile, OrderImport

register(OrderImport, "shop")
register(ImportProfile, "shop")
register(ImportedOrder, "table__shop")
