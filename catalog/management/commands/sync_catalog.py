"""Brings in a vendor's catalogue and says how far it is."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.vendors.abilities import HasCatalogue
from backoffice.vendors.registry import UnknownVendor, vendor_title, vendor_type, vendors_with
from catalog.models import SyncRun
from catalog.models.sync import SyncState
from catalog.services.runs import SyncRunning
from catalog.services.sync.reading import SyncOptions, sync_catalog

# What the counts are called, in the order in which they are told.
WORDS = {
    "new": "variants new",
    "changed": "changed",
    "unchanged": "unchanged",
    "gone": "gone",
    "back": "back again",
    "tiers": "price tiers written",
    "texts": "texts written",
    "market_prices": "variants priced in other markets",
    "other_language": "products not in the language asked for",
    "repeated": "products listed twice",
    "duplicates": "SKUs listed twice",
    "skipped": "products skipped",
    "problems": "problems",
}


class Command(BaseCommand):
    help = "Bring in a vendor's catalogue. Unchanged rows are not written, what is gone is marked, nothing is deleted."

    def add_arguments(self, parser: CommandParser) -> None:
        whose = next(iter(vendors_with(HasCatalogue)), None)
        parser.add_argument("--vendor", default=whose, help="whose (default: %(default)s)")
        scope = parser.add_mutually_exclusive_group()
        scope.add_argument("--full", action="store_true", help="compare every row, also of products listed as before")
        scope.add_argument("--sku", action="append", default=[], help="only this SKU; may be given several times")
        parser.add_argument("--lang", default="", help="only this language (default: all that the vendor is read in)")
        parser.add_argument("--dry-run", action="store_true", help="say what would change and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        choice = SyncOptions(
            full=options["full"], skus=tuple(options["sku"]), language=options["lang"], dry_run=options["dry_run"]
        )
        try:
            if not vendor_type(options["vendor"], HasCatalogue).is_configured():
                raise CommandError(
                    f"{vendor_title(options['vendor'])} is not set up (.env.example lists its settings)."
                )
            vendor = get_vendor(options["vendor"], HasCatalogue, lane=Lane.CATALOG)
            run = sync_catalog(vendor, options=choice, report=self._report_progress)
        except UnknownVendor as error:
            raise CommandError(f"There is no vendor named {options['vendor']} with a catalogue.") from error
        except SyncRunning as error:
            raise CommandError(error.text) from error
        self._print_result(run, dry_run=options["dry_run"])
        if run.state == SyncState.FAILED:
            raise CommandError("The catalogue could not be read to the end; run it again to go on.")

    def _report_progress(self, run: SyncRun) -> None:
        if run.finished_at is None:
            of = f" of {run.total}" if run.total else ""
            self.stdout.write(f"{run.seen}{of} products read ...")

    def _print_result(self, run: SyncRun, *, dry_run: bool) -> None:
        for problem in run.errors:
            where = f"product {problem['product']}: " if problem["product"] else ""
            self.stderr.write(f"{where}{problem['text']}")
        seconds = run.counts.get("milliseconds", 0) / 1000
        told = [f"{run.counts[name]} {word}" for name, word in WORDS.items() if run.counts.get(name)]
        self.stdout.write(f"{run.seen} products read in {seconds:.1f} s: {', '.join(told) or 'nothing to do'}.")
        if dry_run:
            self.stdout.write("A dry run: nothing of this was written.")
