"""Accounts at vendors beside those of the environment."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.model_fields import SealedJSONField
from backoffice.vendors.registry import vendor_title

LONGEST_NAME = 32  # as all columns that name a vendor
LONGEST_TITLE = 60
LONGEST_ADDRESS = 300


class VendorAccount(models.Model):
    """One account. Its `name` stands where a vendor's does: in orders there, pushes, callbacks, limits. It never
    changes and is never given again, so what was sent from an account belongs to it for good.
    """

    name = models.CharField(_("name"), max_length=LONGEST_NAME, unique=True, editable=False)
    # The name in the settings whose class speaks for it: the vendor, or its sandbox for test orders.
    vendor = models.CharField(_("vendor"), max_length=LONGEST_NAME)
    title = models.CharField(_("account name"), max_length=LONGEST_TITLE)
    # By setting, secrets too. Without any it is not set up, and nothing leaves from it.
    credentials = SealedJSONField(_("credentials"), default=dict)
    # Counts up with each change of the credentials: a token that was got with others is not used.
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    requests_per_minute = models.FloatField(_("calls per minute"), null=True, blank=True)
    created_by = models.CharField(_("created by"), max_length=150)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_by = models.CharField(_("credentials changed by"), max_length=150, blank=True, db_default="")
    changed_at = models.DateTimeField(_("credentials changed"), null=True, blank=True)
    # Removed: kept for the name, without credentials.
    retired_at = models.DateTimeField(_("removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("vendor account")
        verbose_name_plural = _("vendor accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "title"], condition=Q(retired_at__isnull=True), name="one_vendor_account_per_title"
            )
        ]

    def __str__(self) -> str:
        return f"{vendor_title(self.vendor)} · {self.title}"


class ShopAccount(models.Model):
    """A shop's new orders for a vendor are placed at this account; without a row at the environment's."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="vendor_accounts", verbose_name=_("shop"))
    vendor = models.CharField(_("vendor"), max_length=LONGEST_NAME)
    account = models.ForeignKey(
        VendorAccount, models.PROTECT, related_name="shop_accounts", verbose_name=_("vendor account")
    )

    class Meta:
        verbose_name = _("vendor account of a shop")
        verbose_name_plural = _("vendor accounts of shops")
        constraints = [models.UniqueConstraint(fields=["shop", "vendor"], name="one_account_per_shop_and_vendor")]

    def __str__(self) -> str:
        return f"{self.shop_id} → {self.account_id}"
