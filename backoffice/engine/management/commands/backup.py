"""`manage.py backup`: database and files, whole or not at all."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.engine.services.backups.making import drop_old, make_backup
from backoffice.engine.services.backups.manifest import BackupError, Manifest
from backoffice.engine.services.backups.verifying import verify_backup
from backoffice.errors import DomainError


class Command(BaseCommand):
    help = (
        "Makes a backup of database and files in a new folder below TARGET, beside everything that runs. It is there "
        "as a whole or not at all. docs/operate/backup.md says what has to be kept beside it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, help="folder that takes backups; with --verify a backup in it")
        parser.add_argument("--verify", action="store_true", help="make none: read the backup TARGET back as a whole")
        parser.add_argument(
            "--without-files", action="store_true", help="the database alone: the store keeps the files"
        )
        parser.add_argument("--keep", type=_number, help="delete all but the newest so many backups below TARGET")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["verify"]:
                self._describe(verify_backup(options["target"]))
                self.stdout.write(self.style.SUCCESS("Every byte is as it was written."))
                return
            place = make_backup(options["target"], with_files=not options["without_files"])
            self.stdout.write(self.style.SUCCESS(str(place)))
            if options["keep"]:
                for old in drop_old(options["target"], keep=options["keep"]):
                    self.stdout.write(f"Deleted {old}")
        except (BackupError, DomainError) as error:
            raise CommandError(str(error)) from error

    def _describe(self, manifest: Manifest) -> None:
        size = sum(part.size for part in manifest.parts) / 1024**2
        files = "no files" if manifest.files is None else f"{manifest.files} files"
        self.stdout.write(
            f"{manifest.database} of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC, release {manifest.release}, PostgreSQL "
            f"{manifest.server_version}: {manifest.orders} orders, {files}, {size:.1f} MB"
        )


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number
