"""The common part of the commands that pull what changed at vendors."""

from datetime import date
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.engine.services.pull_runs import PullRun
from backoffice.vendors.registry import live_accounts


class PullCommand(BaseCommand):
    """Asks every vendor, or the one named, and says what no callback had told."""

    pull: ClassVar[type[PullRun[Any]]]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--vendor", help="only this one; default: all that are configured")
        parser.add_argument(
            "--since", type=date.fromisoformat, help="day in UTC, YYYY-MM-DD; default: where the last ended"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        vendors = live_accounts(self.pull.ability, configured=True)
        if options["vendor"]:
            if options["vendor"] not in vendors:
                raise CommandError(f"{options['vendor']} is not configured; there are: {', '.join(vendors) or 'none'}.")
            vendors = [options["vendor"]]
        is_stopped = False
        for vendor in vendors:
            result = self.pull(vendor, progress=self.stdout.write).run(since=options["since"])
            self.stdout.write(str(result))
            is_stopped |= bool(result.stopped)
        self.finish()
        if is_stopped:
            raise CommandError("A vendor stopped answering; what was reached is applied.")

    def finish(self) -> None:
        """Do what comes after all vendors."""
