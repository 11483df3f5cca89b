"""From an approved change set to batches at the vendor, by three kinds of pushes:

- "catalog.compare": does the vendor still hold what was compared? then batches are planned (`comparing.py`)
- "catalog.send", one per batch: sent (`sending.py`), then followed as a job (`jobs.py`)
- "catalog.verify", when no job is open any more: read back (`verifying.py`)
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import Lane
from backoffice.engine.services.handlers import PushHandler
from backoffice.engine.services.pushes import queue_push
from backoffice.errors import DomainError, IllegalTransition, InvalidInput
from backoffice.text.translatable import gettext as _
from catalog.models import Change, ChangeSet, ChangeSetState, VendorJob
from catalog.services.change_sets.approval import PUSH, User, ensure_permitted, hash_of_rows
from catalog.services.change_sets.editing import NOT_APPROVED

COMPARE, SEND, VERIFY = "catalog.compare", "catalog.send", "catalog.verify"


class NotApproved(DomainError):
    """Nothing leaves without an approval of exactly these rows."""

    code = "not_approved"


class ChangeSetHandler(PushHandler):
    """All pushes of change sets change rows of their set, which is locked first: theirs, or that of their batch."""

    def lock(self, push: Push) -> None:
        is_batch = push.subject_type == VendorJob._meta.label_lower
        about = {"jobs": push.subject_id} if is_batch else {"pk": push.subject_id}
        for change_set_id in ChangeSet.objects.filter(**about).values_list("pk", flat=True):
            ChangeSet.objects.locked(change_set_id)


def push_change_set(change_set: ChangeSet, *, user: User) -> Push:
    """Push the approved set. Return its first push.

    Raises NotAllowed without the permission, IllegalTransition unless it is approved or scheduled, NotApproved when
    its rows are not those that were approved.
    """
    ensure_permitted(user, PUSH)
    return start_push(change_set, actor=user.get_username())


def schedule_change_set(change_set: ChangeSet, *, at: datetime, user: User) -> ChangeSet:
    """Schedule the approved set. Raises as `push_change_set`, InvalidInput for a time gone by."""
    ensure_permitted(user, PUSH)
    if at <= timezone.now():
        text = _("This time is in the past.")
        raise InvalidInput(text, errors={"at": [text]})
    with transaction.atomic():
        change_set = ChangeSet.objects.locked(change_set.pk)
        name = user.get_username()
        change_set.move_to(ChangeSetState.SCHEDULED, actor=name, params={"at": at.isoformat()}, scheduled_for=at)
    return change_set


def unschedule_change_set(change_set: ChangeSet, *, actor: str) -> ChangeSet:
    """Leave the set approved, waiting for a person again. Raises IllegalTransition."""
    with transaction.atomic():
        change_set = ChangeSet.objects.locked(change_set.pk)
        if change_set.state != ChangeSetState.SCHEDULED:
            raise IllegalTransition(_("This change set is not scheduled."))
        change_set.move_to(ChangeSetState.APPROVED, actor=actor, scheduled_for=None)
    return change_set


def push_due_change_sets() -> int:
    """Push what is scheduled for now. Return how many there were."""
    count = 0
    for change_set in ChangeSet.objects.due().order_by("scheduled_for")[:100]:
        try:
            start_push(change_set, actor="system")
        except IllegalTransition:  # somebody else was first
            continue
        except DomainError as error:
            _take_back(change_set, why=error.text)
            continue
        count += 1
    return count


def _take_back(change_set: ChangeSet, *, why: str) -> None:
    """Make a draft again of what cannot leave as it was approved, so that it stops no other set."""
    with transaction.atomic():
        change_set = ChangeSet.objects.locked(change_set.pk)
        if change_set.state == ChangeSetState.SCHEDULED:
            change_set.move_to(ChangeSetState.DRAFT, actor="system", params={"error": why}, **NOT_APPROVED)


def start_push(change_set: ChangeSet, *, actor: str) -> Push:
    """Push as `push_change_set`, for a caller who has the right to: it asks for the approval, not for a permission."""
    with transaction.atomic():
        change_set = ChangeSet.objects.locked(change_set.pk)
        if change_set.state not in (ChangeSetState.APPROVED, ChangeSetState.SCHEDULED):
            text = _("Only an approved change set can be sent. Current state: %s.")
            raise IllegalTransition(text % change_set.get_state_display())
        change_set.move_to(ChangeSetState.PUSHING, actor=actor, pushed_at=timezone.now())
        ensure_approved(change_set, approved_hash=change_set.approved_hash, rows=change_set.changes.all())
        return queue_push(COMPARE, vendor=change_set.vendor, subject=change_set, actor=actor, lane=Lane.CATALOG)


def ensure_approved(change_set: ChangeSet, *, approved_hash: str, rows: QuerySet[Change]) -> None:
    """Raise NotApproved unless the set, which must be locked, is being pushed and the rows are those approved.

    Whatever is to be sent passes here first: the whole set before it is cut into batches, then each batch.
    """
    if change_set.state != ChangeSetState.PUSHING or not (change_set.approved_at and change_set.approved_by):
        raise NotApproved(_("This change set has not been approved and released for sending."))
    if approved_hash != hash_of_rows(rows):
        raise NotApproved(_("The rows of this change set differ from those that were approved."))
