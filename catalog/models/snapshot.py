"""What a vendor held of a SKU when it was last asked, complete and exact."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Snapshot(models.Model):
    """The newest reading of one SKU and kind. `value` is shaped as `Change.before`."""

    vendor = models.CharField(_("vendor"), max_length=32)
    # A `ChangeKind`; of the prices of a market with the market behind it: "sales_prices@USD-US".
    kind = models.CharField(_("kind"), max_length=32)
    sku = models.CharField(_("SKU"), max_length=100)
    value = models.JSONField(_("value"), default=dict)
    read_at = models.DateTimeField(_("read"))

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [models.UniqueConstraint(fields=["vendor", "kind", "sku"], name="one_snapshot_per_sku")]

    def __str__(self) -> str:
        return f"{self.kind} {self.sku}"
