"""Reads published ratings."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.accounts.models import Shop
from backoffice.vendors.abilities import HasRatings
from backoffice.vendors.registry import setting_name, vendors_with
from catalog.models import RatingReading
from catalog.services.ratings import rating_sources, read_ratings
from catalog.services.runs import SyncRunning


class Command(BaseCommand):
    help = "Read the published ratings of shops and of the products they sold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--shop", default="", help="only the shop with this code")
        parser.add_argument("--calls", type=int, help="calls at most; default: RATINGS_PER_RUN (.env.example)")

    def handle(self, *args: Any, **options: Any) -> None:
        code = options["shop"]
        if code and not Shop.objects.filter(code__iexact=code).exists():
            raise CommandError(f"There is no shop with the code {code}.")
        if options["calls"] is not None and options["calls"] < 1:
            raise CommandError("--calls has to be 1 or more.")
        names = [source.name for source in rating_sources() if code.upper() in ("", source.shop_code)]
        if not names:
            keys = ", ".join(setting_name(vendor, "PUBLIC_KEYS") for vendor in vendors_with(HasRatings))
            raise CommandError(f"No public key is set for that: see {keys} in .env.example.")
        try:
            run = read_ratings(shop_code=code, most_calls=options["calls"])
        except SyncRunning as error:
            raise CommandError(error.text) from error
        for reading in RatingReading.objects.filter(pk__in=names).order_by("pk"):
            rest = f", goes on after product {reading.after}" if reading.after else ""
            self.stdout.write(f"{reading.key_name}: {reading.error or 'read'}{rest}")
        self.stdout.write(f"{run.ratings} ratings read.")
        if run.errors:
            raise CommandError(f"{run.errors} of {len(names)} keys could not be read.")
