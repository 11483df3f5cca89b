"""`manage.py reseal`: everything that is kept encrypted, under the newest key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.engine.services.resealing import reseal, sealed_columns


class Command(BaseCommand):
    help = (
        "Seals everything that is kept encrypted with the first of ENCRYPTION_KEYS, so that the others can be dropped."
        " Safe to stop and to repeat, beside everything else."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        lost = 0
        for column in sealed_columns():
            found = reseal(column)
            lost += found.lost
            text = f"{found.older} sealed anew, {found.newest} as they should be"
            self.stdout.write(f"{column}: {text}" + (f", {found.lost} that no key opens" if found.lost else ""))
        if lost:
            raise CommandError("Some were sealed with a key that is gone: put it back at the end of ENCRYPTION_KEYS.")
        self.stdout.write("Keep the first key only, restart every process, and the others may be forgotten.")
