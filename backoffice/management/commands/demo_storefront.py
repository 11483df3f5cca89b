"""`manage.py demo_storefront`: the demo's shop; started by `manage.py demo` beside the other processes."""

import os
from argparse import ArgumentParser
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from backoffice.demo.production import make_production_orders
from backoffice.demo.storefront import Storefront, StorefrontError
from backoffice.services.vendor_status import is_loopback


class Command(BaseCommand):
    """Fill the catalogue, place orders over REST, say what becomes of them."""

    help = "Places the demo's orders through the REST API and follows them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when every order has come to its end")

    def handle(self, *args: Any, **options: Any) -> None:
        storefront = Storefront(
            url=settings.PUBLIC_URL,
            key=os.environ["DEMO_API_KEY"],
            run=int(os.environ.get("DEMO_RUN", "1")),
            say=self._say,
        )
        try:
            storefront.wait_until_ready()
            self._say("Fetching countries, carriers and the catalogue from the vendor ...")
            call_command("sync_reference", verbosity=0)
            call_command("sync_catalog", verbosity=0)
            self._fill_production_desk()
            storefront.place_orders()
            # By a worker and after the orders: it takes its time, and nobody waits for it.
            current_app.send_task("catalog.tasks.read_listings")
            storefront.follow(until_done=options["once"])
        except StorefrontError as error:
            raise CommandError(str(error)) from error

    def _fill_production_desk(self) -> None:
        """Only where the vendor is the sandbox: nobody else makes up orders."""
        if not is_loopback(settings.MYPROMO_URL):
            return
        count = make_production_orders(settings.MYPROMO_URL)
        call_command("pull_production_orders", verbosity=0)
        self._say(f"The production desk has {count} new orders to make: see the work list in the staff pages.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
