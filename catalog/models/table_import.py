"""Tables that people upload, on their way to a change set."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import TranslatableJSONField
from backoffice.states import Chip, StateChoices, Tone
from catalog.models.change_set import ChangeKind, ChangeSet
from catalog.models.of_market import OfMarket


class TableImportState(StateChoices):
    WAITING = "waiting", Tone.GREY, "hourglass_empty", _("waiting to be read")
    READING = "reading", Tone.BLUE, "sync", _("being read")
    READY = "ready", Tone.BLUE, "preview", _("read, ready for review")
    DRAFTED = "drafted", Tone.GREEN, "check_circle", _("draft created")
    REFUSED = "refused", Tone.RED, "block", _("cannot be read")
    DISCARDED = "discarded", Tone.GREY, "delete", _("discarded")


class TableImport(OfMarket):
    """An uploaded workbook or CSV file: what it would change is looked at before a change set is made of it."""

    vendor = models.CharField(_("vendor"), max_length=32)
    kind = models.CharField(_("kind"), max_length=20, choices=ChangeKind)
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(_("content"), editable=False)
    # Whether a blank cell takes a value away; otherwise it changes nothing.
    clear_blanks = models.BooleanField(_("blank cells clear the value"), default=False)
    state = models.CharField(_("state"), max_length=12, choices=TableImportState, default=TableImportState.WAITING)
    created_by = models.CharField(_("uploaded by"), max_length=150)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    # Since when it is to be read, and when a worker first began to.
    waiting_since = models.DateTimeField(default=timezone.now, editable=False)
    reading_since = models.DateTimeField(null=True, editable=False)
    # Rows of the table read so far.
    seen = models.PositiveIntegerField(_("rows read"), default=0)
    # By name: skus, changed, unchanged, not_compared, problems; windows_letters: 1 where its letters were assumed.
    counts = models.JSONField(_("counts"), default=dict)
    # The first of them: {"row": number in the file (None for the whole of it), "sku", "text"}.
    problems = TranslatableJSONField(_("problems"), default=list)
    # What a change set would ask for, by SKU.
    requests = models.JSONField(default=dict, editable=False)
    change_set = models.ForeignKey(
        ChangeSet, models.SET_NULL, null=True, blank=True, related_name="tables", verbose_name=_("change set")
    )

    class Meta:
        verbose_name = _("uploaded table")
        verbose_name_plural = _("uploaded tables")

    def __str__(self) -> str:
        return self.file_name

    @property
    def chip(self) -> Chip:
        return TableImportState(self.state).chip()
