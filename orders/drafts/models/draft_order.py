"""An order that is being typed in by a person."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import ApiKey, Shop
from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.text.translatable import gettext as _t
from orders.models import Order

PREFIX = "DESK-"
# Without letters and digits that are mistaken for each other on the telephone.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 8


def new_reference() -> str:
    """Return a reference that no draft and no order has: 40 random bits."""
    return PREFIX + "".join(secrets.choice(_LETTERS) for _place in range(_LENGTH))


def is_reference(text: str) -> bool:
    """Return whether the text may be the reference of a draft."""
    rest = text.removeprefix(PREFIX)
    return text.startswith(PREFIX) and len(rest) == _LENGTH and set(rest) <= set(_LETTERS)


class DraftOrder(models.Model):
    """What somebody has typed so far. `order` is the one that came of it; its reference is the draft's, so that a
    draft can become one order only.
    """

    reference = models.CharField(_("reference"), max_length=50, unique=True, default=new_reference, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", verbose_name=_("shop"))
    # What its order is called by the shop that sent it; empty: as the draft.
    shop_reference = models.CharField(_("shop's reference"), max_length=50, blank=True, default="", db_default="")
    # The key of the shop that made it; none where staff type it in.
    api_key = models.ForeignKey(
        ApiKey, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("API key"), editable=False
    )
    # Its order is a test, and so is one that repeats a test.
    is_test = models.BooleanField(_("test"), default=False, db_default=False, editable=False)
    # In the shape of `orders.drafts.services.contents.DraftContent`.
    content = models.JSONField(_("content"), default=dict)
    # Grows with each save; `editor` is the page that saved last, which may do so again whatever it has heard.
    version = models.PositiveIntegerField(_("version"), default=1)
    editor = models.CharField(max_length=32, blank=True, editable=False)
    repeats = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("repeats")
    )
    order = models.OneToOneField(
        Order, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("order")
    )
    # Of the content: what the list shows and searches.
    customer = models.CharField(_("customer"), max_length=500, blank=True)
    email = models.CharField(_("e-mail"), max_length=255, blank=True)
    line_count = models.PositiveSmallIntegerField(_("lines"), default=0)
    created_by = models.CharField(_("created by"), max_length=150)
    updated_by = models.CharField(_("saved by"), max_length=150)
    created_at = models.DateTimeField(_("started"), auto_now_add=True)
    updated_at = models.DateTimeField(_("saved"), auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        indexes = [
            models.Index(fields=["-id"], condition=Q(order__isnull=True), name="draft_open"),
            models.Index(fields=["shop", "is_test", "-id"], condition=Q(api_key__isnull=False), name="draft_of_shop"),
        ]

    def __str__(self) -> str:
        return self.customer or self.email or self.reference

    @property
    def order_reference(self) -> str:
        """What its order is called by its shop."""
        return self.shop_reference or self.reference

    def can_change(self) -> Eligibility:
        """Return whether it may still be changed, placed or deleted: it has not become an order."""
        if self.order_id is None:
            return ELIGIBLE
        return ineligible(_t("This draft has already been placed as an order."), code="placed")
