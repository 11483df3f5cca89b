"""`manage.py restore`: a backup put back, and nothing sent before the vendors were compared."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.engine.services.backups.manifest import BackupError
from backoffice.engine.services.backups.restoring import check_restore, restore_backup
from backoffice.engine.services.backups.verifying import other_secret_key
from backoffice.errors import DomainError

NEXT = """Nothing is sent to vendors until they have been compared. Run, in this order:
  manage.py migrate
  manage.py reconcile --dry-run
  manage.py reconcile
Then start web, worker and beat."""


class Command(BaseCommand):
    help = (
        "Restores a backup: reads it through, adds files that are missing, and replaces the database in one "
        "transaction. Stop web, worker and beat on all machines first."
    )
    # The database may be empty.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path, help="folder of one backup")
        parser.add_argument("--replace", action="store_true", help="give up the tables that are in the database now")
        parser.add_argument("--dry-run", action="store_true", help="only say whether it could be restored")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["dry_run"]:
                manifest = check_restore(options["backup"], replace=options["replace"])
                self._warn(other_secret_key(manifest))
                self.stdout.write("It could be restored. Nothing was changed.")
                return
            restored = restore_backup(options["backup"], replace=options["replace"])
        except (BackupError, DomainError) as error:
            raise CommandError(str(error)) from error
        self._warn(other_secret_key(restored.manifest))
        files = f"{restored.files_added} files were added, {restored.files_kept} were there"
        text = f"The database is as of {restored.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC; {files}."
        self.stdout.write(self.style.SUCCESS(text))
        self.stdout.write(NEXT)

    def _warn(self, text: str) -> None:
        if text:
            self.stdout.write(self.style.WARNING(text))
