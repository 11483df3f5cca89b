"""`manage.py create_api_key`: a key for a storefront, and the storefront itself if need be."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from backoffice.models import ApiKey, Shop
from backoffice.models.shop import Scope, all_scopes
from backoffice.texts import clean_code, clean_line


class Command(BaseCommand):
    help = "Makes an API key for a shop and prints it, once: only its hash is kept."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--shop", type=clean_code, required=True, metavar="CODE", help="the shop's code, e.g. WEB")
        parser.add_argument("--name", type=clean_line, required=True, help="what the key is for")
        parser.add_argument("--scope", action="append", choices=Scope.values, help="may be repeated; all when left out")
        parser.add_argument(
            "--create-shop", type=clean_line, metavar="NAME", help="make the shop if there is none of that code"
        )
        parser.add_argument("--currency", type=clean_code, default="EUR", help="of a shop that is made (EUR)")
        parser.add_argument("--language", type=clean_code, default="DE", help="of a shop that is made (DE)")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        shop = Shop.objects.filter(code=options["shop"]).first() or self._create_shop(options)
        scopes = options["scope"] or all_scopes()
        _row, key = ApiKey.objects.create_key(name=options["name"], shop=shop, scopes=scopes)
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
        shop.full_clean()
        shop.save()
        return shop
