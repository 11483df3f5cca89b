"""One row of a job: what is done with one thing, and what came of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.jobs.models.job import Job, part_path
from backoffice.model_fields import TranslatableJSONField, TranslatableTextField
from backoffice.states import StateChoices, Tone


class RowState(StateChoices):
    NEW = "new", Tone.GREY, "hourglass_empty", _("not checked")
    READY = "ready", Tone.BLUE, "check", _("ready")
    SKIPPED = "skipped", Tone.GREY, "remove", _("skipped")
    DONE = "done", Tone.GREEN, "check_circle", pgettext_lazy("row", "done")
    FAILED = "failed", Tone.RED, "error", _("failed")


class JobRow(models.Model):
    """One thing in a job. Its result is written in the transaction of its effect, so it is never done twice."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="rows", verbose_name=_("job"))
    subject_id = models.BigIntegerField()
    # What it was called when the preview was made, and whose it was.
    label = models.CharField(_("name"), max_length=200)
    detail = models.CharField(max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=RowState, default=RowState.NEW)
    # Why it is skipped or has failed.
    text = TranslatableTextField(_("result"), blank=True)
    errors = TranslatableJSONField(_("errors by field"), default=dict, blank=True)
    # What is to be done with this one alone.
    params = models.JSONField(default=dict, blank=True)
    # What the file is made of.
    result = models.JSONField(null=True, blank=True)
    # What brings back what was before; null where nothing does.
    undo = models.JSONField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("job row")
        verbose_name_plural = _("job rows")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["job", "subject_id"], name="one_job_row_per_subject")]
        indexes = [
            models.Index(fields=["job", "state", "id"], name="job_row_state"),
            models.Index(fields=["job", "id"], condition=Q(state="ready"), name="job_row_ready"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def part_path(self) -> str:
        """Where its part of the job's file lies, for a kind that makes its file of parts."""
        return part_path(self.job_id, self.pk)
