"""Orders that a vendor makes for us and of which we have no order: found after a restore from a backup."""

from typing import Any

import msgspec
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.vendors.messages import OrderReport
from orders.models.vendor_order import VendorOrder, VendorOrderState


class StrayState(models.TextChoices):
    OPEN = "open", _("open")
    LINKED = "linked", _("belongs to an order")
    DISMISSED = "dismissed", _("dismissed")


class StrayOrder(models.Model):
    """One order at a vendor that carries a reference of ours and belongs to no order here, until it is linked to one,
    brought in as one, or dismissed.
    """

    vendor = models.CharField(_("vendor"), max_length=32)
    vendor_id = models.CharField(_("vendor ID"), max_length=64)
    reference = models.CharField(_("our reference"), max_length=50)
    # What the reference says: whose order, which number, which part of it.
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", verbose_name=_("shop"))
    number = models.CharField(_("number"), max_length=32)
    part = models.PositiveSmallIntegerField(_("part"), default=1)
    shop_reference = models.CharField(_("shop's reference"), max_length=50, blank=True)
    vendor_state = models.CharField(_("state at the vendor"), max_length=16, choices=VendorOrderState)
    ordered_at = models.DateTimeField(_("ordered"), null=True, blank=True)
    # What the vendor reported of it, as `vendors.messages.OrderReport`.
    report = models.JSONField(default=dict)
    # The order of ours that carries the same reference and is another customer's.
    beside = models.ForeignKey(VendorOrder, models.SET_NULL, null=True, blank=True, related_name="+")
    found_at = models.DateTimeField(_("found"), auto_now_add=True)

    state = models.CharField(_("state"), max_length=12, choices=StrayState, default=StrayState.OPEN)
    vendor_order = models.ForeignKey(
        VendorOrder, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("vendor order")
    )
    # Brought in without the shop: what the customer paid is not known until the shop sends the order again.
    is_adopted = models.BooleanField(_("brought in"), default=False)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("order known only to a vendor")
        verbose_name_plural = _("orders known only to a vendor")
        permissions = [("decide_strayorder", "Can bring in or dismiss orders that only a vendor knows")]
        constraints = [models.UniqueConstraint(fields=["vendor", "vendor_id"], name="one_stray_per_vendor_id")]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="open"), name="stray_open"),
            models.Index(fields=["shop", "shop_reference"], name="stray_reference"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def last_report(self) -> OrderReport:
        """What the vendor reported of it."""
        return msgspec.convert(self.report, OrderReport, strict=False)

    @property
    def recipient(self) -> dict[str, Any]:
        """Where it goes, field by field; empty where the vendor did not report it."""
        return self.report.get("recipient") or {}
