"""`manage.py demo`: the whole system on this machine, with a sandbox of the vendors, offline."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backoffice import embedded
from backoffice.demo.conductor import STAFF_NAME, PortTaken, conduct, ensure_port_free, environment, prepare, shop_url


class Command(BaseCommand):
    """Prepare, print the addresses, run everything until Ctrl-C, stop everything."""

    help = "Runs the whole system on this machine, offline. Ctrl-C stops everything; the data stay for the next run."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when every order has come to its end")

    def handle(self, *args: Any, **options: Any) -> None:
        port, sandbox_port = settings.PORT, settings.SANDBOX_PORT
        try:
            ensure_port_free("PORT", port)
            ensure_port_free("SANDBOX_PORT", sandbox_port)
            ensure_port_free("SANDBOX_MAIL_PORT", settings.SANDBOX_MAIL_PORT)
        except PortTaken as error:
            raise CommandError(str(error)) from error
        notes = prepare(self._say)
        self._say("")
        self._say(
            f"  Staff pages   http://127.0.0.1:{port}/admin/   user {STAFF_NAME}   password {notes.staff_password}"
        )
        self._say(f"  REST API      http://127.0.0.1:{port}/api/docs/   key {notes.api_key}")
        self._say(f"  The sandbox   http://127.0.0.1:{sandbox_port}/_sandbox/ledger")
        self._say(f"  Its mails     http://127.0.0.1:{sandbox_port}/mail/")
        self._say(f"  Its shop      {shop_url(sandbox_port)}   order something, and watch the webhooks that come")
        self._say("  Ctrl-C stops everything; the data stay. `make demo-reset` starts over.")
        self._say("")
        try:
            code = conduct(
                environment(notes, port=port, sandbox_port=sandbox_port, mail_port=settings.SANDBOX_MAIL_PORT),
                storefront=["--once"] if options["once"] else [],
            )
        finally:
            embedded.stop_if_unused(settings.VAR_DIR)
        if code:
            raise CommandError("One of the processes ended with an error; its last lines are above.", returncode=code)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
