"""What staff should know of, until somebody has dealt with it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from orders.rules.models.rule import Rule


class NoticeKind(models.TextChoices):
    NOTICE = "notice", _("notice")
    RULE_FAILED = "rule_failed", _("a rule failed")


class Notice(models.Model):
    """One thing to look at, shown on the home page until it is marked done. `order` is empty for a failed rule."""

    kind = models.CharField(_("kind"), max_length=12, choices=NoticeKind, default=NoticeKind.NOTICE)
    order = models.ForeignKey(
        Order, models.CASCADE, related_name="notices", null=True, blank=True, verbose_name=_("order")
    )
    rule = models.ForeignKey(
        Rule, models.PROTECT, related_name="notices", null=True, blank=True, verbose_name=_("rule")
    )
    text = models.TextField(_("text"))
    made_by = models.CharField(_("by"), max_length=150)
    made_at = models.DateTimeField(_("since"), auto_now_add=True)
    done_by = models.CharField(_("done by"), max_length=150, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule"],
                condition=Q(kind="rule_failed", done_at__isnull=True),
                name="one_open_notice_per_failed_rule",
            )
        ]
        indexes = [models.Index(fields=["made_at"], condition=Q(done_at__isnull=True), name="notice_open")]

    def __str__(self) -> str:
        return self.text
