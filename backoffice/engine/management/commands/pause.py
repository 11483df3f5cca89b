"""`manage.py pause <vendor> --reason "…"`: nothing is sent to a vendor until it is resumed; reading goes on."""

from typing import Any

from backoffice.engine.management.pausing import VendorsCommand
from backoffice.engine.services import limiter


class Command(VendorsCommand):
    help = "Stop sending to vendors: orders, changes, labels. What waits is kept; reads, searches and pulls go on."

    def handle(self, *args: Any, **options: Any) -> None:
        for vendor in self.chosen(options):
            is_new = limiter.pause(vendor, actor=options["actor"], reason=options["reason"])
            self.stdout.write(f"{vendor}: {'paused' if is_new else 'already paused'}")
