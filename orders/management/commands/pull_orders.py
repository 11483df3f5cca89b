"""`manage.py pull_orders`: ask vendors how orders are, and print what no callback had reported."""

from backoffice.engine.management.pull_command import PullCommand
from orders.services.lateness import close_unreported_orders, mark_late_orders
from orders.services.reports.pulling import OrderPull


class Command(PullCommand):
    help = "Reads what changed at the vendors, applies it, and reports the drift: news that no callback brought."
    pull = OrderPull

    def finish(self) -> None:
        self.stdout.write(f"{mark_late_orders()} became late, {close_unreported_orders()} closed after long silence")
