"""`manage.py doctor`: is everything well, and if not, why and what next."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from backoffice.engine.services.diagnosis import examine
from backoffice.text.translatable import gettext as _


class Command(BaseCommand):
    help = (
        "Check database, Redis, migrations, background work, vendors, queues and settings. Exit 1 if one is not well."
    )
    # It examines what the system checks would stop at.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--offline", action="store_true", help="ask no vendor")

    def handle(self, *args: Any, **options: Any) -> None:
        ill = 0
        for result in examine(ask_vendors=not options["offline"]):
            if result.is_well:
                self.stdout.write(f"{self.style.SUCCESS('ok')}    {result.what}: {result.text}")
                continue
            ill += 1
            self.stdout.write(f"{self.style.ERROR('wrong')} {result.what}: {result.text}")
            self.stdout.write(f"      {_('Impact: %s') % result.cost}")
            self.stdout.write(f"      {_('Next: %s') % result.remedy}")
        need = "needs" if ill == 1 else "need"
        self.stdout.write("All is well." if not ill else f"{ill} of these {need} attention.")
        if ill:
            raise SystemExit(1)
