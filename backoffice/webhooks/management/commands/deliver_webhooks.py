"""`manage.py deliver_webhooks`: deliver what is due, without Celery."""

import time
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from backoffice.webhooks.services.dispatching import Dispatcher
from backoffice.webhooks.services.sweeping import sweep

_PAUSE_SECONDS = 0.2
_SWEEP_SECONDS = 5


class Command(BaseCommand):
    help = "Delivers webhooks that are due; with --forever also those that become due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true", help="go on until the process is ended")

    def handle(self, *args: Any, **options: Any) -> None:
        with Dispatcher() as dispatcher:
            if options["forever"]:
                self._deliver_forever(dispatcher)
            sweep()
            self.stdout.write(f"{dispatcher.run(seconds=3600)} tries")

    def _deliver_forever(self, dispatcher: Dispatcher) -> NoReturn:
        swept_at = float("-inf")
        while True:
            if time.monotonic() - swept_at > _SWEEP_SECONDS:
                sweep()
                swept_at = time.monotonic()
            dispatcher.run(seconds=_SWEEP_SECONDS)
            time.sleep(_PAUSE_SECONDS)
