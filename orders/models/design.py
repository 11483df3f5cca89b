"""Designs that customers make in a vendor's editor, and who owns what they upload there."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop

PREFIX = "dsg_"


def new_design_id() -> str:
    """Return an id that is never mistaken for a vendor's number and cannot be guessed."""
    return PREFIX + secrets.token_urlsafe(12)


class DesignState(models.TextChoices):
    """Ours, as in `vendors.design_messages.DesignState`; in the order of the journey."""

    UNKNOWN = "unknown", _("unknown")
    OPEN = "open", _("being edited")
    SUBMITTED = "submitted", _("submitted")
    READY = "ready", _("ready")
    CHECKED = "checked", _("checked")


ORDERABLE = (DesignState.SUBMITTED, DesignState.READY, DesignState.CHECKED)


class CustomerEditor(models.Model):
    """A shop's customer as a vendor's editor knows them: made once, then reused, so that uploads are found again."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="customer_editors", verbose_name=_("shop"))
    vendor = models.CharField(_("vendor"), max_length=32)
    customer = models.CharField(_("shop's customer key"), max_length=100)
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


class Design(models.Model):
    """A design as last read. The addresses that open the editor are secrets and not kept: each reading has new ones."""

    public_id = models.CharField(_("ID"), max_length=32, unique=True, default=new_design_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="designs", verbose_name=_("shop"))
    customer = models.ForeignKey(CustomerEditor, models.PROTECT, related_name="designs", verbose_name=_("customer"))
    vendor = models.CharField(_("vendor"), max_length=32)
    vendor_id = models.CharField(_("vendor ID"), max_length=64)
    # What the design was opened for, and what it is now: the editor switches the SKU with the variant.
    asked_sku = models.CharField(_("requested SKU"), max_length=100)
    sku = models.CharField(_("SKU"), max_length=100)
    intent = models.CharField(_("intent"), max_length=32, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=DesignState, default=DesignState.OPEN)
    raw_state = models.CharField(_("vendor status"), max_length=64, blank=True)
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    read_at = models.DateTimeField(_("last synced"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)

    class Meta:
        verbose_name = _("design")
        verbose_name_plural = _("designs")
        constraints = [models.UniqueConstraint(fields=["vendor", "vendor_id"], name="one_design_per_vendor_id")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_orderable(self) -> bool:
        """Whether its editing has ended."""
        return self.state in ORDERABLE

    @property
    def sku_changed(self) -> bool:
        """Whether the customer has switched to another variant."""
        return self.sku != self.asked_sku
