"""`manage.py rotate_api_key`: a new secret for a key, beside which the old one works for a while."""

import argparse
import re
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.accounts.models import ApiKey
from backoffice.accounts.models.shop import TEST_MARK
from backoffice.accounts.services.api_keys import rotate_key
from backoffice.errors import DomainError
from backoffice.text.cleaning import clean_code

_UNITS = {"h": "hours", "d": "days"}


class Command(BaseCommand):
    help = "Gives an API key a new secret and prints the new key, once: only its hash is kept."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "prefix", type=clean_code, help="what the key begins with: the eight letters before its dot"
        )
        parser.add_argument(
            "--overlap",
            type=_read_overlap,
            default="7d",
            metavar="TIME",
            help="how long the old secret works beside it, e.g. 48h or 7d (7d); 0h ends it at once",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key = find_key(options["prefix"])
        try:
            self.stdout.write(rotate_key(key, overlap=options["overlap"], user=None))
        except DomainError as error:
            raise CommandError(error.text) from None


def find_key(prefix: str) -> ApiKey:
    """Return the key that begins with it. Raises CommandError."""
    key = ApiKey.objects.filter(prefix=prefix.removeprefix(TEST_MARK).partition(".")[0]).first()
    if key is None:
        raise CommandError(f"No API key begins with {prefix}.")
    return key


def _read_overlap(text: str) -> timedelta:
    read = re.fullmatch(r"(\d{1,4})([hd])", text)
    if read is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write 48h or 7d.")
    return timedelta(**{_UNITS[read.group(2)]: int(read.group(1))})
