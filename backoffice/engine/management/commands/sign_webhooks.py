"""`manage.py sign_webhooks`: the webhooks of a vendor that signs them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.sending import deliver
from backoffice.engine.services.webhook_subscriptions import (
    adopt_webhook,
    end_webhook,
    list_subscriptions,
    subscribe_webhooks,
)
from backoffice.errors import DomainError
from backoffice.vendors.abilities import ManagesWebhooks
from backoffice.vendors.errors import VendorError
from backoffice.vendors.registry import live_accounts, vendor_title, vendor_type, vendors_with

ACTOR = "command"


class Command(BaseCommand):
    """Each does its work at once, workers or not; a lost answer is looked for by the workers later."""

    help = "Lists, makes and ends the webhooks at a vendor that call this back office."
    vendor: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        known = vendors_with(ManagesWebhooks)
        first = next(iter(known), None)
        parser.add_argument("--vendor", default=first, help="whose, or which account's (default: %(default)s)")
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="all webhooks there; ours are marked")
        actions.add_parser("subscribe", help="make those for PUBLIC_URL that are missing")
        ending = actions.add_parser("delete", help="end one")
        ending.add_argument("webhook_id", help="its number in the list")

    def handle(self, *args: Any, **options: Any) -> None:
        self.vendor = options["vendor"]
        if self.vendor not in live_accounts(ManagesWebhooks):
            raise CommandError(f"No vendor with webhooks is called {self.vendor}.")
        if not vendor_type(self.vendor, ManagesWebhooks).is_configured():
            raise CommandError(f"{vendor_title(self.vendor)} is not set up (.env.example lists its settings).")
        try:
            getattr(self, f"_{options['action']}")(options)
        except (VendorError, DomainError) as error:
            raise CommandError(error.text) from error

    def _list(self, options: dict[str, Any]) -> None:
        listed = list_subscriptions(self.vendor)
        for webhook, row in listed:
            mark = "ours" if row else "other"
            self.stdout.write(f"{webhook.vendor_id}\t{mark}\t{webhook.topic}\t{webhook.status}\t{webhook.url}")
        if not listed:
            self.stdout.write("There are none.")

    def _subscribe(self, options: dict[str, Any]) -> None:
        pushes = subscribe_webhooks(self.vendor, actor=ACTOR)
        for push in pushes:
            self._deliver(push, done="Subscribed")
        if not pushes:
            self.stdout.write("All webhooks are already subscribed.")

    def _delete(self, options: dict[str, Any]) -> None:
        for webhook, row in list_subscriptions(self.vendor):
            if webhook.vendor_id == options["webhook_id"]:
                ended = row or adopt_webhook(self.vendor, webhook, actor=ACTOR)
                return self._deliver(end_webhook(ended, actor=ACTOR), done="Ended")
        raise CommandError("There is no webhook of that number.")

    def _deliver(self, push: Push, *, done: str) -> None:
        deliver(push.pk)
        push.refresh_from_db()
        if push.state != PushState.CONFIRMED:
            raise CommandError(f"{push.get_state_display()}: {push.cause} (push {push.pk})")
        self.stdout.write(f"{done}: {push.subject()}")
