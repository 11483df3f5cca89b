"""Why an order waits."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import TranslatableJSONField, TranslatableTextField
from backoffice.states import StateChoices, Tone
from orders.models.order import Order


class HoldReason(StateChoices):
    INVALID_INPUT = "invalid_input", Tone.AMBER, "edit_note", _("something to correct")
    BAD_ADDRESS = "bad_address", Tone.AMBER, "wrong_location", _("address the vendor would refuse")
    VENDOR_REFUSED = "vendor_refused", Tone.RED, "block", _("refused by the vendor")
    VENDOR_CANCELLED = "vendor_cancelled", Tone.RED, "cancel", _("cancelled by the vendor")
    DIFFERS_AT_VENDOR = "differs_at_vendor", Tone.RED, "difference", _("the vendor holds something else")
    SECOND_AT_VENDOR = "second_at_vendor", Tone.RED, "content_copy", _("a second order at the vendor")
    BAD_FILE = "bad_file", Tone.AMBER, "picture_as_pdf", _("print file the vendor could not use")
    UNAVAILABLE = "unavailable", Tone.AMBER, "production_quantity_limits", _("cannot be made now")
    ODD_PRICE = "odd_price", Tone.AMBER, "price_change", _("price to check")
    OUT_OF_STOCK = "out_of_stock", Tone.AMBER, "production_quantity_limits", _("not enough in stock")
    POSSIBLE_DUPLICATE = "possible_duplicate", Tone.AMBER, "content_copy", _("possible duplicate")
    MANUAL = "manual", Tone.GREY, "front_hand", _("held by a person")
    RULE = "rule", Tone.AMBER, "rule", _("held by a rule")

    @property
    def is_alarming(self) -> bool:
        """Return whether the order is not merely waiting: something went wrong that only a person can mend."""
        return self.tone == Tone.RED


class Hold(models.Model):
    """One reason why an order waits; an order may have several, each released by its own."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="holds", verbose_name=_("order"))
    reason = models.CharField(_("reason"), max_length=20, choices=HoldReason)
    text = TranslatableTextField(_("what happened and what to do"), blank=True)
    # {field path: [complaints]}, as at intake.
    errors = TranslatableJSONField(_("errors by field"), default=dict, blank=True)
    placed_by = models.CharField(_("placed by"), max_length=150)
    placed_at = models.DateTimeField(_("since"), auto_now_add=True)
    released_by = models.CharField(_("released by"), max_length=150, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    release_note = TranslatableTextField(_("note"), blank=True)
    # Released although nothing was mended: what was complained about is not looked at again.
    overridden = models.BooleanField(_("released anyway"), default=False, db_default=False)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["reason", "placed_at"], condition=Q(released_at__isnull=True), name="hold_active")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "reason"],
                condition=Q(released_at__isnull=True) & ~Q(reason="rule"),
                name="one_active_hold_per_reason",
            ),
            # Each rule has a hold of its own, so that none releases or rewrites another's.
            models.UniqueConstraint(
                fields=["order", "placed_by"],
                condition=Q(released_at__isnull=True, reason="rule"),
                name="one_active_hold_per_rule",
            ),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()
