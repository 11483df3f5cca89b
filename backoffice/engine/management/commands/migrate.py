"""`manage.py migrate`, beside everything that runs: Django's, with time-outs of its own, in nobody's way."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from backoffice.engine.services.migrating import PooledDatabaseError, one_at_a_time, own_timeouts, try_again
from backoffice.engine.services.schema_changes import SchemaAutodetector
from backoffice.text.translatable import gettext as _


class Command(migrate.Command):
    """Wait for a lock for MIGRATE_LOCK_SECONDS, let others pass, try again; a statement may take its time."""

    autodetector = SchemaAutodetector

    def handle(self, *args: Any, **options: Any) -> str | None:
        if options["plan"] or options["check_unapplied"] or options["database"] != DEFAULT_DB_ALIAS:
            return super().handle(*args, **options)
        try:
            with one_at_a_time(self._say), own_timeouts():
                try_again(lambda: super(Command, self).handle(*args, **options), self._say)
        except PooledDatabaseError:
            text = _(
                "PostgreSQL is behind a pooler: give migrate the address of the server itself, with DATABASE_POOLED=0."
            )
            raise CommandError(text) from None
        return None

    def _say(self, text: str) -> None:
        self.stderr.write(self.style.WARNING(text))
