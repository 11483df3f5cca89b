"""Which order of ours is which of WooCommerce."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.connectors.woocommerce.models.connection import WooConnection
from orders.models import Order


class WooOrder(models.Model):
    """An order of WooCommerce, from the first message about it; locked by whoever works on one. At most one order of
    ours comes of it, and both are written in one transaction.
    """

    connection = models.ForeignKey(
        WooConnection, models.PROTECT, db_index=False, related_name="orders", verbose_name=_("connection")
    )
    woo_id = models.BigIntegerField(_("WooCommerce's id"))
    order = models.OneToOneField(Order, models.PROTECT, null=True, related_name="woocommerce", verbose_name=_("order"))
    # The newest that we know of it.
    status = models.CharField(_("status at WooCommerce"), max_length=40, blank=True)
    modified_at = models.DateTimeField(_("changed at WooCommerce"), null=True)
    # What of it came in, to find what another message changes.
    taken = models.JSONField(default=dict, editable=False)
    # The status that we set there ourselves: it comes back as a message.
    sent_status = models.CharField(max_length=40, blank=True, default="", db_default="", editable=False)

    class Meta:
        verbose_name = _("order at WooCommerce")
        verbose_name_plural = _("orders at WooCommerce")
        constraints = [models.UniqueConstraint(fields=["connection", "woo_id"], name="one_row_per_woo_order")]

    def __str__(self) -> str:
        return str(self.woo_id)
