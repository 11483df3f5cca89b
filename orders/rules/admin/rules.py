"""Rules in the admin: the list in their order, the page of one, and what one does with them."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from backoffice.staff.base import actor
from backoffice.staff.keyset import page_of
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.staff.recent_sign_in import fresh_identity_required
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible
from orders.admin.parts import Place, register_part
from orders.models import Order
from orders.rules.admin import editor, order_rules, trials
from orders.rules.admin.rows import describe_cause, rule_rows, run_row
from orders.rules.models import Rule, RuleEvent, RuleJob, RuleRun
from orders.rules.services.calls.queueing import CALL_URL, queue_test_calls
from orders.rules.services.calls.signing import ensure_secret, is_previous_valid, rotate_secret
from orders.rules.services.descriptions import summarize
from orders.rules.services.editing import move_rule, remove_rule, switch_rule
from orders.rules.services.jobs import stop_job

SIZE = 30


@admin.register(Rule)
class RuleAdmin(PagesAdmin):
    """Everybody who sees orders may see why something happens to them; few may change it."""

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("new/", "new", editor.new),
            ("values/", "values", editor.values),
            ("try/", "try_unsaved", trials.try_unsaved),
            ("order/<int:order_pk>/", "order", order_rules.order_rules),
            ("hand/", "hand", order_rules.by_hand),
            ("<int:pk>/edit/", "edit", editor.edit),
            ("<int:pk>/try/", "try", trials.try_saved),
            ("<int:pk>/past/", "past", trials.past),
            ("<int:pk>/secret/", "secret", self.secret),
            ("<int:pk>/call/", "call", self.call),
            ("<int:pk>/switch/", "switch", self.switch),
            ("<int:pk>/move/", "move", self.move),
            ("<int:pk>/remove/", "remove", self.remove),
            ("jobs/<int:pk>/stop/", "stop", self.stop),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self.require_view(request)
        rows = rule_rows(Rule.objects.filter(removed_at__isnull=True))
        may_change = self.may(request, "change_rule")
        return self.render(request, "rules/list.html", title=_("Rules"), rows=rows, may_change=may_change)

    def detail_view(self, request: HttpRequest, rule: Rule) -> HttpResponse:
        page = page_of(
            visible(RuleRun.objects.filter(rule=rule)).select_related("order", "rule"), request.GET, size=SIZE
        )
        jobs = list(rule.jobs.order_by("-pk")[:5])
        return self.render(
            request,
            "rules/rule.html",
            title=rule.name,
            rule=rule,
            summary=summarize(rule),
            page=page,
            rows=[(run_row(run), describe_cause(run)) for run in page.rows],
            jobs=jobs,
            is_at_work=any(job.finished_at is None for job in jobs),
            may_change=self.may(request, "change_rule") and rule.removed_at is None,
            has_past=rule.event != RuleEvent.SCHEDULE,
            calls_out=any(action.get("kind") == CALL_URL for action in rule.actions),
        )

    @fresh_identity_required
    def secret(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what signs the calls of the rule; on POST change it."""
        rule = self._rule(request, pk)
        page = reverse("admin:rules_rule_secret", args=[rule.pk])
        if request.method == "POST":
            rotate_secret(rule, actor=actor(request))
            messages.success(
                request, _("Calls are signed with the new secret and, for one day, also with the old one.")
            )
            return HttpResponseRedirect(page)
        secret = ensure_secret(rule, actor=actor(request))
        until = secret.previous_until if is_previous_valid(secret) else None
        return self.render(
            request, "rules/secret.html", title=_("Rule secret"), rule=rule, secret=secret, previous_until=until
        )

    def call(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Call the addresses of the rule as a test."""
        rule = self._rule(request, pk)

        def do() -> str:
            queue_test_calls(rule)
            return _("The test is being sent. Its answer will appear among the calls of this rule.")

        return act(request, do, to=reverse("admin:rules_rule_change", args=[rule.pk]))

    def switch(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Switch the rule on or off."""
        rule, enabled = self._rule(request, pk), request.POST.get("enabled") == "1"

        def do() -> str:
            switch_rule(rule, enabled=enabled, actor=actor(request))
            params = {"name": rule.name}
            return _("“%(name)s” is on.") % params if enabled else _("“%(name)s” is off.") % params

        return act(request, do, to=_back(request, rule))

    def move(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Move the rule before the rule `before`; without it to the end."""
        rule, before = self._rule(request, pk), request.POST.get("before", "")

        def do() -> str:
            other = find_or_404(Rule, before) if before.isdigit() else None
            move_rule(rule, before=other, actor=actor(request))
            return _("“%(name)s” moved.") % {"name": rule.name}

        return act(request, do, to=reverse("admin:rules_rule_changelist"))

    def remove(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the rule out of the list; its runs stay."""
        rule = self._rule(request, pk)

        def do() -> str:
            remove_rule(rule, actor=actor(request))
            return _("“%(name)s” was removed; what it did stays on record.") % {"name": rule.name}

        return act(request, do, to=reverse("admin:rules_rule_changelist"))

    def stop(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Stop a rule on its way through past orders."""
        self.require(request, "change_rule")
        job = find_or_404(RuleJob, pk)

        def do() -> str:
            stop_job(job, actor=actor(request))
            return _("Stopped. What is already done stays done.")

        return act(request, do, to=reverse("admin:rules_rule_change", args=[job.rule_id]))

    def _rule(self, request: HttpRequest, pk: int) -> Rule:
        self.require(request, "change_rule")
        return find_or_404(Rule, pk)


def _back(request: HttpRequest, rule: Rule) -> str:
    if request.POST.get("to") == "list":
        return reverse("admin:rules_rule_changelist")
    return reverse("admin:rules_rule_change", args=[rule.pk])


def _may_run_one(request: HttpRequest, order: Order | None) -> bool:
    return request.user.has_perms(["orders.change_order", "rules.view_rule"])


register_part(Place.BUTTONS, "rules/order_button.html", read=_may_run_one)
register_part(Place.MARKED, "rules/marked_button.html", read=_may_run_one)
