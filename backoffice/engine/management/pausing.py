"""The common part of `manage.py pause` and `manage.py resume`: which vendors, who, and why."""

from argparse import ArgumentParser, ArgumentTypeError
from functools import partial
from typing import Any

from django.core.management import BaseCommand, CommandError

from backoffice.engine.models import Integration
from backoffice.text.cleaning import clean_line
from backoffice.vendors.abilities import Vendor
from backoffice.vendors.registry import live_accounts, vendor_names


class VendorsCommand(BaseCommand):
    """A command about one or more vendors, which keeps who gave it and why."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        known = f"one or more of: {', '.join(vendor_names())}, or of their accounts"
        parser.add_argument("vendors", nargs="*", metavar="vendor", help=known)
        parser.add_argument("--all", action="store_true", help="every vendor")
        reason, actor = partial(_line, "pause_reason"), partial(_line, "paused_by")
        parser.add_argument("--reason", type=reason, default="", help="shown to staff and written to the log")
        parser.add_argument("--actor", type=actor, default="command line", help="who does it (default: %(default)s)")

    def chosen(self, options: dict[str, Any]) -> list[str]:
        """Return the vendors named. Raises CommandError for none, and for one that is not known."""
        known = live_accounts(Vendor)
        names = known if options["all"] else options["vendors"]
        if not names:
            raise CommandError(f"Name a vendor, or give --all. There are: {', '.join(known)}.")
        if unknown := [name for name in names if name not in known]:
            raise CommandError(f"Unknown: {', '.join(unknown)}. There are: {', '.join(known)}.")
        return names


def _line(column: str, text: str) -> str:
    """Return the text as a column of `Integration` keeps it. Raises ArgumentTypeError where it is too long."""
    line, most = clean_line(text), int(getattr(Integration._meta.get_field(column), "max_length", None) or 0)
    if len(line) > most:
        raise ArgumentTypeError(f"at most {most} characters")
    return line
