"""Keeps watch over the chain: each hour what came since the last time is verified, and within each week all of it.

A run works for so many seconds and the next goes on where it stopped, however long the chain is.
"""

import logging
from datetime import timedelta

from django.utils import timezone

from backoffice.audit.models import ChainCheck, ProblemKind
from backoffice.audit.services.anchors import known_anchors
from backoffice.audit.services.chain import FIRST, ChainHead
from backoffice.audit.services.problems import end_problems, note_problems
from backoffice.audit.services.verifying import ChainProblem, verify

logger = logging.getLogger("backoffice.audit")
SECONDS = 30
WHOLE_EVERY = timedelta(days=7)


def watch_trail(*, seconds: float = SECONDS) -> None:
    """Verify what is new, and go on with the whole where that is due; what is wrong becomes an alarm."""
    anchors, problems = known_anchors()
    note_problems(problems)
    _go_on(_check(ChainCheck.NEW), anchors, seconds)
    whole = _check(ChainCheck.WHOLE)
    if whole.position or whole.ended_at is None or whole.ended_at < timezone.now() - WHOLE_EVERY:
        _go_on(whole, anchors, seconds)


def verified_heads() -> list[ChainHead]:
    """Return up to where the chain was verified by itself; nothing before the first hour."""
    rows = ChainCheck.objects.filter(name=ChainCheck.NEW, position__gt=0)
    return [ChainHead(row.position, bytes(row.chain)) for row in rows]


def _check(name: str) -> ChainCheck:
    return ChainCheck.objects.get_or_create(name=name)[0]


def _go_on(check: ChainCheck, anchors: list[ChainHead], seconds: float) -> None:
    start = ChainHead(check.position, bytes(check.chain))
    found = verify(anchors=anchors, start=start, seconds=seconds)
    _report(found.problems)
    place = found.head
    if found.ended:
        check.ended_at = timezone.now()
        end_problems(ProblemKind.TRIGGER, but=found.problems)
        if check.name == ChainCheck.WHOLE:
            place = ChainHead(0, FIRST)
    check.position, check.chain = place.position, place.chain
    check.save()


def _report(problems: list[ChainProblem]) -> None:
    for one in note_problems(problems):
        logger.error("Audit trail, entry %s: %s", one.position, one.text)
