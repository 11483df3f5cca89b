"""`manage.py sandbox`: the vendors, replayed on this machine."""

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.sandbox import Options, Sandbox


class Command(BaseCommand):
    """Run the sandbox in the foreground until SIGTERM or Ctrl-C."""

    help = "Replays the vendors over HTTP on 127.0.0.1."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--port", type=int, default=8100)
        parser.add_argument("--mail-port", type=int, help="catch mails sent to this port of 127.0.0.1")
        parser.add_argument("--base-path", default="/mypromo/", help="where mypromo's API begins")
        parser.add_argument("--state", type=Path, help="keep everything in this file over restarts")
        parser.add_argument("--speed", type=float, default=1.0, help="divides every delay of an order's life")
        parser.add_argument("--manual-clock", action="store_true", help="time moves only by POST /_sandbox/clock")
        parser.add_argument("--seed", type=int, default=0, help="of the chances that faults are drawn with")
        parser.add_argument("--variants", type=int, default=300, help="size of the catalogue")
        parser.add_argument("--awkward", action="store_true", help="names and texts of goods that try the pages")
        parser.add_argument("--live", action="store_true", help="refuse the fake flags, as the live system does")
        parser.add_argument("--fetch-files", action="store_true", help="really download print files from loopback")
        parser.add_argument("--rate-limit", type=int, default=500, help="requests a minute; 0 for none")

    def handle(self, *args: Any, **options: Any) -> None:
        """Start, say where, wait for the signal, stop."""
        if options["speed"] <= 0:
            raise CommandError("--speed has to be above 0")
        settings = Options(
            catalog_variants=options["variants"],
            catalog_awkward=options["awkward"],
            live=options["live"],
            fetch_files=options["fetch_files"],
            rate_limit=options["rate_limit"],
        )
        base = "/" + options["base_path"].strip("/") + "/"
        try:
            sandbox = Sandbox(
                options=settings,
                port=options["port"],
                mail_port=options["mail_port"],
                base_path=base.replace("//", "/"),
                manual_clock=options["manual_clock"],
                speed=options["speed"],
                seed=options["seed"],
                state=options["state"],
            )
        except OSError as error:
            raise CommandError(f"Cannot listen on port {options['port']}: {error.strerror}") from error
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        sandbox.start()
        self.stdout.write(f"mypromo at {sandbox.url}, control at {sandbox.control_url}")
        self.stdout.flush()
        stopped.wait()
        sandbox.stop()
