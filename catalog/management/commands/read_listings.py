"""Reads what vendors hold of texts and stock, for the pages and tables that show it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.models.sync import SyncState
from catalog.services.listings import LISTED, accounts_to_read, read_listing
from catalog.services.runs import SyncRunning


class Command(BaseCommand):
    help = "Read the search texts, the stock and the sales channels of every configured vendor."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--kind", choices=[str(kind.value) for kind in LISTED], help="only this list")
        parser.add_argument("--vendor", help="only this vendor")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = []
        for vendor, kind in accounts_to_read():
            if options["kind"] not in (None, kind) or options["vendor"] not in (None, vendor):
                continue
            try:
                run = read_listing(vendor, kind=kind)
            except SyncRunning as error:
                raise CommandError(error.text) from error
            self.stdout.write(f"{vendor}, {kind}: {run.seen} SKUs read, {run.counts.get('gone', 0)} gone.")
            if run.state == SyncState.FAILED:
                failed.append(f"{vendor}, {kind}: {run.errors[0]['text']}")
        if failed:
            raise CommandError("; ".join(failed))
