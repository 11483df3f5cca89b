"""One thing done with many rows."""

import uuid
from collections.abc import Collection
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.engine.models.stored_file import StoredFile
from backoffice.model_fields import TranslatableTextField
from backoffice.states import StateChoices, Tone


class JobState(StateChoices):
    CHECKING = "checking", Tone.BLUE, "fact_check", _("checking")
    READY = "ready", Tone.GREY, "rule", _("preview")
    RUNNING = "running", Tone.BLUE, "sync", _("running")
    STOPPED = "stopped", Tone.AMBER, "stop_circle", _("stopped")
    DONE = "done", Tone.GREEN, "check_circle", _("finished")
    FAILED = "failed", Tone.RED, "error", _("failed")


# Where parts of a file lie while it is made; their names begin with the key of the job.
PARTS_FOLDER = "jobs/parts/"


def part_path(job_pk: int, row_pk: int) -> str:
    """Return where a row's part of the job's file lies: the same each time, so that one made again takes its place."""
    return f"{PARTS_FOLDER}{job_pk}-{row_pk}.pdf"


# A worker has something to do.
MOVING = (JobState.CHECKING, JobState.RUNNING)


class JobQuerySet(models.QuerySet["Job"]):
    def moving(self) -> "JobQuerySet":
        """Return those with something left for a worker."""
        return self.filter(state__in=MOVING)

    def claimable(self) -> "JobQuerySet":
        """Return those that no worker has, or whose worker is lost."""
        return self.moving().filter(Q(lease_until__isnull=True) | Q(lease_until__lte=Now()))

    def needing_attention(self) -> "JobQuerySet":
        """Return those that ended with failed rows, or could not be finished, and nobody has dealt with yet."""
        return self.filter(needs_attention=True)


class Job(StoredFile):
    """What is to be done, by whom, how far it is. Which rows are in it was fixed when the preview was made; they are
    the truth about what is done. The file is what the job makes, where it makes one.
    """

    kind = models.CharField(_("kind"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.CHECKING)
    # Every line that it writes into a timeline carries this id.
    change = models.UUIDField(_("change"), default=uuid.uuid4, unique=True, editable=False)
    # What was asked for once for all rows, by name.
    inputs = models.JSONField(default=dict, blank=True)
    # The filters of the list whose rows they are, where all that were found were taken.
    query = models.TextField(_("filters"), blank=True)
    total = models.PositiveIntegerField(_("rows"), default=0)
    # {state of a row: how many} at the end.
    counts = models.JSONField(default=dict, blank=True)
    undoes = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="undone_by", verbose_name=_("undoes")
    )
    repeats = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("repeats")
    )
    # Those whose rows its maker saw, so that it is done and read with no other view; None: all.
    shops = ArrayField(models.BigIntegerField(), verbose_name=_("shops"), null=True, editable=False)
    created_by = models.CharField(_("by"), max_length=150)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    stopped_by = models.CharField(_("stopped by"), max_length=150, blank=True)
    needs_attention = models.BooleanField(_("needs attention"), default=False)
    problem = TranslatableTextField(_("problem"), blank=True)
    faults = models.PositiveSmallIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        permissions: ClassVar = [("export_job", "Can export lists with customers' data")]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(state__in=["checking", "running"]), name="job_moving"),
            models.Index(fields=["id"], condition=Q(needs_attention=True), name="job_needs_attention"),
            models.Index(fields=["created_by", "-id"], name="job_by"),
            models.Index(fields=["created_at"], name="job_created"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @classmethod
    def known_paths(cls, paths: Collection[str]) -> set[str]:
        """Return those of files that jobs made, and of parts of files that jobs are making."""
        parts = {
            path: path.removeprefix(PARTS_FOLDER).partition("-")[0] for path in paths if path.startswith(PARTS_FOLDER)
        }
        keys = {int(key) for key in parts.values() if key.isdecimal()}
        jobs = set(cls.objects.filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
        making = {path for path, key in parts.items() if key.isdecimal() and int(key) in jobs}
        return super().known_paths(paths) | making

    @property
    def is_moving(self) -> bool:
        """Return whether a worker has something left to do."""
        return self.state in MOVING

    @property
    def is_over(self) -> bool:
        """Return whether it ran and does not any more."""
        return self.state in (JobState.DONE, JobState.STOPPED, JobState.FAILED)
