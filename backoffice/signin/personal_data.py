"""What the history of sign-ins holds of people: of staff only."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.privacy.periods import RetentionSource, add_source
from backoffice.privacy.registry import KEEP, About, Holder, register, register_without
from backoffice.signin.models import SignInEvent


def _old_sign_ins(shop: Shop | None, before: datetime) -> QuerySet[Any]:
    return SignInEvent.objects.filter(at__lt=before)


def _forget_sign_ins(keys: Collection[int]) -> None:
    SignInEvent.objects.filter(pk__in=keys).delete()


add_source("sign_ins", RetentionSource(name="events", due=_old_sign_ins, forget=_forget_sign_ins))


register(
    Holder(
        model=SignInEvent,
        about=About.STAFF,
        holds=_("when, from where and with which browser staff signed in"),
        fields={"user_agent": KEEP, "address": KEEP},
        kept="sign_ins",
    ),
)
register_without("what a group has to sign in with", "signin.FactorRequirement")
