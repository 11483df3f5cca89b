"""`manage.py verify_audit`: whether the audit trail still says what was written."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.audit.services.anchors import parse_anchor, read_anchors, write_anchor
from backoffice.audit.services.chain import close_all
from backoffice.audit.services.verifying import verify
from backoffice.errors import InvalidInput


class Command(BaseCommand):
    help = (
        "Reads the whole audit trail and names each entry that was changed, removed or inserted by hand. What was cut"
        " off the end is found with an anchor that was written out before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", action="append", default=[], metavar="PLACE:HASH", help="a head from the log")
        parser.add_argument("--anchors", metavar="FILE", help="a file of heads, as AUDIT_ANCHORS names it")
        parser.add_argument("--write-anchor", metavar="FILE", help="append the head to this file when all is well")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            anchors = [parse_anchor(text) for text in options["anchor"]]
            anchors += read_anchors(options["anchors"]) if options["anchors"] else []
        except (InvalidInput, OSError) as error:
            raise CommandError(str(error)) from error
        close_all()
        found = verify(anchors=anchors)
        for problem in found.problems:
            self.stderr.write(f"#{problem.position}: {problem.text}" if problem.position else problem.text)
        if found.problems:
            raise CommandError(f"The audit trail was tampered with: {len(found.problems)} problems.")
        if options["write_anchor"]:
            write_anchor(options["write_anchor"])
        if options["verbosity"]:
            self.stdout.write(f"{found.entries} entries are as they were written. Head {found.head}")
