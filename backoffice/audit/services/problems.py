"""What was found wrong with the trail: kept, shown until it is accepted or gone, and what to do about it."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from backoffice.audit.models import ProblemKind, TrailProblem
from backoffice.audit.services.verifying import ChainProblem
from backoffice.decisions import note_decision
from backoffice.engine.services.alerts import Alert
from backoffice.text.translatable import gettext as _

# So many are kept open, and so many are named.
MOST, SHOWN = 100, 20
# What stays as it is; all else goes by itself once its cause is gone.
ACCEPTABLE = (ProblemKind.CHAIN, ProblemKind.ANCHORS)


def open_problems() -> QuerySet[TrailProblem]:
    """Return what nobody accepted yet, the oldest first."""
    return TrailProblem.objects.filter(accepted_at=None).order_by("pk")


def note_problems(found: Sequence[ChainProblem]) -> list[ChainProblem]:
    """Keep what is not known yet; return what nobody accepted."""
    left = MOST - open_problems().count()
    standing = []
    for one in found:
        key = {"position": one.position, "kind": one.kind, "detail": one.detail}
        known = TrailProblem.objects.filter(**key).first()
        if known is None and left > 0:
            TrailProblem.objects.get_or_create(**key, defaults={"text": one.text})
            left -= 1
        if known is None or known.accepted_at is None:
            standing.append(one)
    return standing


def end_problems(kind: ProblemKind, *, but: Sequence[ChainProblem] = ()) -> None:
    """Forget those of a kind whose cause is gone: what is still there is named in `but`."""
    still = [one.detail for one in but if one.kind == kind]
    TrailProblem.objects.filter(kind=kind).exclude(detail__in=still).delete()


@transaction.atomic
def accept_problems(reason: str) -> list[TrailProblem]:
    """Let what is open be an alarm no more, though it stays as it is; the trail keeps who did so and why."""
    rows = list(open_problems().filter(kind__in=ACCEPTABLE).select_for_update())
    if rows:
        TrailProblem.objects.filter(pk__in=[row.pk for row in rows]).update(accepted_at=timezone.now())
        named = [str(row) for row in rows[:SHOWN]]
        decision = _("Problems of the audit trail accepted")
        note_decision(TrailProblem, decision, reason=reason, count=len(rows), problems=named)
    return rows


def remedy_of(problem: TrailProblem) -> str:
    """Return what to do about it."""
    if problem.kind == ProblemKind.TRIGGER:
        return _("An administrator with server access must run manage.py migrate, which makes missing triggers.")
    if problem.kind == ProblemKind.FILE:
        return _("An administrator with server access must make AUDIT_ANCHORS writable for the worker.")
    return _(
        "An administrator with server access must run manage.py verify_audit, find out who changed the database, and "
        "then accept it with manage.py verify_audit --accept."
    )


def trail_alerts() -> list[Alert]:
    """Return an alert for what is wrong; one query."""
    rows = open_problems()[:SHOWN]
    return [Alert(text=_text(row), remedy=remedy_of(row), since=row.found_at) for row in rows]


def _text(row: TrailProblem) -> str:
    if not row.position or row.kind != ProblemKind.CHAIN:
        return row.text
    return _("Audit trail, entry %(position)s: %(text)s") % {"position": row.position, "text": row.text}
