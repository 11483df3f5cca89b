"""Shipping labels that a merchant or the vendor supplies for a production order."""

from typing import Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Replace
from django.utils.translation import gettext_lazy as _

from backoffice.engine.models.stored_file import StoredFile
from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.model_fields import TranslatableTextField
from backoffice.states import StateChoices, Tone
from backoffice.text.translatable import gettext as _t
from fulfillment.models.production_order import ProductionOrder, ProductionOrderState

# A merchant may write a code in groups; scanners read none.
BARE_CODE = Replace(F("tracking_code"), Value(" "), Value(""))


class LabelKind(models.TextChoices):
    SUPPLIED = "supplied", _("supplied by the merchant")
    GENERIC = "generic", _("created by the vendor on request")


class LabelState(StateChoices):
    """Downloading it announces the parcel to the carrier for the same day: it happens once, on purpose."""

    WAITING = "waiting", Tone.GREY, "schedule", _("not fetched")
    ASKED = "asked", Tone.BLUE, "sync", _("being fetched")
    KEPT = "kept", Tone.GREEN, "check_circle", _("fetched")
    # The vendor handed it out (or a person says so), and we have no copy: the parcel is announced all the same.
    LOST = "lost", Tone.RED, "error", _("announced, but our copy is missing")
    REFUSED = "refused", Tone.RED, "block", _("rejected by the vendor")


# Nothing was handed out yet, so that it may be requested.
FETCHABLE = (LabelState.WAITING, LabelState.REFUSED)


class LabelQuerySet(models.QuerySet["Label"]):
    def with_code(self, *codes: str) -> Self:
        """Return those with one of these tracking codes, given without spaces however they are kept."""
        named = self.exclude(tracking_code="").annotate(bare_code=BARE_CODE)
        return named.filter(bare_code__in=codes)


class Label(StoredFile):
    """A label: which parcel it announced, when, and who asked for it. Fetched as a push, served from our copy."""

    production_order = models.ForeignKey(
        ProductionOrder, models.CASCADE, related_name="labels", verbose_name=_("production order")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=LabelKind)
    state = models.CharField(_("state"), max_length=12, choices=LabelState, default=LabelState.WAITING)
    # Empty for a generic label until the vendor has made it.
    vendor_id = models.CharField(_("vendor ID"), max_length=64, blank=True)
    url = models.TextField(_("vendor's link"), blank=True)
    raw_kind = models.CharField(_("vendor's type"), max_length=64, blank=True)
    raw_state = models.CharField(_("vendor status"), max_length=64, blank=True)
    # Empty where the merchant named none: the vendor then assigns the label to the parcel by itself.
    carrier = models.CharField(_("carrier"), max_length=64, blank=True)
    tracking_code = models.CharField(_("tracking code"), max_length=200, blank=True)

    objects = LabelQuerySet.as_manager()

    asked_by = models.CharField(_("requested by"), max_length=150, blank=True)
    asked_at = models.DateTimeField(_("requested"), null=True, blank=True)
    announced_at = models.DateTimeField(_("parcel announced"), null=True, blank=True)
    created_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["production_order", "vendor_id"], condition=~Q(vendor_id=""), name="one_label_per_vendor_id"
            ),
            models.UniqueConstraint(
                fields=["production_order"], condition=Q(kind="generic"), name="one_generic_label_per_order"
            ),
        ]
        indexes = [
            models.Index(fields=["tracking_code"], condition=~Q(tracking_code=""), name="label_tracking"),
            models.Index(BARE_CODE, condition=~Q(tracking_code=""), name="label_bare_code"),
            models.Index(fields=["-announced_at"], condition=Q(announced_at__isnull=False), name="label_announced"),
            models.Index(fields=["announced_at", "id"], condition=Q(state="lost"), name="label_without_copy"),
            models.Index(fields=["id"], condition=Q(state="refused"), name="label_refused"),
        ]

    def can_fetch(self) -> Eligibility:
        """Return whether it may be fetched: until it was handed out, and of an order that is to be shipped."""
        if self.state not in FETCHABLE:
            text = _t("This label has already been requested: %(state)s.")
            return ineligible(text % {"state": self.get_state_display()})
        if self.production_order.state == ProductionOrderState.CANCELLED:
            return ineligible(_t("The production order is cancelled: its label is not fetched."))
        return ELIGIBLE

    def __str__(self) -> str:
        return self.tracking_code or f"{self.get_kind_display()} {self.vendor_id}".strip()


class LabelResponse(StoredFile):
    """What came when a label was downloaded and is no label that can be printed: kept as it came, beside the label."""

    label = models.OneToOneField(Label, models.CASCADE, related_name="answer", verbose_name=_("label"))
    # None where the worker was lost between keeping and recording.
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    problem = TranslatableTextField(_("problem"))
    received_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta:
        verbose_name = _("response to a label download")
        verbose_name_plural = _("responses to label downloads")

    def __str__(self) -> str:
        return f"{self.label} ({self.content_type})"
