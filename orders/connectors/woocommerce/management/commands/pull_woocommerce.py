"""`manage.py pull_woocommerce`: read what changed in connected shops, and make orders of it."""

from typing import Any

from django.core.management.base import BaseCommand

from orders.connectors.woocommerce.services.processing import process_next
from orders.connectors.woocommerce.services.pulling import pull_due

SECONDS = 3600


class Command(BaseCommand):
    help = "Reads the orders that changed in connected WooCommerce shops, and makes orders of what no webhook brought."

    def handle(self, *args: Any, **options: Any) -> None:
        found, processed = pull_due(seconds=SECONDS), 0
        while process_next():
            processed += 1
        self.stdout.write(f"{found} orders were new or changed, {processed} messages were processed")
