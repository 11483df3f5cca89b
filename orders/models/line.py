"""What was bought."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import SealedJSONField
from orders.models.order import Order


class LineKind(models.TextChoices):
    FILES = "files", _("print files")
    DESIGN = "design", _("design")
    STOCK = "stock", _("from stock")
    SIGN = "sign", _("sign")


class OrderLine(models.Model):
    """One thing bought, in one quantity, with what is needed to make it. Prices are net per unit."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", verbose_name=_("order"))
    position = models.PositiveSmallIntegerField(_("position"))
    reference = models.CharField(_("shop's reference"), max_length=50)
    kind = models.CharField(_("kind"), max_length=8, choices=LineKind)
    vendor = models.CharField(_("created by"), max_length=32)
    sku = models.CharField(_("SKU"), max_length=100, blank=True, db_index=True)
    name = models.CharField(_("name"), max_length=500, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.DecimalField(_("unit price"), max_digits=12, decimal_places=4)
    # Of the shop when the order came in, unless the storefront named one; None where neither says.
    tax_percent = models.DecimalField(_("VAT, in percent"), max_digits=5, decimal_places=2, null=True)
    # The vendor's price for that quantity when the order came in; None when unknown.
    unit_cost = models.DecimalField(_("unit cost"), max_digits=12, decimal_places=4, null=True, blank=True)
    # Pieces that were not in stock when the order came in.
    backordered = models.PositiveIntegerField(_("on backorder"), default=0, db_default=0)
    # Not yet in the stock that the vendor last reported (see `orders.services.stock`).
    takes_stock = models.BooleanField(default=False, db_default=False, editable=False)
    # As the shop gave it: our id of a design, or the vendor's.
    design_id = models.CharField(_("design"), max_length=64, blank=True)
    # Our id of a product that a shopper designed; it stands in `sku` too.
    custom_product = models.CharField(_("custom product"), max_length=64, blank=True, db_default="")
    # [{"url", "type"}], with "file_id" where we keep the file; the credentials are beside it, sealed:
    # {"<index>": {"scheme": ...}}.
    files = models.JSONField(_("files"), default=list, blank=True)
    file_credentials = SealedJSONField(null=True, editable=False)
    customs = models.JSONField(_("customs"), null=True, blank=True)
    custom_properties = models.JSONField(_("custom properties"), default=dict, blank=True)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="one_line_per_position"),
            models.UniqueConstraint(fields=["order", "reference"], name="one_line_per_reference"),
        ]
        indexes = [
            models.Index(fields=["sku", "vendor"], condition=models.Q(takes_stock=True), name="line_takes_stock")
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku or self.name}"

    @property
    def unit_price_gross(self) -> Decimal | None:
        """Per unit with value added tax, to four places; None where the tax is not known."""
        if self.tax_percent is None:
            return None
        return (self.unit_price * (1 + self.tax_percent / 100)).quantize(Decimal("0.0001"))
