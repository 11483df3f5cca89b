"""`manage.py verify_audit`: whether the audit trail still says what was written."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.audit.services.anchors import known_anchors, parse_anchor, read_anchors, write_anchor
from backoffice.audit.services.chain import ChainHead, close_all
from backoffice.audit.services.problems import ACCEPTABLE, accept_problems, note_problems
from backoffice.audit.services.verifying import ChainProblem, verify
from backoffice.audit.services.watching import verified_heads
from backoffice.errors import InvalidInput
from backoffice.text.reasons import checked_reason


class Command(BaseCommand):
    help = (
        "Reads the whole audit trail and names each entry that was changed, removed or inserted by hand. What was cut"
        " off the end is found with an anchor that was written out before: those of AUDIT_ANCHORS are read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", action="append", default=[], metavar="PLACE:HASH", help="a head from the log")
        parser.add_argument("--anchors", metavar="FILE", help="a file of heads instead of AUDIT_ANCHORS")
        parser.add_argument("--write-anchor", metavar="FILE", help="append the head to this file when all is well")
        parser.add_argument("--accept", metavar="REASON", help="end the alarm about what is found, and record why")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reason = checked_reason(options["accept"], least=1) if options["accept"] is not None else ""
            anchors, problems = _anchors(options)
        except (InvalidInput, OSError) as error:
            raise CommandError(str(error)) from error
        close_all()
        found = verify(anchors=anchors)
        problems += found.problems
        standing = note_problems(problems)
        for problem in problems:
            known = "" if problem in standing else " (accepted)"
            text = f"{problem.text}{known}"
            self.stderr.write(f"#{problem.position}: {text}" if problem.position else text)
        if reason:
            self.stdout.write(f"{len(accept_problems(reason))} problems are accepted.")
            standing = [one for one in standing if one.kind not in ACCEPTABLE]
        if standing:
            raise CommandError(f"The audit trail was tampered with: {len(standing)} problems.")
        if options["write_anchor"]:
            write_anchor(options["write_anchor"])
        if options["verbosity"]:
            result = "were read" if problems else "are as they were written"
            self.stdout.write(f"{found.entries} entries {result}. Head {found.head}")


def _anchors(options: dict[str, Any]) -> tuple[list[ChainHead], list[ChainProblem]]:
    given = [parse_anchor(text) for text in options["anchor"]]
    if options["anchors"]:
        return [*given, *read_anchors(options["anchors"])], []
    found, problems = known_anchors()
    return [*given, *found, *verified_heads()], problems
