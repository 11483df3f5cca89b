"""Product groups and their categories."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Category(models.Model):
    """A place in a vendor's category tree; `path` joins the names by "/"."""

    vendor = models.CharField(_("vendor"), max_length=32)
    path = models.CharField(_("path"), max_length=500)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [models.UniqueConstraint(fields=["vendor", "path"], name="one_category_per_path")]

    def __str__(self) -> str:
        return self.path


class Product(models.Model):
    """A group of variants (the vendor's "mother"): what they share. Never deleted: gone at the vendor is a date."""

    vendor = models.CharField(_("vendor"), max_length=32)
    vendor_id = models.CharField(_("vendor ID"), max_length=64)
    # In the main language of the sync; the other languages are in ProductText.
    name = models.CharField(_("name"), max_length=500, blank=True)
    image_url = models.TextField(_("image"), blank=True)
    video_url = models.TextField(_("video"), blank=True)
    categories = models.ManyToManyField(Category, blank=True, related_name="products", verbose_name=_("categories"))
    content_hash = models.CharField(max_length=32, blank=True, editable=False)
    vendor_created_at = models.DateTimeField(_("created at the vendor"), null=True, blank=True)
    vendor_updated_at = models.DateTimeField(_("changed at the vendor"), null=True, blank=True)
    gone_at = models.DateTimeField(_("delisted by the vendor since"), null=True, blank=True)
    changed_at = models.DateTimeField(_("last change"))
    # Of the product or one of its variants, stamped by `services/revisions.py`.
    revised_at = models.DateTimeField(db_default=Now(), editable=False)
    created_at = models.DateTimeField(_("first seen"))

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [models.UniqueConstraint(fields=["vendor", "vendor_id"], name="one_product_per_vendor_id")]
        indexes = [
            GinIndex(SearchVector("name", config="simple"), name="product_by_words"),
            models.Index(fields=["revised_at", "id"], name="product_by_revision"),
        ]

    def __str__(self) -> str:
        return self.name or self.vendor_id


class ProductListing(models.Model):
    """How a product stood in the listing of a market: the same again needs no reading."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="listings", verbose_name=_("product"))
    currency = models.CharField(max_length=3)
    shipping_from = models.CharField(max_length=2, blank=True)
    source_hash = models.CharField(max_length=32, editable=False)

    class Meta:
        verbose_name = _("product in a market")
        verbose_name_plural = _("products in markets")
        constraints = [
            models.UniqueConstraint(fields=["product", "currency", "shipping_from"], name="one_listing_per_market")
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.currency} {self.shipping_from}".strip()


class ProductText(models.Model):
    """A product group's name in one language."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="texts", verbose_name=_("product"))
    language = models.CharField(_("language"), max_length=2)
    name = models.CharField(_("name"), max_length=500, blank=True)
    overwritten = models.BooleanField(_("overwritten"), default=False)
    # Of the listing that the product and its variants were last read from: the same again needs no reading.
    source_hash = models.CharField(max_length=32, blank=True, editable=False)

    class Meta:
        verbose_name = _("product text")
        verbose_name_plural = _("product texts")
        constraints = [models.UniqueConstraint(fields=["product", "language"], name="one_product_text_per_language")]

    def __str__(self) -> str:
        return f"{self.language}: {self.name}"
