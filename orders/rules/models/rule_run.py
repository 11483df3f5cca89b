"""What rules did."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.states import StateChoices, Tone
from orders.models.order import Order
from orders.rules.models.rule import Rule


class RunOutcome(StateChoices):
    DONE = "done", Tone.GREEN, "check_circle", _("done")
    NOTHING = "nothing", Tone.GREY, "remove", _("nothing to do")
    FAILED = "failed", Tone.RED, "error", _("failed")


class RuleRun(models.Model):
    """One rule at one order for one cause: which condition held with which value, and what was done."""

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="runs", verbose_name=_("rule"))
    order = models.ForeignKey(Order, models.CASCADE, related_name="rule_runs", verbose_name=_("order"))
    # "event:<id>" of the timeline, "slot:<time>", "past:<id of the job>" or "hand:<token>".
    source = models.CharField(_("cause"), max_length=80)
    at = models.DateTimeField(_("time"), auto_now_add=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=RunOutcome)
    # As `orders.rules.services.conditions.evaluate` returns it.
    finding = models.JSONField(_("conditions"), default=dict)
    # [{"kind", "params", "key", "done", "why"}] in the order of the rule.
    actions = models.JSONField(_("actions"), default=list)
    error = models.TextField(_("error"), blank=True)
    asked_by = models.CharField(_("requested by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("rule run")
        verbose_name_plural = _("rule runs")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["order", "rule", "source"], name="one_run_per_cause")]
        indexes = [models.Index(fields=["rule", "-id"], name="rule_run_newest")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.source}"


class RuleJob(models.Model):
    """A rule on its way through many orders in the background: a slot of its schedule, or those before it was made.

    `after` is the last order looked at: chunk and position are committed together, so each order comes once.
    """

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="jobs", verbose_name=_("rule"))
    slot = models.DateTimeField(_("scheduled for"), null=True, blank=True)
    # Orders received from then on; empty: all that the rule may look at.
    since = models.DateTimeField(_("received from"), null=True, blank=True)
    after = models.BigIntegerField(default=0)
    # The newest order there was when it began: what came later has events of its own.
    until = models.BigIntegerField(default=0)
    looked_at = models.PositiveIntegerField(_("orders checked"), default=0)
    matched = models.PositiveIntegerField(_("conditions met"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    expected = models.PositiveIntegerField(_("expected"), null=True, blank=True)
    asked_by = models.CharField(_("requested by"), max_length=150, blank=True)
    begun_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    stopped_by = models.CharField(_("stopped by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("bulk rule run")
        verbose_name_plural = _("bulk rule runs")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "slot"], condition=Q(slot__isnull=False), name="one_job_per_slot"),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(slot__isnull=True, finished_at__isnull=True), name="one_past_job_at_once"
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(finished_at__isnull=True), name="rule_job_open")]

    def __str__(self) -> str:
        return f"{self.rule_id} #{self.pk}"

    @property
    def source(self) -> str:
        """The cause of its runs."""
        return f"slot:{self.slot.isoformat()}" if self.slot else f"past:{self.pk}"
