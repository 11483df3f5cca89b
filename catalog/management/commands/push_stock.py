"""`manage.py push_stock`: a fulfiller's stock, or what a merchant offers in sales channels."""

from catalog.management.change_command import ChangeCommand
from catalog.models import ChangeKind


class Command(ChangeCommand):
    help = "Makes a change set of stock from a table (XLSX or CSV); with --approve it is approved and pushed."
    kinds = (ChangeKind.SYNC.value, ChangeKind.STOCK.value)
