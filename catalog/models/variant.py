"""The things that can be ordered."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product


class Variant(models.Model):
    """One SKU: facts, order rules and media as the vendor gives them. Never deleted: gone at the vendor is a date."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="variants", verbose_name=_("product"))
    vendor = models.CharField(_("vendor"), max_length=32)
    vendor_id = models.CharField(_("vendor ID"), max_length=64)
    sku = models.CharField(_("SKU"), max_length=100)
    gtin = models.CharField(_("GTIN"), max_length=32, blank=True)
    # In the main language of the sync; the other languages are in VariantText.
    name = models.CharField(_("name"), max_length=500, blank=True)
    active = models.BooleanField(_("active at the vendor"), default=True)
    available = models.BooleanField(_("offered in sales channels"), default=True)
    # Any fulfiller under contract offers it (see Availability).
    orderable = models.BooleanField(_("orderable"), default=True)
    test_product = models.BooleanField(_("test product, never produced"), default=False)
    sample_product = models.BooleanField(_("sample"), default=False)
    personalized = models.BooleanField(_("personalised"), default=False)
    editor_intents = models.JSONField(_("editor"), default=list, blank=True)

    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    order_min_qty = models.PositiveIntegerField(_("minimum quantity"), default=1)
    order_max_qty = models.PositiveIntegerField(_("maximum quantity"), null=True, blank=True)
    tier_price_qty_only = models.BooleanField(_("tier quantities only"), default=False)

    # Whose listing it came with: empty for the usual one, else the country of a market.
    listed_from = models.CharField(_("listed for shipping from"), max_length=2, blank=True, db_default="")
    shipping_from = models.CharField(_("ships from"), max_length=2, blank=True)
    shipping_earliest_days = models.PositiveSmallIntegerField(_("earliest dispatch, days"), null=True, blank=True)
    shipping_latest_days = models.PositiveSmallIntegerField(_("latest dispatch, days"), null=True, blank=True)
    express_available = models.BooleanField(_("express"), default=False)

    image_url = models.TextField(_("image"), blank=True)
    media = models.JSONField(_("media"), default=dict, blank=True)
    properties = models.JSONField(_("properties"), default=list, blank=True)
    parts = models.JSONField(_("parts"), default=list, blank=True)

    content_hash = models.CharField(max_length=32, blank=True, editable=False)
    vendor_created_at = models.DateTimeField(_("created at the vendor"), null=True, blank=True)
    vendor_updated_at = models.DateTimeField(_("changed at the vendor"), null=True, blank=True)
    gone_at = models.DateTimeField(_("delisted by the vendor since"), null=True, blank=True)
    changed_at = models.DateTimeField(_("last change"))
    # Stamped by `services/revisions.py`: grows in the order in which changes become visible.
    revised_at = models.DateTimeField(db_default=Now(), editable=False)
    created_at = models.DateTimeField(_("first seen"))

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        # The SKU is what one orders by, so a renamed one is another variant, whatever the vendor's id says.
        constraints = [models.UniqueConstraint(fields=["vendor", "sku"], name="one_variant_per_sku")]
        indexes = [
            models.Index(fields=["vendor_id"], name="variant_by_vendor_id"),
            models.Index(fields=["revised_at", "id"], name="variant_by_revision"),
            models.Index(fields=["gtin"], name="variant_by_gtin", condition=~models.Q(gtin="")),
            models.Index(OpClass(Upper("sku"), name="text_pattern_ops"), name="variant_by_start_of_sku"),
            GinIndex(SearchVector("name", config="simple"), name="variant_by_words"),
        ]

    def __str__(self) -> str:
        return self.sku


class VariantText(models.Model):
    """What the vendor says of a variant in one language; descriptions are HTML as it came (clean before showing)."""

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="texts", verbose_name=_("variant"))
    language = models.CharField(_("language"), max_length=2)
    name = models.CharField(_("name"), max_length=500, blank=True)
    description = models.TextField(_("description"), blank=True)
    description_short = models.TextField(_("short description"), blank=True)
    description_secondary = models.TextField(_("secondary description"), blank=True)
    overwritten = models.BooleanField(_("overwritten"), default=False)

    class Meta:
        verbose_name = _("variant text")
        verbose_name_plural = _("variant texts")
        constraints = [models.UniqueConstraint(fields=["variant", "language"], name="one_variant_text_per_language")]

    def __str__(self) -> str:
        return f"{self.language}: {self.name}"


class Relation(models.Model):
    """A variant that the vendor relates to another: related, up-selling, cross-selling, samples, or another word."""

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="relations", verbose_name=_("variant"))
    kind = models.CharField(_("kind"), max_length=32)
    related_sku = models.CharField(_("related SKU"), max_length=100)
    # As the vendor calls it, in the main language; the related variant may be one that we do not have.
    name = models.CharField(_("name"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            models.UniqueConstraint(fields=["variant", "kind", "related_sku"], name="one_relation_per_kind_and_sku")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.related_sku}"
