"""`manage.py reconcile`: after a restore from a backup, compare with every vendor, then let requests leave again."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.privacy.services.restoring import erase_again
from orders.services.restore.reconciling import Reconciliation, reconcile


class Command(BaseCommand):
    help = (
        "After a restore from a backup: compare with every vendor. What was sent since is found and not sent again, "
        "orders that only a vendor knows are listed, ids go on behind those that vendors know. Then requests may leave "
        "again. Can be run any number of times; exit 1 while a vendor does not answer or an order cannot be compared."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be found; change nothing")
        parser.add_argument(
            "--since", type=_day, help="day of the backup, YYYY-MM-DD (UTC); default: what the database itself says"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        result = reconcile(since=options["since"], dry_run=options["dry_run"], progress=self.stdout.write)
        self._print(result, dry_run=options["dry_run"])
        if not options["dry_run"] and (count := erase_again()):
            self.stdout.write(f"{count} people who were erased since the backup are erased again.")
        if result.stopped:
            raise CommandError("Not everything could be compared, so nothing is sent yet. Run it again.")

    def _print(self, result: Reconciliation, *, dry_run: bool) -> None:
        self.stdout.write(f"\nCompared with what changed since {result.since:%Y-%m-%d %H:%M} UTC:")
        for vendor, counts in result.counts.items():
            found = ", ".join(f"{count} {what}" for what, count in counts.most_common()) or "nothing to compare"
            self.stdout.write(f"  {vendor}: {found}")
        for text in result.stopped:
            self.stdout.write(self.style.ERROR(f"  {text}"))
        if result.doubtful:
            self.stdout.write(
                f"{result.doubtful} requests that waited may have been sent: they are looked for, or wait among the "
                "unknown outcomes for a person."
            )
        if result.strays:
            self.stdout.write(
                f"{result.strays} orders are known to a vendor only: bring them in on the page “Orders that only a "
                "vendor knows”, or let the shop send them again."
            )
        if result.checks:
            self.stdout.write("What a person has to check:")
            for text in result.checks:
                self.stdout.write(f"  {text}")
        if dry_run:
            self.stdout.write("Nothing was changed.")
        elif result.is_open:
            self.stdout.write(self.style.SUCCESS("Requests leave again."))


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
