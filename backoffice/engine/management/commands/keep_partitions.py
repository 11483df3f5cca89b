"""`manage.py keep_partitions`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.engine.services.migrating import PooledDatabaseError, own_timeouts
from backoffice.engine.services.partitions import DIVIDED, keep_partitions, partitions_of
from backoffice.text.translatable import gettext as _


class Command(BaseCommand):
    help = "Make the partitions of the months to come, drop those that are old enough, and say which there are."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # Rows that lie apart may be many; the task gives up where it takes longer than a page may.
            with own_timeouts():
                keep_partitions()
        except PooledDatabaseError:
            text = _(
                "PostgreSQL is behind a pooler: give migrate the address of the server itself, with DATABASE_POOLED=0."
            )
            raise CommandError(text.replace("migrate", "keep_partitions")) from None
        for table in DIVIDED:
            for part in partitions_of(table):
                start = f"{part.start:%Y-%m-%d}" if part.start else "the beginning"
                self.stdout.write(f"{part.name}: {start} to {part.end:%Y-%m-%d}")
