"""Mails that were refused, of which nobody knows whether they were sent, and that the server does not accept."""

from typing import Any

from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import InboxKind, Need, each, link, page_of
from backoffice.mail.models import Mail, MailState
from backoffice.mail.services.kinds import kind_title
from backoffice.sight import PERSONAL_DATA
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _

# They are tried again by themselves.
_WAITING = (MailState.NEW, MailState.SENDING)


def _need(mail: Mail, *, action: Any) -> Need:
    return Need(
        what=f"{kind_title(mail.kind)} · {mail.recipient}",
        detail=mail.cause or str(mail.get_state_display()),
        since=mail.finished_at or mail.created_at,
        url=link("mail_mail_change", mail.pk),
        action=action,
    )


KINDS = [
    InboxKind(
        name="mails",
        title=gettext_lazy("E-mails rejected or unclear"),
        icon="mail_off",
        tone=Tone.AMBER,
        place=230,
        see=("mail.view_mail", PERSONAL_DATA),
        act="mail.decide_mail",
        rows=lambda: Mail.objects.filter(needs_attention=True).exclude(state__in=_WAITING),
        order_by=("pk",),
        since="created_at",
        needs=each(lambda mail: _need(mail, action=_("Decide"))),
        page=page_of("mail_mail_changelist", query="?attention=1"),
    ),
    InboxKind(
        name="mails-waiting",
        title=gettext_lazy("E-mails the mail server does not accept"),
        icon="outgoing_mail",
        tone=Tone.AMBER,
        place=231,
        see=("mail.view_mail", PERSONAL_DATA),
        act="mail.decide_mail",
        rows=lambda: Mail.objects.filter(needs_attention=True, state__in=_WAITING),
        order_by=("pk",),
        since="created_at",
        needs=each(lambda mail: _need(mail, action=_("Find the cause"))),
        page=page_of("mail_mail_changelist", query="?attention=1"),
    ),
]
