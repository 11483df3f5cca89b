"""`manage.py apply_retention`: what has been kept long enough goes, as beat has it each hour."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from backoffice.privacy.services.retention import preview_retention, run_retention


class Command(BaseCommand):
    help = "Ends what has been kept long enough; with --dry-run only says what would go, by kind and shop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")
        parser.add_argument(
            "--seconds", type=float, default=3600, help="stop after about that long; the next run goes on"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            for due in preview_retention():
                shop = due.scope.shop.code if due.scope.shop else "-"
                more = "+" if due.is_more else ""
                self.stdout.write(f"{due.scope.kind.kind}\t{shop}\t{due.scope.days} days\t{due.count}{more}")
            return
        for kind, count in run_retention(seconds=options["seconds"]).items():
            self.stdout.write(f"{kind}\t{count}")
