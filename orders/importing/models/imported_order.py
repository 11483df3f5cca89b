"""One order of a table."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import TranslatableJSONField
from backoffice.states import StateChoices, Tone
from orders.importing.models.order_import import OrderImport
from orders.models import Order


class ImportOutcome(StateChoices):
    """What placing it would come to, when it was last checked."""

    UNCHECKED = "unchecked", Tone.GREY, "hourglass_empty", _("not checked")
    READY = "ready", Tone.GREEN, "check_circle", _("can be placed")
    HELD = "held", Tone.AMBER, "pause_circle", _("would be held")
    KNOWN = "known", Tone.GREY, "done_all", _("already exists")
    LEFT_OUT = "left_out", Tone.GREY, "remove_circle", _("left out")
    WRONG = "wrong", Tone.RED, "error", _("cannot be placed")


class ImportedOrder(models.Model):
    """The rows of one reference. What was found stands in the row of the import's job; `order` is what came of it."""

    table = models.ForeignKey(
        OrderImport, models.CASCADE, db_index=False, related_name="orders", verbose_name=_("import")
    )
    # Number of its first row in the file.
    position = models.PositiveIntegerField(_("row"))
    reference = models.CharField(_("reference"), max_length=200, blank=True)
    # [{"row": number, "values": {field: text}, "problems": [[column, text]], "currencies": [[column, currency]]}]
    rows = TranslatableJSONField(_("rows"), default=list)
    customer = models.CharField(_("customer"), max_length=200, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=ImportOutcome, default=ImportOutcome.UNCHECKED)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=3, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    order = models.ForeignKey(
        Order, models.SET_NULL, null=True, blank=True, related_name="imported_from", verbose_name=_("order")
    )

    class Meta:
        verbose_name = _("order in an import")
        verbose_name_plural = _("orders in imports")
        constraints = [models.UniqueConstraint(fields=["table", "position"], name="one_imported_order_per_row")]
        indexes = [
            models.Index(fields=["table", "reference"], name="imported_order_reference"),
            models.Index(fields=["table", "outcome", "id"], name="imported_order_outcome"),
        ]

    def __str__(self) -> str:
        return self.reference or str(self.position)
