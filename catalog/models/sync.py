"""What each synchronisation did."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.states import StateChoices, Tone
from catalog.models.variant import Variant


class SyncState(StateChoices):
    RUNNING = "running", Tone.BLUE, "sync", _("running")
    DONE = "done", Tone.GREEN, "check_circle", _("done")
    PARTIAL = "partial", Tone.AMBER, "warning", _("done with errors")
    FAILED = "failed", Tone.RED, "error", _("failed")


class SyncRun(models.Model):
    """One run of a synchronisation: what it covered, how far it is, what it changed, what it could not read."""

    vendor = models.CharField(_("vendor"), max_length=32)
    kind = models.CharField(_("kind"), max_length=32, default="catalog")
    options = models.JSONField(_("options"), default=dict)
    state = models.CharField(_("state"), max_length=12, choices=SyncState, default=SyncState.RUNNING)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last activity"), auto_now=True)
    # Progress: products read of those the vendor announced.
    total = models.PositiveIntegerField(_("expected"), null=True, blank=True)
    seen = models.PositiveIntegerField(_("read"), default=0)
    counts = models.JSONField(_("counts"), default=dict)
    errors = models.JSONField(_("errors"), default=list)

    class Meta:
        verbose_name = _("sync")
        verbose_name_plural = _("syncs")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.vendor} {self.kind} #{self.pk}"


class VariantChange(models.Model):
    """What a synchronisation changed at a variant: new, gone, back, dearer, cheaper, available or not, changed."""

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="changes", verbose_name=_("variant"))
    run = models.ForeignKey(SyncRun, models.CASCADE, related_name="changes", verbose_name=_("sync"))
    kind = models.CharField(_("kind"), max_length=16)
    detail = models.JSONField(_("detail"), default=dict)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.kind}"


class SeenProduct(models.Model):
    """A product that the run of a vendor's synchronisation has met; "kept" when it was not written again."""

    # Tables of a session would be lost behind a pooler, which gives each transaction another one.
    pk = models.CompositePrimaryKey("vendor", "vendor_id")
    vendor = models.CharField(max_length=32)
    vendor_id = models.TextField()
    kept = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.vendor} {self.vendor_id}"


class SeenSku(models.Model):
    """A SKU that the run of a vendor's synchronisation has met."""

    pk = models.CompositePrimaryKey("vendor", "sku")
    vendor = models.CharField(max_length=32)
    sku = models.TextField()

    def __str__(self) -> str:
        return f"{self.vendor} {self.sku}"
