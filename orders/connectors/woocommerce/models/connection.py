"""The connection of a shop of ours to its WooCommerce."""

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.model_fields import SealedJSONField, TranslatableTextField
from backoffice.states import Chip, Tone

LONGEST_ADDRESS = 500


def paid_statuses() -> list[str]:
    """Return the statuses of a paid order in a WooCommerce as it is delivered."""
    return ["processing", "completed"]


def file_keys() -> list[str]:
    """Return under which names plug-ins keep a print file unless somebody says otherwise."""
    return ["print_file", "_print_file"]


class WooConnection(models.Model):
    """Where a shop's WooCommerce is, how we get in, what is exchanged, and how it has been doing."""

    shop = models.OneToOneField(Shop, models.PROTECT, related_name="woocommerce", verbose_name=_("shop"))
    # Part of the address that its webhooks are posted to.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    url = models.CharField(_("address"), max_length=LONGEST_ADDRESS)
    # {"key", "secret"}: the REST API's consumer key.
    credentials = SealedJSONField(editable=False)
    # Signs the webhooks.
    secret = SealedJSONField(editable=False)
    active = models.BooleanField(_("switched on"), default=True, db_default=True)
    paid_statuses = ArrayField(
        models.CharField(max_length=40), verbose_name=_("statuses of paid orders"), default=paid_statuses
    )
    file_keys = ArrayField(
        models.CharField(max_length=100), verbose_name=_("fields with print files"), default=file_keys, blank=True
    )
    use_equal_skus = models.BooleanField(_("use matching SKUs without asking"), default=False, db_default=False)
    hold_status = models.CharField(_("status of held orders"), max_length=40, blank=True, default="", db_default="")
    complete_shipped = models.BooleanField(_("complete shipped orders"), default=True, db_default=True)
    mail_tracking = models.BooleanField(_("e-mail tracking codes to customers"), default=False, db_default=False)
    # Orders paid before stay out, whatever happens to them there; unset: those from before the connection.
    orders_since = models.DateTimeField(_("orders paid from"), null=True, blank=True)
    send_stock = models.BooleanField(_("send stock"), default=False, db_default=False)
    stock_reserve = models.PositiveIntegerField(_("stock reserve in pieces"), default=0, db_default=0)
    created_by = models.CharField(_("created by"), max_length=150)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    # Up to where its orders were read: those modified after that time, without the first so many of them.
    pull_after = models.DateTimeField(editable=False)
    pull_offset = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    pulled_at = models.DateTimeField(_("last synced"), null=True, editable=False)
    webhook_at = models.DateTimeField(_("last webhook"), null=True, editable=False)
    webhooks_at = models.DateTimeField(_("webhooks set up"), null=True, editable=False)
    # The page of its products that is read next; 0: they are not being read.
    products_page = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    products_read_at = models.DateTimeField(_("products read"), null=True, editable=False)

    # How it is doing: failed requests in a row, since when, and before when it is left alone.
    failures = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    last_failure = TranslatableTextField(_("cause of the last failure"), blank=True, default="", db_default="")
    retry_at = models.DateTimeField(_("next try"), null=True, editable=False)
    needs_attention = models.BooleanField(_("needs attention"), default=False, db_default=False, editable=False)
    # The same of stock alone: a key may read and not write. `stock_next_at` is a lease while somebody sends.
    stock_at = models.DateTimeField(_("stock sent"), null=True, editable=False)
    stock_next_at = models.DateTimeField(null=True, editable=False)
    stock_failures = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    stock_cause = TranslatableTextField(_("why stock was not sent"), blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("WooCommerce connection")
        verbose_name_plural = _("WooCommerce connections")
        indexes = [models.Index(fields=["id"], condition=models.Q(needs_attention=True), name="woo_needs_attention")]

    def __str__(self) -> str:
        return self.url.partition("://")[2] or self.url

    @property
    def first_order_at(self) -> datetime:
        """When an order has to be paid at the earliest to come in."""
        return self.orders_since or self.created_at

    def chip(self) -> Chip:
        """Return how it is doing, in a word."""
        if not self.active:
            return Chip(Tone.GREY, "toggle_off", str(_("disabled")))
        if self.needs_attention:
            return Chip(Tone.RED, "error", str(_("interrupted")), hint=str(self.last_failure))
        if self.failing_since:
            return Chip(Tone.AMBER, "warning", str(_("interrupted")), hint=str(self.last_failure))
        if self.send_stock and self.stock_cause:
            return Chip(Tone.AMBER, "inventory_2", str(_("stock not sent")), hint=str(self.stock_cause))
        return Chip(Tone.GREEN, "check_circle", str(_("healthy")))
