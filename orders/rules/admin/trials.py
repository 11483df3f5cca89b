"""Trying a rule over past orders without effect, and applying it to them when the trial is convincing."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from backoffice.accounts.models import Shop
from backoffice.errors import DomainError, InvalidInput
from backoffice.staff.base import actor, staff_user
from backoffice.staff.filter_form import RowField, day_field
from backoffice.staff.pages import find_or_404
from backoffice.staff.text_fields import LineField
from backoffice.text.datetimes import start_of_day
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible
from orders.rules.admin.editor import RuleForm, require_permission
from orders.rules.admin.rights import missing_rights
from orders.rules.admin.rows import planned_row
from orders.rules.models import Rule, RuleEvent
from orders.rules.services.descriptions import summarize
from orders.rules.services.editing import build_rule
from orders.rules.services.jobs import apply_to_past, orders_on_schedule, orders_past
from orders.rules.services.plans import plan_rules
from orders.services.filters import filter_orders

SIZES = [(100, "100"), (500, "500"), (2000, "2,000")]
SHOWN = 100
COUNTED = 100_000


class TrialForm(forms.Form):
    """Over which orders; what is not understood is as if it were not given."""

    last = forms.TypedChoiceField(label=gettext_lazy("The newest"), choices=SIZES, coerce=int, required=False)
    since = day_field(gettext_lazy("received from"))
    until = day_field(gettext_lazy("until"))
    shop = RowField(
        label=gettext_lazy("Shop"),
        required=False,
        queryset=Shop.objects.order_by("name"),
        empty_label=gettext_lazy("any"),
    )
    tag = LineField(label=gettext_lazy("Tag"), required=False, max_length=40)
    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        choices=[("held", gettext_lazy("matching orders")), ("all", gettext_lazy("all orders"))],
        required=False,
    )

    @property
    def values(self) -> dict[str, Any]:
        self.is_valid()
        given = self.cleaned_data
        kept = {name: given.get(name) for name in ("since", "until", "shop", "tag")}
        return {**kept, "last": given.get("last") or 500, "all": given.get("show") == "all"}


def try_saved(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the rule would do, and why."""
    require_permission(request, "rules.view_rule")
    return _trial(request, find_or_404(Rule, pk), TrialForm(request.GET))


@require_POST
def try_unsaved(request: HttpRequest) -> HttpResponse:
    """Do as `try_saved` for a rule that is still being written; nothing is saved."""
    require_permission(request, "rules.add_rule")
    form = RuleForm(request.POST)
    key = request.POST.get("rule", "")
    rule = find_or_404(Rule, key) if key.isdigit() else None
    back = reverse("admin:rules_rule_edit", args=[key]) if rule else reverse("admin:rules_rule_new")
    try:
        if not form.is_valid():
            raise InvalidInput(_("Something is missing. Check the form."), errors={})
        rule = build_rule(form.given, rule=rule)
    except InvalidInput as error:
        messages.error(request, error.text)
        return TemplateResponse(request, "rules/again.html", _frame(request, form, back))
    trial = TrialForm({name: request.POST.get(name, "") for name in TrialForm.base_fields})
    return _trial(request, rule, trial, **_frame(request, form, back))


def past(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what it would do to orders that had its event before; on POST run it at them in the background."""
    require_permission(request, "rules.change_rule")
    rule = find_or_404(Rule, pk)
    form = TrialForm(request.POST if request.method == "POST" else request.GET)
    since = form.values["since"] and start_of_day(form.values["since"])
    # Of all shops, as the rule runs: not only of those that the reader sees.
    count = len(orders_past(rule, since=since).values_list("pk", flat=True)[:COUNTED])
    refusals, text = missing_rights(request, rule), _count_text(count)
    if request.method != "POST":
        button = ngettext("Apply to %(count)s order", "Apply to %(count)s orders", count) % {"count": text}
        return _trial(request, rule, form, is_past=True, count=count, count_text=text, button=button, refusals=refusals)
    if refusals:
        raise PermissionDenied(" ".join(refusals))
    page = reverse("admin:rules_rule_change", args=[rule.pk])
    try:
        apply_to_past(rule, since=since, expected=count if count < COUNTED else None, actor=actor(request))
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("The rule is running; its progress is shown below."))
    return HttpResponseRedirect(page)


def _trial(request: HttpRequest, rule: Rule, form: TrialForm, **more: Any) -> HttpResponse:
    asked = form.values
    orders = orders_on_schedule(rule) if rule.event == RuleEvent.SCHEDULE else orders_past(rule)
    filters = {name: asked[name] for name in ("since", "until", "shop", "tag") if asked[name]}
    found = visible(filter_orders(orders, filters, user=staff_user(request)))
    rule.pk = rule.pk or 0
    keys = list(found.order_by("-pk").values_list("pk", flat=True)[: asked["last"]])
    plan = plan_rules(keys, [rule], with_unheld=asked["all"])
    runs = sorted(plan.runs, key=lambda run: (not run.error, not run.does_something, not run.held, -run.order_id))
    return TemplateResponse(
        request,
        "rules/trial.html",
        {
            **admin.site.each_context(request),
            "title": _("Trial: %(name)s") % {"name": rule.name},
            "rule": rule,
            "summary": summarize(rule),
            "form": form,
            "asked": asked,
            "plan": plan,
            "held": plan.held[rule.pk],
            "acting": plan.acting[rule.pk],
            "failing": sum(1 for run in plan.runs if run.error),
            "rows": [planned_row(run) for run in runs[:SHOWN]],
            "hidden": max(0, len(runs) - SHOWN),
            **more,
        },
    )


def _frame(request: HttpRequest, form: RuleForm, back: str) -> dict[str, Any]:
    """Return what brings somebody back to the editor with what they had typed."""
    kept = [(name, request.POST.get(name, "")) for name in form.fields]
    return {
        **admin.site.each_context(request),
        "title": _("Trial"),
        "kept": kept,
        "back": back,
        "unsaved": True,
        "rule_key": request.POST.get("rule", ""),
    }


def _count_text(count: int) -> str:
    number = number_format(count, force_grouping=True)
    return f"{number}+" if count >= COUNTED else number
