"""Mails that were refused, or of which nobody knows whether they were sent."""

from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import InboxKind, Need, each, link, page_of
from backoffice.mail.models import Mail
from backoffice.mail.services.kinds import kind_title
from backoffice.sight import PERSONAL_DATA
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _


def _need(mail: Mail) -> Need:
    return Need(
        what=f"{kind_title(mail.kind)} · {mail.recipient}",
        detail=mail.cause or str(mail.get_state_display()),
        since=mail.finished_at or mail.created_at,
        url=link("mail_mail_change", mail.pk),
        action=_("Decide"),
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
        rows=lambda: Mail.objects.filter(needs_attention=True),
        order_by=("pk",),
        since="created_at",
        needs=each(_need),
        page=page_of("mail_mail_changelist", query="?attention=1"),
    )
]
