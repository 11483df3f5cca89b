"""manage.py pull_orders: ask vendors how orders are, and say what no callback had told."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.vendors.abilities import ReportsOrders
from backoffice.vendors.registry import vendors_with
from orders.services.lateness import close_silent_orders, mark_late_orders
from orders.services.reports.pulling import pull_orders


class Command(BaseCommand):
    help = "Reads what changed at the vendors, applies it, and reports the drift: news that no callback brought."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--vendor", help="only this one; default: all that are configured")
        parser.add_argument(
            "--since", type=date.fromisoformat, help="day in UTC, YYYY-MM-DD; default: where the last ended"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        vendors = vendors_with(ReportsOrders, configured=True)
        if options["vendor"]:
            if options["vendor"] not in vendors:
                raise CommandError(f"{options['vendor']} is not configured; there are: {', '.join(vendors) or 'none'}.")
            vendors = [options["vendor"]]
        stopped = False
        for vendor in vendors:
            result = pull_orders(vendor, since=options["since"], progress=self.stdout.write)
            self.stdout.write(str(result))
            stopped = stopped or bool(result.stopped)
        self.stdout.write(f"{mark_late_orders()} became late, {close_silent_orders()} closed after long silence")
        if stopped:
            raise CommandError("A vendor stopped answering; what was reached is applied.")
