"""`manage.py push_prices`: sales prices of a merchant, or purchase and recommended prices of a fulfiller."""

from catalog.management.change_command import ChangeCommand
from catalog.models import ChangeKind


class Command(ChangeCommand):
    help = "Makes a change set of prices from a table (XLSX or CSV); with --approve it is approved and pushed."
    kinds = (ChangeKind.SALES_PRICES.value, ChangeKind.FULFILLER_PRICES.value)
