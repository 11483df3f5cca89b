"""Who owns what a customer uploads in a vendor's editor."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop


class CustomerEditor(models.Model):
    """A shop's customer as a vendor's editor knows them: made once, then reused, so that uploads are found again."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="customer_editors", verbose_name=_("shop"))
    vendor = models.CharField(_("vendor"), max_length=32)
    customer = models.CharField(_("shop's key of the customer"), max_length=100)
    user_hash = models.CharField(_("vendor's user"), max_length=255, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("customer in the editor")
        verbose_name_plural = _("customers in the editor")
        constraints = [
            models.UniqueConstraint(fields=["shop", "vendor", "customer"], name="one_editor_user_per_customer")
        ]

    def __str__(self) -> str:
        return self.customer
