"""manage.py sync_reference: bring in countries, states and carriers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.vendors.abilities import HasReferenceData
from backoffice.vendors.errors import VendorError
from backoffice.vendors.registry import UnknownVendor, vendor_title, vendor_type, vendors_with
from fulfillment.services.reference import sync_reference


class Command(BaseCommand):
    help = "Bring in countries, states and carriers."

    def add_arguments(self, parser: CommandParser) -> None:
        whose = next(iter(vendors_with(HasReferenceData)), None)
        parser.add_argument("--vendor", default=whose, help="whose (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if not vendor_type(options["vendor"], HasReferenceData).is_configured():
                raise CommandError(
                    f"{vendor_title(options['vendor'])} is not set up (.env.example lists its settings)."
                )
            counts = sync_reference(get_vendor(options["vendor"], HasReferenceData, lane=Lane.CATALOG))
        except UnknownVendor as error:
            raise CommandError(f"There is no vendor named {options['vendor']} with reference data.") from error
        except VendorError as error:
            raise CommandError(error.text) from error
        self.stdout.write(", ".join(f"{count} {what}" for what, count in counts.items()))
