"""Heads of the chain that were written out: who has one finds out when entries behind it were cut off or replaced."""

import logging
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from backoffice.audit.services.chain import ChainHead, head
from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _

logger = logging.getLogger("backoffice.audit")


def write_anchor(path: str = "") -> ChainHead:
    """Write the head to the log and append it to the file (else to AUDIT_ANCHORS, where it is set)."""
    now = head()
    logger.info("Head of the audit trail: %s", now)
    name = path or settings.AUDIT_ANCHORS
    if name and now.position:
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(f"{timezone.now().isoformat(timespec='seconds')} {now}\n")
    return now


def read_anchors(path: str) -> list[ChainHead]:
    """Return the heads that a file names, one a line. Raise InvalidInput for a line that is none, OSError."""
    return [parse_anchor(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]


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
