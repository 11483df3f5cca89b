"""What buyers said of a shop and its products, as the vendor of reviews publishes it. Read only."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from catalog.models.product import Product


class Rating(models.Model):
    """All published reviews of a shop, or of a product in it, in one language, summed up when they were last read.

    `number` is the product's as vendors are told it, 0 for the shop itself; `product` is None where that is none of
    the catalogue's.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="ratings", verbose_name=_("shop"))
    # Two letters in upper case; empty where the key that reads it names none.
    language = models.CharField(_("language"), max_length=2, blank=True)
    number = models.PositiveBigIntegerField(_("product number"), default=0)
    product = models.ForeignKey(
        Product, models.CASCADE, null=True, blank=True, related_name="ratings", verbose_name=_("product")
    )
    average = models.DecimalField(_("average"), max_digits=3, decimal_places=2)
    total = models.PositiveIntegerField(_("reviews"))
    # How many have 1, 2, 3, 4 and 5 stars, in that order.
    distribution = ArrayField(models.PositiveIntegerField(), size=5, verbose_name=_("distribution"))
    read_at = models.DateTimeField(_("read"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [models.UniqueConstraint(fields=["shop", "language", "number"], name="one_rating_per_product")]

    def __str__(self) -> str:
        return f"{self.average} ({self.total})"


class Review(models.Model):
    """One of the newest published reviews of a rating. `text` and `reply` are plain; `order` is our id of it."""

    rating = models.ForeignKey(Rating, models.CASCADE, related_name="reviews", verbose_name=_("rating"))
    vendor_id = models.CharField(_("vendor ID"), max_length=64)
    author = models.CharField(_("author"), max_length=100, blank=True)
    stars = models.PositiveSmallIntegerField(_("stars"))
    text = models.TextField(_("text"), blank=True)
    reply = models.TextField(_("reply"), blank=True)
    language = models.CharField(_("language"), max_length=2, blank=True)
    order = models.CharField(_("order"), max_length=64, blank=True)
    written_at = models.DateTimeField(_("written"), null=True, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = [models.F("written_at").desc(nulls_last=True), "-pk"]
        constraints = [models.UniqueConstraint(fields=["rating", "vendor_id"], name="one_review_per_vendor_id")]

    def __str__(self) -> str:
        return f"{self.stars}: {self.author}"


class RatingReading(models.Model):
    """How far the reading of a shop's ratings is; `key_name` names the key, and is not the key."""

    key_name = models.CharField(_("key"), max_length=20, primary_key=True)
    # The product after which the next run goes on; 0: from the beginning.
    after = models.PositiveBigIntegerField(_("read up to"), default=0)
    read_at = models.DateTimeField(_("last synced"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("ratings sync")
        verbose_name_plural = _("ratings syncs")

    def __str__(self) -> str:
        return self.key_name
