"""Rules at certain orders: why something happens to one, and running a rule by hand at one or many."""

import uuid

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backoffice.staff.base import actor
from backoffice.staff.marks import back_to, marked_keys
from backoffice.staff.pages import get_visible_or_404
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible
from orders.models import Order
from orders.rules.admin.rights import missing_rights
from orders.rules.admin.rows import describe_cause, planned_row, run_row
from orders.rules.models import Rule, RuleEvent, RuleRun
from orders.rules.services.descriptions import describe_rule_event
from orders.rules.services.plans import load_rule_data, plan_rules, plan_run, read_rule
from orders.rules.services.running import run_by_hand

MOST = 200
RUNS_SHOWN = 50


def order_rules(request: HttpRequest, order_pk: int) -> HttpResponse:
    """Show every rule with each condition's value at this order, what it would do now, and the runs so far."""
    if not (request.user.has_perm("rules.view_rule") and request.user.has_perm("orders.view_order")):
        raise PermissionDenied
    order = get_visible_or_404(Order.objects.select_related("shop"), pk=order_pk)
    rules = list(Rule.objects.filter(removed_at__isnull=True))
    understood = [read_rule(rule) for rule in rules]
    context = load_rule_data([order.pk], understood)[0]
    planned = [plan_run(context, one) for one in understood]
    runs = RuleRun.objects.filter(order=order).select_related("order", "rule")[:RUNS_SHOWN]
    return TemplateResponse(
        request,
        "rules/order.html",
        {
            **admin.site.each_context(request),
            "title": _("Rules for %(number)s") % {"number": order.number},
            "order": order,
            "rows": [
                (rule, describe_rule_event(rule), planned_row(run, rule=rule))
                for rule, run in zip(rules, planned, strict=True)
            ],
            "runs": [(run_row(run), describe_cause(run)) for run in runs],
            "may_act": request.user.has_perm("orders.change_order"),
        },
    )


@require_POST
def by_hand(request: HttpRequest) -> HttpResponse:
    """Choose a rule for the marked orders, see what it would do, then do it: a second press does nothing more.

    Raises PermissionDenied also where an action of the rule needs a right of its own.
    """
    if not (request.user.has_perm("rules.view_rule") and request.user.has_perm("orders.change_order")):
        raise PermissionDenied
    marked = visible(Order.objects.filter(pk__in=marked_keys(request.POST, "order")))
    keys = list(marked.order_by("pk").values_list("pk", flat=True)[:MOST])
    choices = list(Rule.objects.filter(removed_at__isnull=True))
    # Those that wait for a hand first.
    choices.sort(key=lambda rule: (rule.event != RuleEvent.BY_HAND, rule.position))
    rule = next((rule for rule in choices if str(rule.pk) == request.POST.get("rule")), None)
    refusals = missing_rights(request, rule) if rule else []
    if rule is not None and request.POST.get("token"):
        if refusals:
            raise PermissionDenied(" ".join(refusals))
        return _run(request, rule, keys)
    plan = plan_rules(keys, [rule], with_unheld=True) if rule else None
    rows = [planned_row(run) for run in plan.runs] if plan else []
    acting = plan.acting[rule.pk] if plan and rule else 0
    return TemplateResponse(
        request,
        "rules/hand.html",
        {
            **admin.site.each_context(request),
            "title": _("Run a rule manually"),
            "keys": keys,
            "choices": choices,
            "rule": rule,
            "rows": rows,
            "acting": acting,
            "refusals": refusals,
            "button": ngettext("Run on %(count)s order", "Run on %(count)s orders", acting) % {"count": acting},
            "token": uuid.uuid4().hex,
            "back": back_to(request, "admin:orders_order_changelist"),
        },
    )


def _run(request: HttpRequest, rule: Rule, keys: list[int]) -> HttpResponse:
    runs = run_by_hand(rule, orders=keys, token=request.POST["token"][:64], actor=actor(request))
    done, failed = sum(1 for run in runs if not run.error), [run for run in runs if run.error]
    if done:
        text = ngettext("“%(name)s” ran on %(count)s order.", "“%(name)s” ran on %(count)s orders.", done)
        messages.success(request, text % {"name": rule.name, "count": done})
    if not runs:
        messages.info(request, _("There was nothing to do."))
    for run in failed[:10]:
        messages.error(request, f"{run.order.number}: {run.error}")
    return HttpResponseRedirect(back_to(request, "admin:orders_order_changelist"))
