"""Shipping labels that we supply on the day of dispatch."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.stored_file import ShopFile
from orders.models.vendor_order import VendorOrder


class SuppliedLabel(models.Model):
    """The one label of a vendor order: its PDF, carrier and tracking code. Never another one once it was asked for."""

    vendor_order = models.OneToOneField(
        VendorOrder, models.PROTECT, related_name="supplied_label", verbose_name=_("vendor order")
    )
    file = models.ForeignKey(ShopFile, models.PROTECT, related_name="+", verbose_name=_("file"))
    # The carrier's key, in lower case, as the vendor's list has it.
    carrier = models.CharField(_("carrier"), max_length=64)
    tracking_code = models.CharField(_("tracking code"), max_length=200)
    created_by = models.CharField(_("by"), max_length=150)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # The first answer: the vendor has announced the parcel with what it got then.
    answered_at = models.DateTimeField(_("first asked for"), null=True, blank=True)
    url = models.TextField(_("address"), blank=True, editable=False)

    class Meta:
        verbose_name = _("supplied label")
        verbose_name_plural = _("supplied labels")

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_code}"
