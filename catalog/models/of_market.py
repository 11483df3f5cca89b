"""What belongs to the prices of one market."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OfMarket(models.Model):
    """Prices in another currency, or of goods from another country, than the vendor usually lists; both empty for those
    that it does.
    """

    currency = models.CharField(_("currency"), max_length=3, blank=True, default="", db_default="")
    shipping_from = models.CharField(_("ships from"), max_length=2, blank=True, default="", db_default="")

    class Meta:
        abstract = True
