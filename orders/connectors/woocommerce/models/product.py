"""Which SKU of ours a product of WooCommerce is."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import TranslatableTextField
from orders.connectors.woocommerce.models.connection import WooConnection


class WooProduct(models.Model):
    """A product there, or a variation of one, and the SKU that staff gave it; empty: none yet."""

    connection = models.ForeignKey(
        WooConnection, models.CASCADE, db_index=False, related_name="products", verbose_name=_("connection")
    )
    product_id = models.BigIntegerField(_("product"))
    # 0: the product itself.
    variation_id = models.BigIntegerField(_("variation"), default=0, db_default=0)
    woo_sku = models.CharField(_("SKU at WooCommerce"), max_length=200, blank=True)
    name = models.CharField(_("name"), max_length=500, blank=True)
    sku = models.CharField(_("our SKU"), max_length=100, blank=True, default="", db_default="")
    changed_by = models.CharField(_("changed by"), max_length=150, blank=True, default="", db_default="")

    # The pieces that it has there as far as we know, None: not counted. Certain only while `stock_is_sent`: it is not
    # before anything was sent, nor while something is.
    sent_stock = models.IntegerField(_("stock at WooCommerce"), null=True, editable=False)
    stock_is_sent = models.BooleanField(default=False, db_default=False, editable=False)
    stock_sent_at = models.DateTimeField(_("stock sent"), null=True, editable=False)
    # Why it was not taken, and before when it is not tried again.
    stock_cause = TranslatableTextField(_("why stock was not accepted"), blank=True, default="", db_default="")
    stock_retry_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("product at WooCommerce")
        verbose_name_plural = _("products at WooCommerce")
        constraints = [
            models.UniqueConstraint(fields=["connection", "product_id", "variation_id"], name="one_row_per_woo_product")
        ]
        indexes = [models.Index(fields=["connection", "id"], condition=Q(sku=""), name="woo_product_unmapped")]

    def __str__(self) -> str:
        return self.name or self.woo_sku or str(self.product_id)
