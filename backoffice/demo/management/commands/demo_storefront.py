"""`manage.py demo_storefront`: the demo's shop; started by `manage.py demo` beside the other processes."""

import os
from argparse import ArgumentParser
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from backoffice.accounts.models import Shop
from backoffice.demo.marketing import begin_campaign
from backoffice.demo.sandbox import Sandbox
from backoffice.demo.signs import follow_signs
from backoffice.demo.storefront import Storefront, StorefrontError
from backoffice.engine.services.vendor_status import is_loopback
from catalog.models import Variant

REVIEWED_SKU = "TESTPRODUCT-stock"


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
            self._design_sign()
            storefront.place_orders()
            self._begin_marketing()
            # By a worker and after the orders: it takes its time, and nobody waits for it.
            for task in ("catalog.tasks.read_listings", "catalog.tasks.read_ratings"):
                current_app.send_task(task)
            storefront.follow(until_done=options["once"])
        except StorefrontError as error:
            raise CommandError(str(error)) from error

    def _fill_production_desk(self) -> None:
        """Make production orders, only where the vendor is the sandbox: nobody else makes up orders."""
        if not is_loopback(settings.MYPROMO_URL):
            return
        count = Sandbox(settings.MYPROMO_URL).make_production_orders()
        call_command("pull_production_orders", verbosity=0)
        self._say(f"The production desk has {count} new orders to make: see the work list in the staff pages.")

    def _design_sign(self) -> None:
        if not is_loopback(settings.SIGN_CUSTOMISER_URL):
            return
        shopper = Sandbox(settings.SIGN_CUSTOMISER_URL)
        product_url = f"{settings.PUBLIC_URL}/callbacks/sign-customiser/product-created/WEB/"
        shopper.design_sign(product_url=product_url)
        self._say("A shopper has designed a neon sign at Sign Customiser.")
        if follow_signs():
            self._say("Sign Customiser calls us of new orders and filled-in forms: see Integrations and Callbacks.")
            shopper.fill_in_form()
            self._say("Another shopper has asked for a sign of their own: see the enquiries in the staff pages.")

    def _begin_marketing(self) -> None:
        """Make published reviews, and a card campaign that waits for a person at its checkout."""
        reviewed = Variant.objects.filter(sku=REVIEWED_SKU).first()
        if reviewed is not None and is_loopback(settings.GUARANTEED_REVIEWS_URL):
            Sandbox(settings.GUARANTEED_REVIEWS_URL).publish_reviews(site="12", product_id=reviewed.product_id)
        if begin_campaign(Shop.objects.get(code="WEB")) is not None:
            self._say("A card campaign is being prepared: look at its proof and price in the staff pages.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
