"""`manage.py move_files --to s3`: all files from this machine's disk into a bucket, or back."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backoffice.engine.services.file_moves import MoveOutcome, move_files
from backoffice.files.stores.base import StoreAway

PLACES = {"s3": "local", "local": "s3"}
BAD = (MoveOutcome.DAMAGED, MoveOutcome.DIFFERENT)
SHOWN = 1000


class Command(BaseCommand):
    help = (
        "Copies every file into the other store and reads it back; what is there already is left alone, so it may be"
        " stopped and repeated. Then set FILES_STORE. See docs/operate/files.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", choices=sorted(PLACES), required=True, help="where the files shall lie")
        parser.add_argument("--dry-run", action="store_true", help="say what would be copied, and copy nothing")
        parser.add_argument("--delete", action="store_true", help="delete what has arrived where it was before")

    def handle(self, *args: Any, **options: Any) -> None:
        target = options["to"]
        if not settings.FILES_S3_BUCKET:
            raise CommandError("FILES_S3_BUCKET is not set.")
        if options["delete"] and target != settings.FILES_STORE:
            raise CommandError(f"Set FILES_STORE={target} and restart every process first: these files are in use.")
        counts, size = self._move(target, dry_run=options["dry_run"], delete=options["delete"])
        for outcome in MoveOutcome:
            if counts[outcome]:
                self.stdout.write(f"{counts[outcome]:>9} {outcome}")
        self.stdout.write(f"{size / 1024**2:9.1f} MB copied")
        if bad := sum(counts[outcome] for outcome in BAD):
            raise CommandError(f"{bad} files did not arrive; they are named above.")

    def _move(self, target: str, *, dry_run: bool, delete: bool) -> tuple[Counter[MoveOutcome], int]:
        counts: Counter[MoveOutcome] = Counter()
        size = 0
        try:
            for moved in move_files(source=PLACES[target], target=target, dry_run=dry_run, delete=delete):
                counts[moved.outcome] += 1
                size += moved.size * (moved.outcome == MoveOutcome.COPIED)
                if moved.outcome in BAD:
                    self.stderr.write(f"{moved.name}: {moved.outcome}")
                if counts.total() % SHOWN == 0:
                    self.stdout.write(f"{counts.total()} files looked at")
        except StoreAway as away:
            text = f"{away.cause} {away.remedy} Run it again: it goes on where it stopped."
            raise CommandError(text) from away
        return counts, size
