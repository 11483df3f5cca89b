"""What the doctor says of the audit trail: whether its chain holds, is verified, and can be proven elsewhere."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from backoffice.audit.models import AuditEntry, ChainCheck
from backoffice.audit.services.anchors import find_fault
from backoffice.audit.services.problems import trail_alerts
from backoffice.engine.services.diagnosis import examiners
from backoffice.engine.services.foundations import DoctorResult
from backoffice.text.translatable import gettext as _

LONGEST_UNVERIFIED = timedelta(days=1)


def examine_trail(_ask_others: bool) -> Iterator[DoctorResult]:
    """Examine what was found wrong, the way to AUDIT_ANCHORS, and when the chain was verified last."""
    what = _("Audit trail")
    faults = [*_problems(), *_anchors(), *_unverified()]
    for text, remedy, cost in faults:
        yield DoctorResult(what, text, remedy, cost)
    if not faults:
        row = ChainCheck.objects.filter(name=ChainCheck.NEW).first()
        position = row.position if row else 0
        yield DoctorResult(what, _("verified up to entry %(position)s") % {"position": position})


def _problems() -> Iterator[tuple[str, str, str]]:
    cost = _("The audit trail does not prove what was done, or will not if it goes on.")
    for alert in trail_alerts():
        yield alert.text, alert.remedy, cost


def _anchors() -> Iterator[tuple[str, str, str]]:
    if settings.AUDIT_ANCHORS and (error := find_fault()):
        remedy = _("Create its folder for the user of the worker, or correct AUDIT_ANCHORS (docs/operate/audit.md).")
        cost = _("If the newest entries are deleted in the database, only the log of the worker can prove it.")
        yield f"AUDIT_ANCHORS: {error}", remedy, cost


def _unverified() -> Iterator[tuple[str, str, str]]:
    """Find a chain that nobody verifies, once it is old enough."""
    late = timezone.now() - LONGEST_UNVERIFIED
    is_verified = ChainCheck.objects.filter(name=ChainCheck.NEW, ended_at__gte=late).exists()
    if not is_verified and AuditEntry.objects.filter(at__lt=late).exists():
        text = _("The newest entries have not been verified for a day.")
        remedy = _("Start the beat and a worker for the queue celery; their logs show what stops verify-audit.")
        yield text, remedy, _("If entries are changed in the database, no one notices.")


examiners.append(examine_trail)
