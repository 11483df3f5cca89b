"""What drafts hold of people."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import SCRUB, Holder, identities, register
from orders.drafts.models import DraftOrder
from orders.models import Order


def _find(person: DataSubject) -> QuerySet[Any]:
    theirs = Q(order__in=person.of(Order)) | Q(repeats__in=person.of(Order))
    return DraftOrder.objects.alias(folded=Lower("email")).filter(theirs | Q(folded__in=person.emails - {""}))


def _identify() -> Iterable[tuple[str, str, int]]:
    emails = DraftOrder.objects.exclude(email="").values_list(Lower("email"), flat=True)
    return ((email, "", 0) for email in emails.iterator(chunk_size=5000))


identities.append(_identify)
register(
    Holder(
        model=DraftOrder,
        holds=_("orders that are being entered"),
        find=_find,
        deleted=True,
        fields=dict.fromkeys(("content", "customer", "email"), SCRUB),
        plain={"shop_reference": "of an order"},
        kept=_("%(period)s after it was last saved"),
        setting="DRAFT_DAYS",
    ),
)
