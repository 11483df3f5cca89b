"""The list of callbacks: one page of rows, in a number of queries that does not depend on the page."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.admin.filter_form import ANY, FilterForm, day_field, vendor_choices, within_days
from backoffice.admin.keyset import page_of
from backoffice.admin.push_list import LARGEST_KEY
from backoffice.admin.subject_links import SubjectLink, of_subjects, subject_links
from backoffice.admin.text_fields import LineField
from backoffice.models import Callback
from backoffice.models.callback import CallbackState
from backoffice.services.handlers import CALLBACK_HANDLERS
from backoffice.states import Chip
from backoffice.translatable import gettext as _t
from backoffice.vendors.registry import vendor_names

SIZE = 50


def _topics() -> list[tuple[str, Any]]:
    """Known when asked for: the registry fills itself after this file was read."""
    return [(ANY, _("any")), *((topic, topic) for topic in sorted({topic for _vendor, topic in CALLBACK_HANDLERS}))]


# What somebody has to look at.
UNUSABLE = "unusable"


class CallbackFilters(FilterForm):
    q = LineField(required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[(ANY, _("any")), *CallbackState.choices, (UNUSABLE, _("could not be used"))],
    )
    vendor = forms.ChoiceField(label=_("Vendor"), required=False, choices=vendor_choices)
    topic = forms.ChoiceField(label=_("Topic"), required=False, choices=_topics)
    since = day_field(_("Received from"))
    until = day_field(_("Received until"))

    PANEL = ("state", "vendor", "topic", "since", "until")


@dataclass(frozen=True)
class CallbackRow:
    callback: Callback
    chip: Chip
    subject: SubjectLink | None


def callback_listing(request: HttpRequest) -> dict[str, Any]:
    """The context of the list page."""
    filters = CallbackFilters(request.GET)
    values = filters.values
    page = page_of(filter_callbacks(Callback.objects.defer("body", "headers"), values), request.GET, size=SIZE)
    return {
        "filters": filters,
        "page": page,
        "rows": callback_rows(page.rows),
        "searched": values.get("q", ""),
        "tabs": _tabs(request),
    }


def callback_rows(callbacks: list[Callback]) -> list[CallbackRow]:
    """With what they are about, in one lookup for all."""
    links = subject_links(callbacks)
    return [
        CallbackRow(
            callback,
            CallbackState(callback.state).chip(callback.note),
            links.get((callback.subject_type, callback.subject_id or 0)),
        )
        for callback in callbacks
    ]


def filter_callbacks(callbacks: QuerySet[Callback], values: dict[str, Any]) -> QuerySet[Callback]:
    """The callbacks that the filters leave, unordered."""
    for name in ("state", "vendor", "topic"):
        if values.get(name) == UNUSABLE:
            callbacks = callbacks.filter(state__in=[CallbackState.INVALID, CallbackState.QUARANTINED])
        elif name in values:
            callbacks = callbacks.filter(**{name: values[name]})
    callbacks = within_days(callbacks, "received_at", since=values.get("since"), until=values.get("until"))
    return _search(callbacks, values["q"]) if "q" in values else callbacks


def _search(callbacks: QuerySet[Callback], text: str) -> QuerySet[Callback]:
    """By what it is about, by its own number ("#17"), or by the vendor's event id."""
    found = of_subjects(callbacks, text)
    if found is not None:
        return found
    own = text.removeprefix("#")
    if own.isascii() and own.isdigit() and int(own) <= LARGEST_KEY:
        return callbacks.filter(pk=int(own))
    return callbacks.filter(vendor__in=vendor_names(), key=text)


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    given = {name: value for name, value in request.GET.items() if value}
    states = [CallbackState.ORPHAN, CallbackState.INVALID, CallbackState.QUARANTINED, CallbackState.NEW]
    tabs = [{"title": _t("All"), "query": "", "current": not given}]
    return tabs + [
        {"title": str(state.label).capitalize(), "query": f"state={state}", "current": given == {"state": str(state)}}
        for state in states
    ]
