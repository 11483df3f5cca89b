"""Tables of products and SKUs that people upload."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import TranslatableJSONField
from backoffice.states import Chip, StateChoices, Tone
from orders.connectors.woocommerce.models.connection import WooConnection


class WooTableState(StateChoices):
    READY = "ready", Tone.BLUE, "preview", _("read, ready for review")
    IMPORTED = "imported", Tone.GREEN, "check_circle", _("imported")
    DISCARDED = "discarded", Tone.GREY, "delete", _("discarded")


class WooProductTable(models.Model):
    """An uploaded workbook or CSV file as it was read: what it would change is looked at before it does."""

    connection = models.ForeignKey(WooConnection, models.CASCADE, related_name="tables", verbose_name=_("connection"))
    file_name = models.CharField(_("file"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=WooTableState, default=WooTableState.READY)
    # By name: rows, changed, unchanged, blank, problems.
    counts = models.JSONField(_("counts"), default=dict)
    # The first of them: {"row": number in the file, "product", "text"}.
    problems = TranslatableJSONField(_("problems"), default=list)
    # Our SKU by the key of the product; empty once it is imported or discarded.
    requests = models.JSONField(default=dict, editable=False)
    created_by = models.CharField(_("uploaded by"), max_length=150)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True, default="")

    class Meta:
        verbose_name = _("WooCommerce product table")
        verbose_name_plural = _("WooCommerce product tables")

    def __str__(self) -> str:
        return self.file_name

    @property
    def chip(self) -> Chip:
        return WooTableState(self.state).chip()
