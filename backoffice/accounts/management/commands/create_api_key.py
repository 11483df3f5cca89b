"""`manage.py create_api_key`: a key for a storefront, and the storefront itself if need be."""

import argparse
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.accounts.models.shop import Scope, all_scopes
from backoffice.accounts.services.api_keys import KeyValues, make_key
from backoffice.accounts.services.currencies import ensure_sellable
from backoffice.accounts.services.key_networks import read_networks
from backoffice.errors import InvalidInput
from backoffice.text.cleaning import clean_code, clean_line


class Command(BaseCommand):
    help = "Makes an API key for a shop and prints it, once: only its hash is kept."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--shop", type=clean_code, required=True, metavar="CODE", help="the shop's code, e.g. WEB")
        parser.add_argument("--name", type=clean_line, required=True, help="what the key is for")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help=f"may be repeated; all when left out, for a test key all but {Scope.WEBHOOKS_WRITE}",
        )
        parser.add_argument(
            "--test", action="store_true", help="a test key: what it places is marked as a test and made nowhere"
        )
        parser.add_argument(
            "--expires",
            type=_read_expiry,
            metavar="DATE",
            help="last day, e.g. 2027-06-30, or days from now, e.g. 90d",
        )
        parser.add_argument(
            "--network",
            action="append",
            default=[],
            metavar="NETWORK",
            help="from where it may be used, e.g. 203.0.113.0/24; may be repeated; anywhere when left out",
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
        usual = [scope for scope in all_scopes() if not (options["test"] and scope == Scope.WEBHOOKS_WRITE)]
        scopes = options["scope"] or usual
        try:
            values = KeyValues(
                name=options["name"],
                scopes=tuple(scopes),
                expires_at=options["expires"],
                networks=tuple(read_networks("\n".join(options["network"]))),
            )
            _row, key = make_key(shop, values, user=None, is_test=options["test"])
        except InvalidInput as error:
            raise CommandError(error.text) from None
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
