"""How far what changed at vendors has been read, and what only that reading brought."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PullKind(models.TextChoices):
    ORDERS = "orders", _("orders")
    PRODUCTION = "production", _("production orders")


class PullCursor(models.Model):
    """How far one vendor's list of changes has been read.

    Everything that changed before `since` (the vendor's clock) is known. A pass that is under way has begun at
    `begun_at` (ours), has seen changes up to `newest` (the vendor's clock), and goes on at `position`.
    """

    vendor = models.CharField(max_length=32)
    kind = models.CharField(max_length=16, choices=PullKind)
    since = models.DateTimeField()
    position = models.CharField(max_length=64, blank=True)
    newest = models.DateTimeField(null=True)
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vendor", "kind"], name="one_cursor_per_list")]

    def __str__(self) -> str:
        return f"{self.vendor} {self.kind}"


class Drift(models.Model):
    """News that a pull found and no webhook had brought: a sign that webhooks get lost on their way to us."""

    vendor = models.CharField(_("vendor"), max_length=32)
    kind = models.CharField(_("kind"), max_length=16, choices=PullKind)
    reference = models.CharField(_("reference"), max_length=100)
    subject_type = models.CharField(_("subject"), max_length=64, blank=True)
    subject_id = models.BigIntegerField(_("subject id"), null=True)
    raw_state = models.CharField(_("state at the vendor"), max_length=64, blank=True)
    changed_at = models.DateTimeField(_("changed at the vendor"))
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("missed webhook")
        verbose_name_plural = _("missed webhooks")
        indexes = [
            models.Index(fields=["-found_at", "-id"], name="drift_found"),
            models.Index(fields=["vendor", "-found_at"], name="drift_vendor"),
        ]

    def __str__(self) -> str:
        return f"{self.vendor} {self.reference}"
