"""manage.py pull_production_orders: ask for what is to be made, and say what no callback had told."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.vendors.abilities import GivesProductionOrders
from backoffice.vendors.registry import vendors_with
from fulfillment.services.production_pulling import pull_production_orders


class Command(BaseCommand):
    help = "Reads the production orders that changed, applies them, and reports those that no callback brought."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--vendor", help="only this one; default: all that are configured")
        parser.add_argument(
            "--since", type=date.fromisoformat, help="day in UTC, YYYY-MM-DD; default: where the last ended"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        vendors = vendors_with(GivesProductionOrders, configured=True)
        if options["vendor"]:
            if options["vendor"] not in vendors:
                raise CommandError(f"{options['vendor']} is not configured; there are: {', '.join(vendors) or 'none'}.")
            vendors = [options["vendor"]]
        results = [
            pull_production_orders(vendor, since=options["since"], progress=self.stdout.write) for vendor in vendors
        ]
        for result in results:
            self.stdout.write(str(result))
        if any(result.stopped for result in results):
            raise CommandError("A vendor stopped answering; what was reached is applied.")
