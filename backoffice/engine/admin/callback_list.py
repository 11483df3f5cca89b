"""The list of callbacks, and the rows of callbacks on other pages."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from backoffice.engine.admin.subject_links import SubjectLink, of_subjects, subject_links
from backoffice.engine.models import Callback
from backoffice.engine.models.callback import CallbackState
from backoffice.staff.filter_form import FilterForm, choice_field, day_field, vendor_choices
from backoffice.staff.list_page import ListPage
from backoffice.states import Chip
from backoffice.vendors.abilities import CallsUs
from backoffice.vendors.registry import vendor_names, vendor_type, vendors_with

# What somebody has to look at.
UNUSABLE = "unusable"


def _topics() -> list[tuple[str, str]]:
    """Return what is known when asked for: the registry fills itself after this file was read."""
    topics = {topic for name in vendors_with(CallsUs) for topic in vendor_type(name, CallsUs).CALLBACK_TOPICS}
    return [(topic, topic) for topic in sorted(topics)]


class CallbackFilters(FilterForm):
    CONDITIONS = {("state", UNUSABLE): Q(state__in=[CallbackState.INVALID, CallbackState.QUARANTINED])}
    DATED = "received_at"

    state = choice_field(_("State"), [*CallbackState.choices, (UNUSABLE, _("could not be used"))])
    vendor = choice_field(_("Vendor"), vendor_choices)
    topic = choice_field(_("Topic"), _topics)
    since = day_field(_("Received from"))
    until = day_field(_("Received until"))

    def search(self, rows: QuerySet[Callback], text: str) -> QuerySet[Callback]:
        """Search by what it is about, by its own number ("#17"), or by the vendor's event id."""
        found = of_subjects(rows, text)
        return rows.filter(vendor__in=vendor_names(), key=text) if found is None else found


@dataclass(frozen=True)
class CallbackRow:
    callback: Callback
    chip: Chip
    subject: SubjectLink | None


def callback_rows(callbacks: list[Callback]) -> list[CallbackRow]:
    """Return them with what they are about, in one lookup for all."""
    links = subject_links(callbacks)
    return [
        CallbackRow(
            callback,
            CallbackState(callback.state).chip(callback.note),
            links.get((callback.subject_type, callback.subject_id or 0)),
        )
        for callback in callbacks
    ]


class CallbackList(ListPage[Callback]):
    title = _("Callbacks")
    template_name = "engine/callback_list.html"
    queryset = Callback.objects.defer("body", "headers")
    filter_class = CallbackFilters
    views = (
        (_("All"), ""),
        (capfirst(CallbackState.ORPHAN.label), "state=orphan"),
        (capfirst(CallbackState.INVALID.label), "state=invalid"),
        (capfirst(CallbackState.QUARANTINED.label), "state=quarantined"),
        (capfirst(CallbackState.NEW.label), "state=new"),
    )
    search_words = _("Order number, vendor's id, event id, #callback")
    empty_icon = "south_west"
    marks_permissions = ("engine.replay_callback",)

    def get_rows(self, found: list[Callback]) -> list[CallbackRow]:
        return callback_rows(found)
