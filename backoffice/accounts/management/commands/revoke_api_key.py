"""`manage.py revoke_api_key`: ends a key at once, for good."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from backoffice.accounts.management.commands.rotate_api_key import find_key
from backoffice.accounts.services.api_keys import revoke_key
from backoffice.text.cleaning import clean_code


class Command(BaseCommand):
    help = "Revokes an API key: whoever uses it is refused from now on. This cannot be undone."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "prefix", type=clean_code, help="what the key begins with: the eight letters before its dot"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key = find_key(options["prefix"])
        revoke_key(key)
        self.stdout.write(f"{key.shown_prefix} ({key.name}) is revoked.")
