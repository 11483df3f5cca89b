"""manage.py pull_production_orders: read what is to be made, and report what no callback brought."""

from backoffice.engine.management.pull_command import PullCommand
from fulfillment.services.production_pulling import ProductionPull


class Command(PullCommand):
    help = "Reads the production orders that changed, applies them, and reports those that no callback brought."
    pull = ProductionPull
