"""`manage.py clean_files`: files that no row names any more."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.engine.services.file_cleaning import LEAST_DAYS, delete_orphan, find_orphans
from backoffice.files.stores.base import StoreAway


class Command(BaseCommand):
    help = (
        "Counts files that no row names, on the disk or in the bucket; --delete deletes them. Not after a restore from"
        " a backup: there they may be all that is left of the rows that were lost."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--delete", action="store_true", help="delete them")
        parser.add_argument(
            "--days", type=int, default=7, help=f"how long they have to lie there; at least {LEAST_DAYS}"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        number = size = 0
        try:
            for entry in find_orphans(days=options["days"]):
                if not options["delete"] or delete_orphan(entry):
                    number, size = number + 1, size + entry.size
                    if options["verbosity"] > 1:
                        self.stdout.write(entry.name)
        except StoreAway as away:
            raise CommandError(f"{away.cause} {away.remedy}") from away
        done = "deleted" if options["delete"] else "found; --delete deletes them"
        self.stdout.write(f"{number} files of {size / 1024**2:.1f} MB {done}.")
