"""How long what is kept."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop

MOST_DAYS = 36_500


class RetentionRule(models.Model):
    """After how many days something of a kind goes; of one shop, or of all that have no rule of their own."""

    shop = models.ForeignKey(Shop, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("shop"))
    kind = models.CharField(_("kind"), max_length=32)
    # None: it is kept.
    days = models.PositiveIntegerField(
        _("days"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)]
    )
    changed_by = models.CharField(_("changed by"), max_length=150)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("retention period")
        verbose_name_plural = _("retention periods")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "shop"], nulls_distinct=False, name="one_retention_period_per_kind_and_shop"
            )
        ]

    def __str__(self) -> str:
        return self.kind


class RetentionMark(models.Model):
    """How far a kind is: what is older was looked at, so that each run begins where the last one ended."""

    kind = models.CharField(max_length=64)
    shop = models.ForeignKey(Shop, models.CASCADE, null=True, related_name="+")
    position = models.BigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    last_run_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("progress of retention")
        verbose_name_plural = _("progress of retention")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "shop"], nulls_distinct=False, name="one_retention_mark_per_kind_and_shop"
            )
        ]

    def __str__(self) -> str:
        return self.kind
