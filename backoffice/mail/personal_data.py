"""What mails hold of people."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.mail.models import Mail
from backoffice.privacy.periods import RetentionSource, add_source
from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import SCRUB, Holder, register, register_without


def _find_mails(person: DataSubject) -> QuerySet[Any]:
    """Return mails to them, and those about something of theirs, to staff too."""
    to_them = Q(folded__in=person.emails)
    return Mail.objects.alias(folded=Lower("recipient")).filter(to_them | person.as_subject())


def _old_mails(shop: Shop | None, before: datetime) -> QuerySet[Any]:
    """Return mails about things of the shop; those to staff are of none."""
    return Mail.objects.filter(shop=shop, finished_at__lt=before, needs_attention=False)


def _forget_mails(keys: Collection[int]) -> None:
    Mail.objects.filter(pk__in=keys).delete()


add_source("mails", RetentionSource(name="mails", due=_old_mails, forget=_forget_mails))


register(
    Holder(
        model=Mail,
        holds=_("e-mails to customers and about their orders"),
        find=_find_mails,
        deleted=True,
        fields=dict.fromkeys(("recipient", "params", "subject_line", "text", "cause"), SCRUB),
        plain={"occasion": "a day or a key", "subject_type": "of a model", "message_id": "made at random"},
        kept="mails",
    ),
)
register_without(
    "which mails are on, and their words: of staff", "mail.ShopMail", "mail.StaffMail", "mail.MailTemplate"
)
