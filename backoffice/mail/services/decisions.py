"""What a person decides about a mail that was refused, or of which nobody knows whether it was sent."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.decisions import note_decision
from backoffice.engine.services.task_queue import enqueue_soon_on_commit
from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.mail.models import Mail, MailState
from backoffice.mail.services.kinds import MAIL_KINDS
from backoffice.mail.services.queueing import SEND_MAILS
from backoffice.text.translatable import gettext as _


def can_decide(mail: Mail) -> Eligibility:
    """Return whether there is anything to decide."""
    if mail.state == MailState.SENDING:
        return ineligible(_("This e-mail is being sent right now."))
    return ELIGIBLE if mail.needs_attention else ineligible(_("No decision is needed for this e-mail."))


@transaction.atomic
def send_again(mail: Mail, *, actor: str) -> Mail:
    """Queue the mail once more: it may then arrive twice. Raise IllegalTransition.

    It counts as queued now, by who wants it: neither its age nor a restore before that stands against it.
    """
    mail = _locked(mail)
    mail.state, mail.token, mail.handed_over, mail.needs_attention = MailState.NEW, None, False, False
    mail.cause, mail.finished_at, mail.next_at = "", None, Now()
    mail.created_at, mail.created_by = timezone.now(), actor
    mail.save()
    note_decision(mail, _("Sent again"))
    enqueue_soon_on_commit(SEND_MAILS)
    return mail


@transaction.atomic
def settle_mail(mail: Mail, *, arrived: bool, actor: str) -> Mail:
    """Record what a person knows: it arrived, or it is not to be sent. Raise IllegalTransition."""
    mail = _locked(mail)
    mail.state = MailState.SENT if arrived else MailState.SKIPPED
    mail.needs_attention, mail.decided_by, mail.finished_at = False, actor, timezone.now()
    mail.save(update_fields=["state", "needs_attention", "decided_by", "finished_at"])
    note_decision(mail, _("Marked as delivered") if arrived else _("Dismissed"))
    if kind := MAIL_KINDS.get(mail.kind):
        kind.follow(mail)
    return mail


def _locked(mail: Mail) -> Mail:
    row = Mail.objects.select_for_update().get(pk=mail.pk)
    can_decide(row).ensure()
    return row
