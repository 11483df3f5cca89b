"""Mails that were refused, or of which nobody knows whether they were sent."""

from backoffice.dashboard.needs import Need, NeedGroup, each, group_of, link
from backoffice.mail.models import Mail
from backoffice.mail.services.kinds import kind_title
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _


def mails() -> NeedGroup | None:
    return group_of(
        Mail.objects.filter(needs_attention=True).order_by("pk"),
        title=_("Mails refused or unclear"),
        icon="mail_off",
        tone=Tone.AMBER,
        url=link("mail_mail_changelist", query="?attention=1"),
        permission="mail.decide_mail",
        needs=each(_need),
    )


def _need(mail: Mail) -> Need:
    what = f"{kind_title(mail.kind)} · {mail.recipient}"
    detail = mail.cause or mail.get_state_display()
    return Need(
        what, detail, mail.finished_at or mail.created_at, link("mail_mail_change", mail.pk), action=_("Decide")
    )
