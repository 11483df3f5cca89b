"""`manage.py migrate_back`: the tables of an older release, from which this one came."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.engine.services.migrating import PooledDatabaseError, one_at_a_time, own_timeouts, try_again
from backoffice.engine.services.releases import OlderDatabaseError, Release, migrate_back, plan_back, recorded_releases
from backoffice.text.translatable import gettext as _


class Command(BaseCommand):
    help = (
        "Takes back what this release changed of the tables, so that they are those of RELEASE. What only the new ones "
        "hold is lost. RELEASE runs without it too, since migrations only add: docs/operate/upgrade.md says when it is "
        "of use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("release", help="such as 1.0.0; the releases that are known: backoffice/engine/releases")
        parser.add_argument("--dry-run", action="store_true", help="say what would be taken back, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        known = {release.version: release for release in recorded_releases()}
        if options["release"] not in known:
            text = _("%(release)s is not a known release. Known releases: %(known)s.")
            raise CommandError(text % {"release": options["release"], "known": ", ".join(known)})
        release = known[options["release"]]
        try:
            if options["dry_run"]:
                self._describe(release)
                return
            with one_at_a_time(self.stderr.write), own_timeouts():
                try_again(lambda: migrate_back(release, self.stdout.write), self.stderr.write)
        except PooledDatabaseError:
            text = _(
                "PostgreSQL is behind a pooler: give migrate the address of the server itself, with DATABASE_POOLED=0."
            )
            raise CommandError(text) from None
        except OlderDatabaseError as error:
            text = _("The database is older than release %(release)s: it lacks %(missing)s.")
            raise CommandError(text % {"release": release.version, "missing": str(error)}) from None
        self.stdout.write(self.style.SUCCESS(_("The tables match release %s.") % release.version))

    def _describe(self, release: Release) -> None:
        for migration in reversed(plan_back(release)):
            self.stdout.write(f"{migration.app_label}.{migration.name}")
            for operation in reversed(migration.operations):
                self.stdout.write(f"    Undo {operation.describe()}")
