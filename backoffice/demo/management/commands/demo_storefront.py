"""`manage.py demo_storefront`: the demo's shop; started by `manage.py demo` beside the other processes."""

import os
import threading
from argparse import ArgumentParser
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.demo.history.writing import write_history
from backoffice.demo.marketing import begin_campaign
from backoffice.demo.reviews import publish_reviews
from backoffice.demo.sandbox import Sandbox
from backoffice.demo.signs import follow_signs
from backoffice.demo.storefront import Storefront, StorefrontError
from backoffice.demo.webhooks import open_shop
from backoffice.demo.woocommerce import open_woo_shop
from backoffice.engine.services.vendor_status import is_loopback
from catalog.models import Rating


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
            self._open_shop(storefront)
            self._say("Fetching countries, carriers and the catalogue from the vendor ...")
            call_command("sync_reference", verbosity=0)
            call_command("sync_catalog", verbosity=0)
            self._look_back()
            self._fill_production_desk()
            self._design_sign()
            storefront.place_orders()
            self._open_woo_shop()
            self._begin_marketing()
            # By a worker and after the orders: it takes its time, and nobody waits for it.
            for task in ("catalog.tasks.read_listings", "catalog.tasks.read_ratings"):
                current_app.send_task(task)
            storefront.follow(until_done=options["once"])
        except StorefrontError as error:
            raise CommandError(str(error)) from error

    def _look_back(self) -> None:
        """Give the shop a past, so that lists and charts look as they do in a month from now."""
        if is_loopback(settings.MYPROMO_URL) and (count := write_history(Shop.objects.get(code="WEB"))):
            self._say(f"The shop has had {count} orders in the last month, which nobody has to act on.")

    def _fill_production_desk(self) -> None:
        """Make production orders, only where the vendor is the sandbox: nobody else makes up orders."""
        if not is_loopback(settings.MYPROMO_URL):
            return
        count = Sandbox(settings.MYPROMO_URL).make_production_orders()
        call_command("pull_production_orders", verbosity=0)
        self._say(f"The production desk has {count} new orders to make: see the work list in the staff pages.")

    def _open_shop(self, storefront: Storefront) -> None:
        if is_loopback(settings.MYPROMO_URL):
            shop = open_shop(storefront.send, sandbox_url=settings.MYPROMO_URL, url=storefront.url, key=storefront.key)
            self._say(f"The shop is open, and follows its orders by webhooks: {shop}")

    def _design_sign(self) -> None:
        if not is_loopback(settings.SIGN_CUSTOMISER_URL):
            return
        shopper = Sandbox(settings.SIGN_CUSTOMISER_URL)
        product_url = f"{settings.PUBLIC_URL}/callbacks/sign-customiser/product-created/WEB/"
        shopper.design_sign(product_url=product_url)
        self._say("A shopper has designed a neon sign at Sign Customiser.")
        if follow_signs():
            self._say(
                "Sign Customiser calls us of new orders and filled-in forms: see Integrations and Incoming webhooks."
            )
            shopper.fill_in_form()
            self._say("Another shopper has asked for a sign of their own: see the enquiries in the staff pages.")

    def _open_woo_shop(self) -> None:
        """Have customers buy in a shop that runs on WooCommerce, now and then while the demo runs."""
        if not is_loopback(settings.MYPROMO_URL):
            return
        shop = open_woo_shop(sandbox_url=settings.MYPROMO_URL, say=self._say)
        if shop is not None:
            shop.buy_unmapped()
            threading.Thread(target=shop.keep_buying, daemon=True).start()

    def _begin_marketing(self) -> None:
        """Make published reviews, and a card campaign that waits for a person at its checkout."""
        shop = Shop.objects.get(code="WEB")
        if is_loopback(settings.GUARANTEED_REVIEWS_URL) and not Rating.objects.exists():
            publish_reviews(Sandbox(settings.GUARANTEED_REVIEWS_URL), shop, now=timezone.now())
        if begin_campaign(shop) is not None:
            self._say("A card campaign is being prepared: look at its proof and price in the staff pages.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
