"""The list of pushes: one page of rows, in a number of queries that does not depend on the page."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.admin.filter_form import ANY, FilterForm, day_field, vendor_choices, within_days
from backoffice.admin.keyset import page_of
from backoffice.admin.machine_chips import kind_in_words, push_chip
from backoffice.admin.subject_links import SubjectLink, of_subjects, subject_links
from backoffice.admin.text_fields import LineField
from backoffice.models import Push
from backoffice.models.push import Lane, PushState
from backoffice.services.handlers import PUSH_HANDLERS
from backoffice.states import Chip
from backoffice.translatable import gettext as _t

SIZE = 50
LARGEST_KEY = 2**63 - 1


def _kinds() -> list[tuple[str, Any]]:
    """Known when asked for: the registry fills itself after this file was read."""
    return [(ANY, _("any")), *((kind, kind_in_words(kind)) for kind in sorted(PUSH_HANDLERS))]


# Waiting, or on its way.
UNSENT = "unsent"


class PushFilters(FilterForm):
    q = LineField(required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[(ANY, _("any")), *PushState.choices, (UNSENT, _("not yet sent"))]
    )
    needs_person = forms.ChoiceField(
        label=_("Needs a person"), required=False, choices=[(ANY, _("any")), ("1", _("needs a person"))]
    )
    vendor = forms.ChoiceField(label=_("Vendor"), required=False, choices=vendor_choices)
    kind = forms.ChoiceField(label=_("What"), required=False, choices=_kinds)
    lane = forms.ChoiceField(label=_("Lane"), required=False, choices=[(ANY, _("any")), *Lane.choices])
    since = day_field(_("Made from"))
    until = day_field(_("Made until"))

    PANEL = ("state", "needs_person", "vendor", "kind", "lane", "since", "until")


@dataclass(frozen=True)
class PushRow:
    push: Push
    chip: Chip
    kind: str
    subject: SubjectLink | None


def push_listing(request: HttpRequest) -> dict[str, Any]:
    """The context of the list page."""
    filters = PushFilters(request.GET)
    values = filters.values
    page = page_of(filter_pushes(Push.objects.defer("payload", "errors", "follow_up"), values), request.GET, size=SIZE)
    return {
        "filters": filters,
        "page": page,
        "rows": push_rows(page.rows),
        "searched": values.get("q", ""),
        "tabs": _tabs(request),
    }


def push_rows(pushes: list[Push]) -> list[PushRow]:
    """With what they are about, in one lookup for all."""
    links = subject_links(pushes)
    return [
        PushRow(push, push_chip(push), kind_in_words(push.kind), links.get((push.subject_type, push.subject_id)))
        for push in pushes
    ]


def filter_pushes(pushes: QuerySet[Push], values: dict[str, Any]) -> QuerySet[Push]:
    """The pushes that the filters leave, unordered."""
    for name in ("state", "vendor", "kind", "lane"):
        if values.get(name) == UNSENT:
            pushes = pushes.filter(state__in=[PushState.NEW, PushState.IN_FLIGHT])
        elif name in values:
            pushes = pushes.filter(**{name: values[name]})
    if "needs_person" in values:
        pushes = pushes.filter(needs_person=True)
    pushes = within_days(pushes, "created_at", since=values.get("since"), until=values.get("until"))
    return _search(pushes, values["q"]) if "q" in values else pushes


def _search(pushes: QuerySet[Push], text: str) -> QuerySet[Push]:
    """By what it is about (an order's number, a vendor's id), by its own number ("#17"), else within the cause."""
    found = of_subjects(pushes, text)
    if found is not None:
        return found
    own = text.removeprefix("#")
    if own.isascii() and own.isdigit() and int(own) <= LARGEST_KEY:
        return pushes.filter(pk=int(own))
    return pushes.filter(~Q(cause=""), cause__icontains=text)


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    given = {name: value for name, value in request.GET.items() if value}
    views = [
        (_t("All"), "", {}),
        (_t("Need a person"), "needs_person=1", {"needs_person": "1"}),
        (_t("Outcome unknown"), "state=unknown", {"state": "unknown"}),
        (_t("Refused"), "state=failed", {"state": "failed"}),
        (_t("Waiting"), "state=new", {"state": "new"}),
    ]
    return [{"title": title, "query": query, "current": given == wanted} for title, query, wanted in views]
