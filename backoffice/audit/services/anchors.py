"""Heads of the chain that were written out: who has one finds out when entries behind it were cut off or replaced."""

import logging
import tempfile
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from backoffice.audit.models import ChainCheck, ProblemKind
from backoffice.audit.services.chain import ChainHead, head
from backoffice.audit.services.problems import end_problems, note_problems
from backoffice.audit.services.verifying import ChainProblem
from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _

logger = logging.getLogger("backoffice.audit")


def write_anchor(path: str = "") -> ChainHead:
    """Write the head to the log and append it to the file (else to AUDIT_ANCHORS, where it is set). Raise OSError."""
    now = head()
    logger.info("Head of the audit trail: %s", now)
    name = path or settings.AUDIT_ANCHORS
    if name and now.position:
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(f"{timezone.now().isoformat(timespec='seconds')} {now}\n")
    return now


def keep_anchor() -> None:
    """Do so for AUDIT_ANCHORS; where it cannot be written that is a problem of the trail until it can be."""
    _heads, problems = known_anchors()
    try:
        now = write_anchor()
    except OSError as error:
        logger.error("The head of the audit trail could not be written: %s", error)
        problems = [*problems, _unusable(error)]
    else:
        if settings.AUDIT_ANCHORS and now.position:
            place = {"position": now.position, "chain": now.chain, "ended_at": timezone.now()}
            ChainCheck.objects.update_or_create(name=ChainCheck.ANCHOR, defaults=place)
    note_problems(problems)
    end_problems(ProblemKind.FILE, but=problems)


def known_anchors() -> tuple[list[ChainHead], list[ChainProblem]]:
    """Return the heads of AUDIT_ANCHORS, and what is wrong with the file."""
    if not settings.AUDIT_ANCHORS:
        return [], []
    try:
        found = read_anchors(settings.AUDIT_ANCHORS)
    except FileNotFoundError as error:
        if not Path(settings.AUDIT_ANCHORS).parent.is_dir():
            return [], [_unusable(error)]
        found = []
    except (OSError, InvalidInput) as error:
        return [], [_unusable(error)]
    row = ChainCheck.objects.filter(name=ChainCheck.ANCHOR).first()
    if row is not None and not found:
        text = _("%(path)s holds no anchors of the audit trail, though that of entry %(position)s was written there.")
        text %= {"path": settings.AUDIT_ANCHORS, "position": row.position}
        return [], [ChainProblem(row.position, text, ProblemKind.ANCHORS)]
    return found, []


def find_fault() -> OSError | None:
    """Return why AUDIT_ANCHORS could not be appended to from here; None where it could. Nothing is written."""
    path = Path(settings.AUDIT_ANCHORS)
    try:
        if path.exists():
            with path.open("a", encoding="utf-8"):
                return None
        with tempfile.TemporaryFile(dir=path.parent):
            return None
    except OSError as error:
        return error


def read_anchors(path: str) -> list[ChainHead]:
    """Return the heads that a file names, one a line. Raise InvalidInput for a line that is none, OSError."""
    return [
        parse_anchor(line)
        for line in Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
        if line.strip()
    ]


def parse_anchor(line: str) -> ChainHead:
    """Return the head at the end of the line: "POSITION:HASH". Raise InvalidInput."""
    position, _colon, chain = line.rsplit(maxsplit=1)[-1].partition(":") if line.strip() else ("", "", "")
    try:
        found = ChainHead(int(position), bytes.fromhex(chain))
    except ValueError:
        found = ChainHead(0, b"")
    if len(found.chain) != 32:
        raise InvalidInput(_("An anchor is a position and a hash: 123:4f2a…"), errors={"anchor": [line[:100]]})
    return found


def _unusable(error: Exception) -> ChainProblem:
    text = _("The anchors of the audit trail cannot be kept in AUDIT_ANCHORS: %(error)s") % {"error": str(error)[:300]}
    return ChainProblem(0, text, ProblemKind.FILE)
