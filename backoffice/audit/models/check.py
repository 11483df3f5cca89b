"""How far the chain is verified by itself, and what was found wrong with it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import TranslatableTextField


class ChainCheck(models.Model):
    """One recurring reading of the chain, and the place up to which it has come: a row a name."""

    # Entries that came since; all of them, once a week; the head as it was last written to AUDIT_ANCHORS.
    NEW, WHOLE, ANCHOR = "new", "whole", "anchor"

    name = models.CharField(max_length=8, primary_key=True)
    position = models.BigIntegerField(default=0)
    chain = models.BinaryField(max_length=32, default=bytes(32))
    # When its last reading came to the end.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("verification of the audit trail")
        verbose_name_plural = _("verifications of the audit trail")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class ProblemKind(models.TextChoices):
    """What can be wrong."""

    CHAIN = "chain", _("chain broken")
    ANCHORS = "anchors", _("anchors missing")
    TRIGGER = "trigger", _("trigger missing")
    FILE = "file", _("anchors cannot be written")


class TrailProblem(models.Model):
    """Something that was found wrong with the trail: an alarm until its cause is gone, or a person accepts it."""

    position = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=ProblemKind)
    # Tells problems of one kind at one place apart.
    detail = models.CharField(max_length=150, blank=True)
    text = TranslatableTextField()
    found_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("problem of the audit trail")
        verbose_name_plural = _("problems of the audit trail")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["position", "kind", "detail"], name="audit_problem_once")]

    def __str__(self) -> str:
        return f"#{self.position}: {self.text}" if self.position else str(self.text)
