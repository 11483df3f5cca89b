"""Brings in countries, states and carriers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.models.push import Lane
from backoffice.services.integrations import open_vendor
from backoffice.vendors.errors import VendorError
from backoffice.vendors.registry import UnknownVendor
from fulfillment.services.reference import sync_reference


class Command(BaseCommand):
    help = "Bring in countries, states and carriers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--vendor", default="mypromo", help="whose (default: mypromo)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = sync_reference(open_vendor(options["vendor"], lane=Lane.CATALOG))
        except UnknownVendor as error:
            raise CommandError(f"There is no vendor named {error}.") from error
        except VendorError as error:
            raise CommandError(error.text) from error
        self.stdout.write(", ".join(f"{count} {what}" for what, count in counts.items()))
