"""Writing a rule: a form whose conditions and actions are JSON that a script turns into rows and pickers."""

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import Shop
from backoffice.errors import Conflict, DomainError, InvalidInput
from backoffice.staff.base import actor
from backoffice.staff.pages import find_or_404
from backoffice.staff.text_fields import LineField, ParagraphField, searched_text
from backoffice.text.regions import named_countries
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_names, vendor_title
from backoffice.visibility import visible
from fulfillment.models import Country
from orders.rules.models import Rule, RuleEvent
from orders.rules.services.actions import RULE_ACTIONS
from orders.rules.services.editing import LONGEST_NAME, LONGEST_NOTE, RuleInput, save_rule
from orders.rules.services.field_action import SETTABLE
from orders.rules.services.fields import FIELDS, LINES, OPERATORS
from orders.rules.services.values import LOOKUPS, find_values

EMPTY = '{"type":"group","match":"all","of":[]}'
NEW_ACTIONS = "[]"


class RuleForm(forms.Form):
    """As it is typed; the services check what it means."""

    name = LineField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    event = forms.ChoiceField(label=gettext_lazy("When an order"), choices=RuleEvent.choices)
    every_minutes = forms.IntegerField(label=gettext_lazy("Interval in minutes"), required=False, min_value=1)
    daily_at = forms.TimeField(
        label=gettext_lazy("Daily at"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    time_zone = LineField(label=gettext_lazy("in the time zone"), max_length=64, initial="Europe/Berlin")
    note = ParagraphField(
        label=gettext_lazy("Note for colleagues"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    conditions = ParagraphField(widget=forms.Textarea({"rows": 8, "spellcheck": "false"}), initial=EMPTY)
    actions = ParagraphField(widget=forms.Textarea({"rows": 6, "spellcheck": "false"}), initial=NEW_ACTIONS)
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def given(self) -> RuleInput:
        """Of a valid form."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "revision"}
        return RuleInput(**values)

    def add_refusal(self, error: InvalidInput) -> None:
        for name, texts in error.errors.items():
            for text in texts:
                self.add_error(name, text)


def new(request: HttpRequest) -> HttpResponse:
    """Edit a new rule: empty, or a copy of the rule `?from=`."""
    require_permission(request, "rules.add_rule")
    initial: dict[str, Any] = {}
    if (pk := request.GET.get("from", "")).isdigit():
        source = find_or_404(Rule, pk)
        initial = {**_initial(source), "name": _("%(name)s (copy)") % {"name": source.name[:90]}, "revision": None}
    return _edited(request, None, RuleForm(request.POST or None, initial=initial))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit the rule."""
    require_permission(request, "rules.change_rule")
    rule = find_or_404(Rule, pk)
    return _edited(request, rule, RuleForm(request.POST or None, initial=_initial(rule)))


def values(request: HttpRequest) -> JsonResponse:
    """Return up to twenty values of a field that begin like `q`, for the pickers."""
    require_permission(request, "rules.view_rule")
    beginning = searched_text(request.GET, "q", most=100)
    return JsonResponse({"values": find_values(request.GET.get("field", ""), beginning)})


def _edited(request: HttpRequest, rule: Rule | None, form: RuleForm) -> HttpResponse:
    # "again": somebody comes back from a trial with what they had typed.
    if request.method == "POST" and "again" not in request.POST and form.is_valid():
        try:
            saved = save_rule(form.given, rule=rule, revision=form.cleaned_data["revision"], actor=actor(request))
        except InvalidInput as error:
            form.add_refusal(error)
        except (Conflict, DomainError) as error:
            messages.error(request, error.text)
        else:
            text = _("“%(name)s” saved.") if rule else _("“%(name)s” saved, but still off. Try the rule first.")
            messages.success(request, text % {"name": saved.name})
            return HttpResponseRedirect(reverse("admin:rules_rule_change", args=[saved.pk]))
    return TemplateResponse(
        request,
        "rules/edit.html",
        {
            **admin.site.each_context(request),
            "title": rule.name if rule else _("New rule"),
            "rule": rule,
            "form": form,
            "shapes": _shapes(),
        },
    )


def _initial(rule: Rule) -> dict[str, Any]:
    names = ("name", "event", "every_minutes", "daily_at", "time_zone", "note", "revision")
    plain = {name: getattr(rule, name) for name in names}
    return {**plain, "conditions": json.dumps(rule.conditions), "actions": json.dumps(rule.actions)}


def _shapes() -> dict[str, Any]:
    """Return the fields, operators and actions for the script, and values where they are few."""
    known = _known_values()
    fields = [
        {
            "key": field.key,
            "label": str(field.label),
            "kind": field.kind,
            "perLine": field.per_line,
            "needs": field.needs,
            "no": str(field.no),
            "values": _pairs(field.choices.items()) if field.choices else known.get(field.key),
            "lookup": field.key in LOOKUPS,
        }
        for field in FIELDS.values()
    ]
    return {
        "fields": fields,
        "operators": {kind: _pairs(labels.items()) for kind, labels in OPERATORS.items()},
        "lines": _pairs(LINES.items()),
        "currencies": [pair[0] for pair in known["currency"]],
        "actions": [_shape_of(kind) for kind in RULE_ACTIONS],
        "people": _people(),
        "settable": {key: {"kind": one.kind, "most": one.most} for key, one in SETTABLE.items()},
    }


def _shape_of(kind: str) -> dict[str, Any]:
    action = RULE_ACTIONS[kind]
    inputs = [
        {"name": name, "label": str(label), "type": how, "values": _pairs(action.choices(name))}
        for name, label, how in action.inputs
    ]
    return {"kind": kind, "title": str(action.title), "inputs": inputs, "hint": str(action.hint)}


def _known_values() -> dict[str, list[list[str]]]:
    shops = list(visible(Shop.objects.order_by("name")).values_list("code", "name", "currency"))
    currencies = sorted({"EUR", "USD", "GBP"} | {currency for _code, _name, currency in shops})
    return {
        "shop": [[code, name] for code, name, _currency in shops],
        "country": [[code, name] for code, name in named_countries(Country.objects.values_list("iso2", "name"))],
        "currency": [[one, one] for one in currencies],
        "vendor": [[one, vendor_title(one)] for one in vendor_names()],
    }


def _people() -> list[list[str]]:
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "username")
    return [[user.username, user.get_full_name() or user.username] for user in staff]


def _pairs(items: Iterable[tuple[str, Any]]) -> list[list[str]]:
    return [[str(key), str(labels)] for key, labels in items]


def require_permission(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied for a user without it."""
    if not request.user.has_perm(permission):
        raise PermissionDenied
