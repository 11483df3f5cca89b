"""`manage.py create_api_key`: a key for a storefront, and the storefront itself if need be."""

import argparse
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from backoffice.accounts.models import ApiKey, Shop
from backoffice.accounts.models.shop import Scope, all_scopes
from backoffice.accounts.services.currencies import ensure_sellable
from backoffice.errors import InvalidInput
from backoffice.text.cleaning import clean_code, clean_line


class Command(BaseCommand):
    help = "Makes an API key for a shop and prints it, once: only its hash is kept."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--shop", type=clean_code, required=True, metavar="CODE", help="the shop's code, e.g. WEB")
        parser.add_argument("--name", type=clean_line, required=True, help="what the key is for")
        parser.add_argument("--scope", action="append", choices=Scope.values, help="may be repeated; all when left out")
        parser.add_argument(
            "--expires",
            type=_read_expiry,
            metavar="DATE",
            help="last day, e.g. 2027-06-30, or days from now, e.g. 90d",
        )
        parser.add_argument(
            "--create-shop", type=clean_line, metavar="NAME", help="make the shop if there is none of that code"
        )
        parser.add_argument(
            "--currency", type=clean_code, default="EUR", help="of a shop that is made, one that has prices (EUR)"
        )
        parser.add_argument("--language", type=clean_code, default="DE", help="of a shop that is made (DE)")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        shop = Shop.objects.filter(code=options["shop"]).first() or self._create_shop(options)
        scopes = options["scope"] or all_scopes()
        _row, key = ApiKey.objects.create_key(
            name=options["name"], shop=shop, scopes=scopes, expiry_date=options["expires"]
        )
        self.stdout.write(key)

    def _create_shop(self, options: dict[str, Any]) -> Shop:
        if not options["create_shop"]:
            raise CommandError(f"There is no shop {options['shop']}. Make it with --create-shop NAME.")
        shop = Shop(
            code=options["shop"],
            name=options["create_shop"],
            currency=options["currency"].upper(),
            language=options["language"].upper(),
        )
        try:
            ensure_sellable(shop.currency)
        except InvalidInput as error:
            raise CommandError(error.text) from None
        shop.full_clean()
        shop.save()
        return shop


def _read_expiry(text: str) -> datetime:
    """Return the moment from which the key is refused: the end of the day named, in the settings' time zone. Raises
    ArgumentTypeError for a day that is over, and for what is no day.
    """
    today = timezone.localdate()
    try:
        day = today + timedelta(days=int(text[:-1])) if text[-1:] == "d" else date.fromisoformat(text)
        end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write 2027-06-30, or 90d for 90 days.") from None
    if day < today:
        raise argparse.ArgumentTypeError(f"{text} is over.")
    return end
