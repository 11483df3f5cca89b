"""`manage.py resume <vendor>`: what waited for a vendor is sent again."""

from typing import Any

from backoffice.engine.management.pausing import VendorsCommand
from backoffice.engine.services import limiter


class Command(VendorsCommand):
    help = "Send to paused or stopped vendors again; what waited for them goes out within a minute."

    def handle(self, *args: Any, **options: Any) -> None:
        for vendor in self.chosen(options):
            limiter.resume(vendor, actor=options["actor"], reason=options["reason"])
            self.stdout.write(f"{vendor}: resumed")
