"""Shipping documents that we supply."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import SealedJSONField
from orders.models.order import Order


class DocumentKind(models.TextChoices):
    DELIVERY_SLIP = "delivery_slip", _("delivery slip")
    LABEL = "label", _("label")


class OrderDocument(models.Model):
    """A delivery slip or label that is enclosed or stuck on; supplied documents mean one line per vendor order."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="documents", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=16, choices=DocumentKind)
    # Empty for what we make ourselves: its address is signed anew whenever it is given to somebody.
    url = models.TextField(_("address"), blank=True)
    made_by_us = models.BooleanField(_("created by us"), default=False)
    carrier = models.CharField(_("carrier"), max_length=64, blank=True)
    tracking_code = models.CharField(_("tracking code"), max_length=200, blank=True)
    credentials = SealedJSONField(null=True, editable=False)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.get_kind_display()
