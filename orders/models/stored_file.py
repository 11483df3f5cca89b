"""Files that shops and staff give us, to be fetched by vendors: print files, and labels on the day of dispatch."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.engine.models.stored_file import StoredFile
from orders.models.vendor_order import VendorOrder

PREFIX = "file_"


def new_file_id() -> str:
    return PREFIX + secrets.token_urlsafe(12)


class ShopFile(StoredFile):
    """A PDF given to us, kept by us: a print file or a label. The row is written after the file."""

    public_id = models.CharField(_("ID"), max_length=32, unique=True, default=new_file_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="files", verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        # The same content again is the same file: an upload may be repeated without harm.
        constraints = [models.UniqueConstraint(fields=["shop", "sha256"], name="one_file_per_content")]

    def __str__(self) -> str:
        return self.name or self.public_id


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
    answered_at = models.DateTimeField(_("first requested"), null=True, blank=True)
    url = models.TextField(_("address"), blank=True, editable=False)

    class Meta:
        verbose_name = _("supplied label")
        verbose_name_plural = _("supplied labels")

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_code}"
