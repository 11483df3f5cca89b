"""Products that shoppers designed at a vendor."""

import secrets

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.engine.models.stored_file import FetchedFile

# Vendors that know products by number are told this plus the key: products of the catalogue have the keys below.
FIRST_CUSTOM_NUMBER = 1_000_000_000


def new_external_id() -> str:
    """Return ours, which the vendor keeps: it cannot be guessed, and is no number of theirs."""
    return f"sgn_{secrets.token_hex(12)}"


class CustomProduct(models.Model):
    """One thing that a shopper designed: what the vendor said of it, and the id that orders name it by."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="custom_products", verbose_name=_("shop"))
    vendor = models.CharField(_("vendor"), max_length=32)
    vendor_id = models.CharField(_("vendor ID"), max_length=64)
    external_id = models.CharField(_("our ID"), max_length=40, unique=True, default=new_external_id, editable=False)
    title = models.CharField(_("title"), max_length=500, blank=True)
    description = models.TextField(_("description"), blank=True)
    # Cleaned before it is kept: text, structure and plain links.
    description_html = models.TextField(_("description in HTML"), blank=True)
    # As the shopper saw them, with value added tax; None where the vendor said none.
    price = models.DecimalField(_("gross price"), max_digits=16, decimal_places=4, null=True)
    compare_price = models.DecimalField(_("previous price"), max_digits=16, decimal_places=4, null=True)
    # The shop's: the vendor names none.
    currency = models.CharField(_("currency"), max_length=3)
    customiser_id = models.CharField(_("customiser"), max_length=64, blank=True)
    logo_upload_id = models.CharField(_("logo upload"), max_length=64, blank=True)
    external_data = models.JSONField(_("further data"), null=True)
    vendor_created_at = models.DateTimeField(_("created at the vendor"), null=True)
    vendor_updated_at = models.DateTimeField(_("changed at the vendor"), null=True)
    created_at = models.DateTimeField(_("received"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("custom product")
        verbose_name_plural = _("custom products")
        constraints = [models.UniqueConstraint(fields=["vendor", "vendor_id"], name="one_custom_product_per_vendor_id")]
        indexes = [
            models.Index(fields=["shop", "-id"], name="custom_product_shop"),
            GinIndex(SearchVector("title", config="simple"), name="custom_product_by_words"),
        ]

    def __str__(self) -> str:
        return self.title or self.external_id


class CustomPicture(FetchedFile):
    """A picture of a custom product: where the vendor has it, and our copy once it is fetched."""

    product = models.ForeignKey(CustomProduct, models.CASCADE, related_name="pictures", verbose_name=_("product"))
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind of image"), max_length=50, blank=True)
    failed = models.BooleanField(_("abandoned"), default=False)

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("images")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["product", "position"], name="one_picture_per_position")]
        indexes = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="custom_picture_due")]

    def __str__(self) -> str:
        return self.url
