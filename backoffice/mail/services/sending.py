"""Handing mails to the server, each once.

claim      one row, NEW and due                     a token and a lease
connect    fails: certainly nothing was sent        all that is due waits for the next try
prepare    still wanted? render, "handed over"      committed before the server gets anything
hand over  accepted: SENT; refused: FAILED; not now: NEW; the line broke after DATA: UNKNOWN, and people decide
"""

import logging
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Case, F, When
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.accounts.services.visibility import visible_shops
from backoffice.engine.services import epoch
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.delivery import LeaseLost
from backoffice.mail.models import Mail, MailState
from backoffice.mail.services.composing import compose, message_of, new_message_id, sender_of
from backoffice.mail.services.kinds import MAIL_KINDS, Audience, MailKind
from backoffice.mail.services.outcomes import Outcome, describe_error, judge
from backoffice.mail.services.templates import find_words
from backoffice.sight import reading
from backoffice.text.emails import usable_email
from backoffice.text.translatable import gettext as _
from backoffice.vendors.errors import RateLimited
from backoffice.visibility import seeing

logger = logging.getLogger(__name__)

# Longer than a task may run (CELERY_TASK_TIME_LIMIT).
LEASE = timedelta(seconds=180)
RESTORED_SECONDS = 30
# After so many tries without being accepted a mail needs attention; it goes on being tried.
PATIENCE = 5


def is_set_up() -> bool:
    """Return whether there is a mail server."""
    return bool(settings.EMAIL_HOST)


def send_due_mails(*, seconds: float = 60) -> int:
    """Send what is due until nothing is, the server fails, or the time is over. Return how many were sent."""
    if not is_set_up():
        return 0
    sent, deadline = 0, time.monotonic() + seconds
    server = MailServer()
    try:
        while time.monotonic() < deadline and (mail := claim()) is not None:
            if not server.deliver(mail):
                break
            sent += mail.state == MailState.SENT
    finally:
        server.close()
    return sent


@transaction.atomic
def claim() -> Mail | None:
    """Take the mail that has waited longest; None when nothing is due."""
    due = Mail.objects.filter(state=MailState.NEW, next_at__lte=Now()).order_by("next_at", "pk")
    mail = due.select_for_update(skip_locked=True, of=("self",)).select_related("shop").first()
    if mail is not None:
        mail.state, mail.token, mail.lease_until = MailState.SENDING, uuid.uuid4(), database_now() + LEASE
        mail.handed_over, mail.attempts = False, mail.attempts + 1
        mail.save(update_fields=["state", "token", "lease_until", "handed_over", "attempts"])
    return mail


class MailServer:
    """One connection, for as many mails as it lasts."""

    def __init__(self) -> None:
        self._connection: Any = None

    def deliver(self, mail: Mail) -> bool:
        """Bring the claimed mail to its end, or back into the queue. Return False when no other need be tried now."""
        kind = MAIL_KINDS.get(mail.kind)
        if kind is None:
            finish(mail, MailState.FAILED, cause=_("This version does not send e-mails of this kind: %s") % mail.kind)
            return True
        try:
            epoch.require_current()
            self._open()
        except RateLimited as error:
            postpone_all(mail, cause=str(error), seconds=error.retry_after or RESTORED_SECONDS)
            return False
        except Exception as error:  # noqa: BLE001 - each backend has errors of its own
            logger.warning("The mail server cannot be reached: %s", error)
            postpone_all(mail, cause=describe_error(error))
            return False
        message = self._prepare(mail, kind)
        return message is None or self._hand_over(mail, message)

    def close(self) -> None:
        """End the connection, whatever state it is in."""
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                connection.close()
        except Exception as error:  # noqa: BLE001 - it is gone in any case
            logger.info("The mail server's connection did not end well: %s", error)

    def _open(self) -> None:
        if self._connection is None:
            connection = get_connection()
            connection.open()
            self._connection = connection

    def _prepare(self, mail: Mail, kind: MailKind) -> Any:
        """Return the message, or None where there is none to be sent (any more)."""
        try:
            return prepare(mail, kind)
        except LeaseLost:
            return None
        except Exception as error:
            # Whatever is wrong with one kind of mail must not stop the others.
            logger.exception("Mail %s cannot be written", mail.pk)
            finish(mail, MailState.FAILED, cause=describe_error(error))
            return None

    def _hand_over(self, mail: Mail, message: Any) -> bool:
        connection = self._connection
        try:
            connection.send_messages([message])
        except Exception as error:  # noqa: BLE001 - each backend has errors of its own; `judge` says what they mean
            outcome = judge(error, may_have_arrived=getattr(connection, "data_begun", True))
            logger.warning("Mail %s: %s, %s", mail.pk, outcome, describe_error(error))
            if outcome in (Outcome.SERVER, Outcome.UNCLEAR):
                self.close()
            return _conclude(mail, outcome, cause=describe_error(error))
        finish(mail, MailState.SENT)
        return True


def prepare(mail: Mail, kind: MailKind) -> Any:
    """Write the mail and commit that it is about to be handed over. Return None, with the row at its end, when it is
    not wanted any more. Raise LeaseLost. What a member of the staff is mailed is what they would see.
    """
    reader = mail.user if kind.audience == Audience.STAFF else None
    asked = reader.has_perm if reader else lambda right: True
    with seeing(lambda: visible_shops(reader) if reader else None), reading(asked):
        return _prepare(mail, kind)


@transaction.atomic
def _prepare(mail: Mail, kind: MailKind) -> Any:
    _lock(mail)
    if mail.created_at and epoch.is_from_before_restore(mail.created_at):
        finish(mail, MailState.UNKNOWN, cause=_("It may have been sent after the restored backup was made."))
        return None
    if kind.audience != Audience.STAFF and (cause := _never_accepted(mail)):
        finish(mail, MailState.FAILED, cause=cause)
        return None
    if reason := _too_late(mail) or kind.still_wanted(mail) or _cannot_be_reached(mail, kind.recipient(mail)):
        finish(mail, MailState.SKIPPED, cause=reason)
        return None
    sender, reply_to = sender_of(mail)
    words = find_words(kind, shop=mail.shop, language=mail.language)
    context = kind.context(mail)
    composed = compose(kind, words, context, language=mail.language, sender=sender)
    mail.subject_line, mail.text, mail.handed_over = composed.subject_line, masked(composed.text, kind, context), True
    mail.message_id = mail.message_id or new_message_id()
    mail.save(update_fields=["recipient", "subject_line", "text", "handed_over", "message_id"])
    return message_of(mail, composed, sender=sender, reply_to=reply_to, audience=kind.audience)


def masked(text: str, kind: MailKind, context: Mapping[str, Any]) -> str:
    """Return the text without what lets somebody in: whoever reads the log must not."""
    for name in kind.secrets:
        if secret := str(context.get(name, "")):
            text = text.replace(secret, "•••")
    return text


@transaction.atomic
def finish(mail: Mail, state: MailState, *, cause: str = "") -> None:
    """Bring the mail to its end. Where its lease was lost meanwhile, what its worker knows counts all the same, unless
    a person has decided.
    """
    if not Mail.objects.select_for_update().filter(pk=mail.pk, token=mail.token, decided_by="").exists():
        return
    mail.state, mail.cause = state, cause
    mail.needs_attention = state in (MailState.FAILED, MailState.UNKNOWN)
    mail.lease_until, mail.finished_at = None, timezone.now()
    mail.save(update_fields=["state", "cause", "needs_attention", "lease_until", "finished_at"])
    _follow(mail)


def postpone(mail: Mail, *, cause: str) -> None:
    """Put a mail that was certainly not sent back into the queue."""
    values = {"state": MailState.NEW, "cause": cause, "lease_until": None, "handed_over": False}
    values["needs_attention"] = mail.attempts >= PATIENCE
    waits = Mail.objects.filter(pk=mail.pk, token=mail.token, state=MailState.SENDING)
    waits.update(**values, next_at=database_now() + timedelta(seconds=_backoff(mail)))


def postpone_all(mail: Mail, *, cause: str, seconds: float = 0) -> None:
    """Let all that is due wait, since the server failed at this one: one try serves all."""
    postpone(mail, cause=cause)
    next_at = database_now() + timedelta(seconds=seconds or _backoff(mail))
    due = Mail.objects.filter(state=MailState.NEW, next_at__lte=Now()).exclude(pk=mail.pk)
    needs_attention = Case(When(attempts__gte=PATIENCE - 1, then=True), default=F("needs_attention"))
    due.update(next_at=next_at, cause=cause, attempts=F("attempts") + 1, needs_attention=needs_attention)


def end_expired_leases() -> int:
    """End the leases of lost workers: what was not handed over is sent anew, of all else nobody knows."""
    unsent = Mail.objects.filter(state=MailState.SENDING, lease_until__lte=Now(), handed_over=False)
    ended = unsent.update(state=MailState.NEW, lease_until=None, next_at=Now(), token=None)
    lost = Mail.objects.filter(state=MailState.SENDING, lease_until__lte=Now(), handed_over=True)
    for pk in list(lost.values_list("pk", flat=True)):
        with transaction.atomic():
            mail = lost.select_for_update(skip_locked=True).filter(pk=pk).first()
            if mail is not None:
                finish(mail, MailState.UNKNOWN, cause=_("The worker stopped unexpectedly while sending the e-mail."))
                ended += 1
    return ended


def _conclude(mail: Mail, outcome: Outcome, *, cause: str) -> bool:
    """Record what the error means; return whether other mails can be tried."""
    ends: dict[Outcome, Callable[[], None]] = {
        Outcome.SERVER: lambda: postpone_all(mail, cause=cause),
        Outcome.LATER: lambda: postpone(mail, cause=cause),
        Outcome.REFUSED: lambda: finish(mail, MailState.FAILED, cause=cause),
        Outcome.UNCLEAR: lambda: finish(mail, MailState.UNKNOWN, cause=cause),
    }
    ends[outcome]()
    return outcome != Outcome.SERVER


def _lock(mail: Mail) -> None:
    held = Mail.objects.select_for_update().filter(pk=mail.pk, token=mail.token, state=MailState.SENDING)
    if not held.exists():
        raise LeaseLost


def _too_late(mail: Mail) -> str:
    if timezone.now() - mail.created_at <= timedelta(hours=settings.MAIL_LATEST_HOURS):
        return ""
    return _("It waited longer than the limit of %(hours)d h.") % {"hours": settings.MAIL_LATEST_HOURS}


def _never_accepted(mail: Mail) -> str:
    """Return why a mail that was tried until it was too late has failed; "" for one that was not."""
    if mail.attempts <= 1 or not mail.cause or not _too_late(mail):
        return ""
    text = _("The mail server did not accept it within %(hours)d h: %(cause)s")
    return text % {"hours": settings.MAIL_LATEST_HOURS, "cause": mail.cause}


def _cannot_be_reached(mail: Mail, recipient: str) -> str:
    """Address the mail to where its recipient is reached now; return why that cannot be."""
    if recipient == mail.recipient:
        return ""
    if not usable_email(recipient):
        return _("There is no longer an e-mail address.")
    same = Mail.objects.filter(
        kind=mail.kind,
        subject_type=mail.subject_type,
        subject_id=mail.subject_id,
        occasion=mail.occasion,
        recipient=recipient,
    )
    if same.exists():
        return _("The same e-mail is sent to the corrected address.")
    mail.recipient = recipient
    return ""


def _backoff(mail: Mail) -> float:
    steps = settings.MAIL_RETRY_BACKOFF
    return float(steps[min(max(mail.attempts, 1), len(steps)) - 1])


def _follow(mail: Mail) -> None:
    if kind := MAIL_KINDS.get(mail.kind):
        kind.follow(mail)
