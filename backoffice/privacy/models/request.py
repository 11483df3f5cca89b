"""What somebody asked for of their data: to have it, or to have it gone."""

import uuid
from collections.abc import Collection
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.engine.models.stored_file import StoredFile
from backoffice.model_fields import SealedJSONField, TranslatableTextField
from backoffice.states import Chip, StateChoices, Tone

LONGEST_REASON = 1000
# Where the list of erasures lies, which outlives the database (`services.outside`).
ERASURES = "privacy/erasures.json"


class RequestKind(models.TextChoices):
    EXPORT = "export", _("copy of the data")
    ERASURE = "erasure", _("erasure")


class RequestState(StateChoices):
    WAITING = "waiting", Tone.BLUE, "schedule", _("waiting")
    POSTPONED = "postponed", Tone.AMBER, "event", _("postponed")
    RUNNING = "running", Tone.BLUE, "sync", _("running")
    DONE = "done", Tone.GREEN, "check_circle", _("done")
    WITHDRAWN = "withdrawn", Tone.GREY, "cancel", _("withdrawn")
    FAILED = "failed", Tone.RED, "error", _("failed")


OPEN_REQUESTS = (RequestState.WAITING, RequestState.POSTPONED, RequestState.RUNNING)


class PrivacyRequest(StoredFile):
    """A copy or an erasure, who asked for it, and how far it is. Who it is about is sealed, and gone once it is done;
    the file is the copy.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=RequestKind)
    state = models.CharField(_("state"), max_length=10, choices=RequestState, default=RequestState.WAITING)
    # As `DataSubject.as_json` returns it.
    person = SealedJSONField(null=True, editable=False)
    # How they are shown while it is open.
    title = SealedJSONField(null=True, editable=False)
    # Hashes of their e-mails: what was asked for somebody before is found by these.
    hashes = ArrayField(models.CharField(max_length=64), default=list, editable=False)
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)
    problem = TranslatableTextField(_("reason for waiting"), blank=True, default="")
    # {label of a model: rows}.
    counts = models.JSONField(default=dict, editable=False)
    # What is done already of it, so that another worker goes on there.
    progress = models.JSONField(default=dict, editable=False)
    faults = models.PositiveSmallIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    created_by = models.CharField(_("by"), max_length=150)
    created_at = models.DateTimeField(_("requested"), auto_now_add=True)
    finished_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("request about personal data")
        verbose_name_plural = _("requests about personal data")
        permissions: ClassVar = [
            ("export_person", "Can give out all that is known of a person"),
            ("erase_person", "Can erase a person"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=Q(state__in=["waiting", "postponed", "running"]), name="privacy_request_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @classmethod
    def known_paths(cls, paths: Collection[str]) -> set[str]:
        """Return those of copies, and that of the list of erasures."""
        return super().known_paths(paths) | ({ERASURES} & set(paths))

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_REQUESTS

    @property
    def chip(self) -> Chip:
        """How its state looks."""
        return RequestState(self.state).chip()

    @property
    def open_vendors(self) -> int:
        """How many vendors are still to be asked; their rows have to be prefetched in lists."""
        return sum(one.done_at is None for one in self.vendor_erasures.all())


class VendorErasure(models.Model):
    """What a vendor has of somebody who is erased: it was asked by itself, or a person has to."""

    request = models.ForeignKey(
        PrivacyRequest, models.CASCADE, related_name="vendor_erasures", verbose_name=_("request")
    )
    vendor = models.CharField(_("vendor"), max_length=32)
    holds = TranslatableTextField(_("data held"), blank=True)
    how = TranslatableTextField(_("how erasure is requested"), blank=True)
    # {"title", "emails", "references"}: what the vendor has to know to find them; gone once it is done.
    about = SealedJSONField(null=True, editable=False)
    is_asked = models.BooleanField(_("requested automatically"), default=False)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.CharField(_("done by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("erasure at a vendor")
        verbose_name_plural = _("erasures at vendors")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["request", "vendor"], name="one_erasure_per_vendor")]
        indexes: ClassVar = [models.Index(fields=["id"], condition=Q(done_at__isnull=True), name="vendor_erasure_open")]

    def __str__(self) -> str:
        return f"{self.vendor} #{self.pk}"
