"""An uploaded table of orders."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.jobs.models import Job
from backoffice.model_fields import TranslatableTextField
from backoffice.states import StateChoices, Tone


class ImportState(StateChoices):
    WAITING = "waiting", Tone.BLUE, "hourglass_empty", _("being read")
    UNMAPPED = "unmapped", Tone.AMBER, "table_rows", _("columns not chosen yet")
    READ = "read", Tone.BLUE, "preview", _("read")
    REFUSED = "refused", Tone.RED, "block", _("cannot be read")
    DISCARDED = "discarded", Tone.GREY, "delete", _("discarded")


# From here somebody can say how it is to be read.
SETTABLE = (ImportState.UNMAPPED, ImportState.READ, ImportState.REFUSED)


class OrderImportManager(models.Manager["OrderImport"]):
    """Reads rows without their content, which is megabytes: it is fetched when it is asked for."""

    def get_queryset(self) -> "models.QuerySet[OrderImport]":
        return super().get_queryset().defer("content")


class OrderImport(models.Model):
    """A workbook or CSV file of a shop's orders. Once it is read, `job` checks them, and places them when started."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", verbose_name=_("shop"))
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(_("content"), editable=False)
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.WAITING)
    # Why it cannot be read, or what is missing.
    problem = TranslatableTextField(_("problem"), blank=True, default="")
    # By place: {"place", "name", "samples"}.
    columns = models.JSONField(default=list, editable=False)
    # Place of a column, as text -> name of the field.
    mapping = models.JSONField(_("columns"), default=dict)
    # What somebody has chosen (`services.formats.ReadingChoices`), and how the file was read in the end.
    choices = models.JSONField(default=dict, editable=False)
    formats = models.JSONField(default=dict, editable=False)
    # Names of the sheets of a workbook.
    sheets = models.JSONField(default=list, editable=False)
    row_count = models.PositiveIntegerField(_("rows"), default=0, db_default=0)
    order_count = models.PositiveIntegerField(_("orders"), default=0, db_default=0)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("job"))
    # How often a worker has begun to read it.
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    created_by = models.CharField(_("uploaded by"), max_length=150)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    waiting_since = models.DateTimeField(db_default=Now(), editable=False)

    objects = OrderImportManager()

    class Meta:
        verbose_name = _("order import")
        verbose_name_plural = _("order imports")
        indexes = [
            models.Index(fields=["id"], condition=Q(state="waiting"), name="order_import_waiting"),
            models.Index(fields=["created_at"], name="order_import_created"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_started(self) -> bool:
        """Return whether its orders are being placed, or are: nothing about the reading changes from then on."""
        return self.job is not None and self.job.started_at is not None
