"""Making pushes, and what people may do with them. How they are sent is in `sending.py`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.decisions import note_decision
from backoffice.engine.models import Push, PushAttempt
from backoffice.engine.models.push import OPEN_STATES, Lane, PushState
from backoffice.engine.services.callbacks import callbacks_wait
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.handlers import PUSH_HANDLERS, handler_of
from backoffice.engine.services.task_queue import DELIVER_PUSH, enqueue_on_commit
from backoffice.errors import IllegalTransition
from backoffice.inserting import insert_rows
from backoffice.text.reasons import checked_reason
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from backoffice.web.request_id import current_request_id


def queue_push(
    kind: str,
    *,
    vendor: str,
    subject: models.Model,
    actor: str,
    payload: dict[str, Any] | None = None,
    lane: Lane = Lane.ORDERS,
    merge: bool = False,
    not_before: datetime | None = None,
) -> Push:
    """Return the one open push of this kind about the subject, made where there is none, and enqueue it on commit.

    An open one stays as it is; with `merge` the payload is joined to it (lists united, other values replaced),
    or to its follow-up while it is on its way. A new one waits until `not_before`, by the database's clock; the sweep
    then finds it. Must run inside the transaction that makes the push necessary.
    """
    payload = payload or {}
    about = _about(kind, vendor=vendor, subject=subject)
    push, is_new = _open_push(about), False
    if push is None:
        try:
            with transaction.atomic():
                push, is_new = _make(about, payload=payload, lane=lane, actor=actor, next_at=not_before or Now()), True
        except IntegrityError:  # another transaction made it between our query and our insert
            push = _open_push(about)
            if push is None:
                raise
    if merge and not is_new:
        _join(push, payload)
    if not_before is None:
        _enqueue(push)
    return push


def queue_first_push(
    kind: str,
    *,
    vendor: str,
    subject: models.Model,
    actor: str,
    payload: dict[str, Any],
    lane: Lane = Lane.ORDERS,
    not_before: datetime | None = None,
) -> Push:
    """Do as `queue_push` about a subject made in this very transaction, of which no other push can be there."""
    about = _about(kind, vendor=vendor, subject=subject)
    push = Push(
        **about, payload=payload, lane=lane, next_at=not_before or Now(), created_by=actor,
        request_id=current_request_id(),
    )  # fmt: skip
    insert_rows([push])
    if not_before is None:
        _enqueue(push)
    return push


def retry_push(push: Push, *, actor: str, reason: str) -> Push:
    """Send a refused push again, as its next generation; the old one keeps its record.

    Raises IllegalTransition unless it is refused and nothing newer of its kind is under way.
    """
    reason = checked_reason(reason)
    with transaction.atomic():
        push = Push.objects.select_for_update().get(pk=push.pk)
        if push.state != PushState.FAILED:
            raise IllegalTransition(
                _("Only a rejected outgoing request can be sent again. State of this one: %(state)s.")
                % {"state": push.get_state_display()}
            )
        note_decision(push, _("Sent again"), reason=reason)
        return _next_generation(push, actor=actor, reason=reason)


class Resend(Protocol):
    """Sends a refused push of one kind again in its own way. Raises DomainError."""

    def __call__(self, push: Push, *, actor: str, reason: str) -> None: ...


_RESENDS: dict[str, Resend] = {}


def resends(kind: str) -> Callable[[Resend], Resend]:
    """Register how pushes of a kind are sent again where the next generation alone would come to nothing."""

    def register(resend: Resend) -> Resend:
        _RESENDS[kind] = resend
        return resend

    return register


def send_again(push: Push, *, actor: str, reason: str) -> Push:
    """Have what a vendor refused done after all, and return the newest push about it.

    Raises as `retry_push` does, and whatever stands against it by now.
    """
    reason = checked_reason(reason)
    _RESENDS.get(push.kind, retry_push)(push, actor=actor, reason=reason)
    return Push.objects.filter(**push.key).order_by("-generation")[0]


@transaction.atomic
def reopen_push(push: Push) -> None:
    """Let a refused push that was set aside need attention again. Raises IllegalTransition for any other, and where it
    was sent again since.
    """
    newer = Push.objects.filter(**push.key, generation__gt=push.generation)
    aside = Push.objects.filter(pk=push.pk, state=PushState.FAILED, needs_attention=False)
    now = timezone.now()
    again = {"needs_attention": True, "attention_since": now, "decided_by": "", "decision": "", "updated_at": now}
    if newer.exists() or not aside.update(**again):
        raise IllegalTransition(_("It has been sent again since, or was not dismissed."))
    note_decision(push, _("Dismissal undone"))


def enqueue_push(push: Push, *, actor: str) -> None:
    """Have a waiting push tried now instead of at its next time. Raises IllegalTransition unless it waits."""
    updated = Push.objects.filter(pk=push.pk, state__in=[PushState.NEW, PushState.UNKNOWN]).update(next_at=Now())
    if not updated:
        raise IllegalTransition(_("Only a waiting outgoing request can be tried now."))
    note_attempt(push, step="", text=_("Tried now at the request of %s.") % actor)
    _enqueue(push)


def decide_push(push: Push, *, happened: bool, actor: str, reason: str) -> Push:
    """Decide an unknown outcome: it happened (confirmed), or it did not (the next generation sends again). Return the
    push that goes on.

    Raises IllegalTransition unless the outcome is unknown, and for "it did not" while a callback of the vendor waits to
    be read, which may say that it did, or while what we sent may still be worked on: sent again then, it could happen
    twice.
    """
    reason = checked_reason(reason)
    with transaction.atomic():
        handler_of(push).lock(push)
        push = Push.objects.select_for_update().get(pk=push.pk)
        if push.state != PushState.UNKNOWN:
            raise IllegalTransition(_("The outcome of this outgoing request is known."))
        if not happened and callbacks_wait(push.vendor):
            text = _("A webhook from %s has just arrived and may show what happened. Check again in a moment.")
            raise IllegalTransition(text % vendor_title(push.vendor))
        if not happened and not is_settled(push):
            raise IllegalTransition(
                _("The vendor may still be processing the request. It can be sent again once the settle time is over.")
            )
        handler_of(push).decided(push, happened=happened)
        decision = _("Decided that it happened") if happened else _("Decided that it did not happen")
        note_decision(push, decision, reason=reason)
        if not happened:
            return _next_generation(push, actor=actor, reason=reason)
        close_push(push, PushState.CONFIRMED, decided_by=actor, decision=reason)
    return push


def is_settled(push: Push) -> bool:
    """Return whether what was sent for an unknown outcome can no longer be on its way."""
    return push.settles_at is None or push.settles_at <= database_now()


@transaction.atomic
def dismiss_push(push: Push, *, actor: str, reason: str) -> None:
    """Set a refused push aside, because somebody dealt with it elsewhere. Raises IllegalTransition for any other."""
    reason = checked_reason(reason)
    updated = Push.objects.filter(pk=push.pk, state=PushState.FAILED, needs_attention=True).update(
        needs_attention=False, decided_by=actor, decision=reason, updated_at=timezone.now()
    )
    if not updated:
        raise IllegalTransition(_("Only a rejected outgoing request that needs attention can be dismissed."))
    note_decision(push, _("Dismissed"), reason=reason)


def close_push(push: Push, state: PushState, *, needs_attention: bool = False, **changes: Any) -> None:
    """Write an end state; the row must be locked or fenced by the caller."""
    push.ask_for_attention(needs_attention)
    for name, value in changes.items():
        setattr(push, name, value)
    push.state, push.finished_at, push.token, push.lease_until, push.step = state, timezone.now(), None, None, ""
    columns = ["state", "finished_at", "token", "lease_until", "step", "needs_attention", "attention_since"]
    push.save(update_fields=[*columns, "updated_at", *changes])
    if push.follow_up is not None and state == PushState.CONFIRMED:
        _make_next(push, payload=push.follow_up, actor="system")
    # What waited for this one, such as a cancellation behind its order, need not wait for the sweep.
    behind = Push.objects.filter(vendor=push.vendor, subject_type=push.subject_type, subject_id=push.subject_id)
    waiting = behind.filter(state=PushState.NEW, pk__gt=push.pk).order_by("pk").first()
    if waiting is not None:
        _enqueue(waiting)


def note_attempt(push: Push, *, step: str, text: str) -> None:
    """Add a line to the attempts that is no request: a decision, a lost worker, a search's result."""
    PushAttempt.objects.create(push=push, step=step, started_at=timezone.now(), error=text)


def _about(kind: str, *, vendor: str, subject: models.Model) -> dict[str, Any]:
    if kind not in PUSH_HANDLERS:
        raise LookupError(f"Nobody has registered the push kind {kind!r}.")
    return {"vendor": vendor, "kind": kind, "subject_type": subject._meta.label_lower, "subject_id": subject.pk}


def _open_push(about: dict[str, Any]) -> Push | None:
    return Push.objects.select_for_update().filter(**about, state__in=OPEN_STATES).first()


def _make(about: dict[str, Any], *, payload: dict[str, Any], lane: int, actor: str, next_at: Any) -> Push:
    newest = Push.objects.filter(**about).aggregate(models.Max("generation"))["generation__max"] or 0
    return Push.objects.create(
        **about, payload=payload, lane=lane, generation=newest + 1, created_by=actor, next_at=next_at,
        request_id=current_request_id(),
    )  # fmt: skip


def _make_next(push: Push, *, payload: dict[str, Any], actor: str) -> Push:
    follower = _make(push.key, payload=payload, lane=push.lane, actor=actor, next_at=Now())
    _enqueue(follower)
    return follower


def _next_generation(push: Push, *, actor: str, reason: str) -> Push:
    close_push(push, PushState.FAILED, decided_by=actor, decision=reason, follow_up=None)
    # Also when the newer one has ended: it may have been confirmed, and sending again would do it twice.
    if Push.objects.filter(**push.key, generation__gt=push.generation).exists():
        raise IllegalTransition(_("It has already been sent again."))
    return _make_next(push, payload=push.payload, actor=actor)


def _join(push: Push, payload: dict[str, Any]) -> None:
    name = "payload" if push.state == PushState.NEW else "follow_up"
    setattr(push, name, _united(getattr(push, name) or {}, payload))
    push.save(update_fields=[name, "updated_at"])


def _united(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    united = dict(old)
    for key, value in new.items():
        if isinstance(value, list) and isinstance(old.get(key), list):
            united[key] = list(dict.fromkeys([*old[key], *value]))
        else:
            united[key] = value
    return united


def _enqueue(push: Push) -> None:
    enqueue_on_commit(DELIVER_PUSH, push.pk)


def backoff_seconds(attempt: int) -> float:
    """Return the seconds to wait after the n-th try (from 1), without jitter."""
    backoff = settings.PUSH_RETRY_BACKOFF
    return backoff[min(max(attempt, 1), len(backoff)) - 1]
