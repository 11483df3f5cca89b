"""Why an order waits, and what came to light about one that has ended."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import TranslatableJSONField, TranslatableTextField
from backoffice.states import StateChoices, Tone
from orders.models.order import Order


def vendor_of_actor(actor: str) -> str:
    """Return the name of a vendor that did it; empty for anybody else."""
    return actor.removeprefix("vendor:") if actor.startswith("vendor:") else ""


class HoldReason(StateChoices):
    INVALID_INPUT = "invalid_input", Tone.AMBER, "edit_note", _("incorrect order data")
    BAD_ADDRESS = "bad_address", Tone.AMBER, "wrong_location", _("address not accepted by the vendor")
    VENDOR_REFUSED = "vendor_refused", Tone.RED, "block", _("rejected by the vendor")
    VENDOR_CANCELLED = "vendor_cancelled", Tone.RED, "cancel", _("cancelled by the vendor")
    DIFFERS_AT_VENDOR = "differs_at_vendor", Tone.RED, "difference", _("mismatch at the vendor")
    SECOND_AT_VENDOR = "second_at_vendor", Tone.RED, "content_copy", _("second order at the vendor")
    BAD_FILE = "bad_file", Tone.AMBER, "picture_as_pdf", _("print file the vendor could not use")
    UNAVAILABLE = "unavailable", Tone.AMBER, "production_quantity_limits", _("cannot be produced now")
    ODD_PRICE = "odd_price", Tone.AMBER, "price_change", _("price to check")
    OUT_OF_STOCK = "out_of_stock", Tone.AMBER, "production_quantity_limits", _("not enough stock")
    POSSIBLE_DUPLICATE = "possible_duplicate", Tone.AMBER, "content_copy", _("possible duplicate")
    MANUAL = "manual", Tone.GREY, "front_hand", _("held manually")
    RULE = "rule", Tone.AMBER, "rule", _("held by a rule")

    @property
    def is_alarming(self) -> bool:
        """Whether the order is not merely waiting: something went wrong that only a person can fix."""
        return self.tone == Tone.RED


class Hold(models.Model):
    """One reason why an order waits; an order may have several, each released by its own."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="holds", verbose_name=_("order"))
    reason = models.CharField(_("reason"), max_length=20, choices=HoldReason)
    text = TranslatableTextField(_("what happened and what to do"), blank=True)
    # {field path: [errors]}, as at intake.
    errors = TranslatableJSONField(_("errors by field"), default=dict, blank=True)
    placed_by = models.CharField(_("held by"), max_length=150)
    placed_at = models.DateTimeField(_("since"), auto_now_add=True)
    released_by = models.CharField(_("released by"), max_length=150, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    release_note = TranslatableTextField(_("note"), blank=True)
    # Who takes care of it, and until when it lasts: then it ends by itself.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("owner"),
    )
    until = models.DateTimeField(_("until"), null=True, blank=True)
    # The order that this one may repeat.
    duplicate_of = models.ForeignKey(
        Order,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("possible duplicate of"),
    )
    # Released although nothing was fixed: its errors are not checked again.
    overridden = models.BooleanField(_("released anyway"), default=False, db_default=False)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["pk"]
        indexes = [
            # With all that the inbox counts by, so that it reads no row of what waits but those that it shows.
            models.Index(
                fields=["reason", "placed_at", "id"],
                include=["order", "owner"],
                condition=Q(released_at__isnull=True),
                name="hold_waiting",
            ),
            models.Index(
                fields=["until"], condition=Q(released_at__isnull=True, until__isnull=False), name="hold_until"
            ),
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

    @property
    def vendor(self) -> str:
        """The vendor whose words it holds, empty where it was placed by another."""
        return vendor_of_actor(self.placed_by)


class OrderAlarm(models.Model):
    """The counterpart of a hold once the order has ended, until somebody has settled it; one row a finding."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="alarms", verbose_name=_("order"))
    reason = models.CharField(_("reason"), max_length=20, choices=HoldReason)
    text = TranslatableTextField(_("what happened and what to do"))
    raised_by = models.CharField(_("raised by"), max_length=150)
    raised_at = models.DateTimeField(_("since"), auto_now_add=True)
    settled_by = models.CharField(_("settled by"), max_length=150, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settlement = models.TextField(_("what was done about it"), blank=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ["pk"]
        indexes = [models.Index(fields=["raised_at"], condition=Q(settled_at__isnull=True), name="alarm_open")]

    def __str__(self) -> str:
        return self.get_reason_display()

    @property
    def vendor(self) -> str:
        """The vendor whose words it holds, empty where it was raised by another."""
        return vendor_of_actor(self.raised_by)
