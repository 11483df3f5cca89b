"""Callbacks in the admin: the list, the page of one, replay."""

from dataclasses import dataclass

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, ngettext

from backoffice.engine.admin.bodies import show_bytes
from backoffice.engine.admin.subject_links import SubjectLink, of_subjects, subject_links
from backoffice.engine.models import Callback
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.callbacks import UNUSABLE as UNUSABLE_STATES
from backoffice.engine.services.callbacks import dismiss_callback, replay_callbacks
from backoffice.errors import InvalidInput
from backoffice.files.types import UNKNOWN
from backoffice.masking import mask_bytes
from backoffice.staff.base import actor
from backoffice.staff.filter_form import FilterForm, choice_field, day_field, vendor_choices
from backoffice.staff.list_page import ListPage
from backoffice.staff.marks import back_to, marked_keys
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.states import Chip
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import CallsUs
from backoffice.vendors.registry import account_names, vendor_type, vendors_with
from backoffice.visibility import visible
from backoffice.web.file_answers import file_response

REPLAY = "replay_callback"
# What somebody has to look at.
UNUSABLE = "unusable"


def _topics() -> list[tuple[str, str]]:
    """Return what is known when asked for: the registry fills itself after this file was read."""
    topics = {topic for name in vendors_with(CallsUs) for topic in vendor_type(name, CallsUs).CALLBACK_TOPICS}
    return [(topic, topic) for topic in sorted(topics)]


class CallbackFilters(FilterForm):
    CONDITIONS = {("state", UNUSABLE): Q(state__in=[CallbackState.INVALID, CallbackState.QUARANTINED])}
    DATED = "received_at"

    state = choice_field(
        gettext_lazy("State"), [*CallbackState.choices, (UNUSABLE, gettext_lazy("could not be processed"))]
    )
    vendor = choice_field(gettext_lazy("Vendor"), vendor_choices)
    topic = choice_field(gettext_lazy("Topic"), _topics)
    since = day_field(gettext_lazy("Received from"))
    until = day_field(gettext_lazy("Received until"))

    def search(self, rows: QuerySet[Callback], text: str) -> QuerySet[Callback]:
        """Search by what it is about, by its own number ("#17"), or by the vendor's event id."""
        found = of_subjects(rows, text)
        return rows.filter(vendor__in=account_names(), key=text) if found is None else found


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
    key = "callbacks"
    permission, change_permission = "engine.view_callback", "engine.replay_callback"
    title = gettext_lazy("Incoming webhooks")
    template_name = "engine/callback_list.html"
    queryset = Callback.objects.defer("body", "headers")
    filter_class = CallbackFilters
    views = (
        (gettext_lazy("All"), ""),
        (capfirst(CallbackState.ORPHAN.label), "state=orphan"),
        (capfirst(CallbackState.INVALID.label), "state=invalid"),
        (capfirst(CallbackState.QUARANTINED.label), "state=quarantined"),
        (capfirst(CallbackState.NEW.label), "state=new"),
    )
    search_words = gettext_lazy("Order number, vendor's ID, event ID, #webhook")
    empty_icon = "south_west"
    marks_permissions = ("engine.replay_callback",)

    def get_rows(self, found: list[Callback]) -> list[CallbackRow]:
        return callback_rows(found)


@admin.register(Callback)
class CallbackAdmin(PagesAdmin):
    """Callbacks as they came. One can be worked off again at will: what is known already changes nothing."""

    list_page = CallbackList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("replay/", "replay_many", self.replay_many),
            ("<int:pk>/replay/", "replay", self.replay),
            ("<int:pk>/dismiss/", "dismiss", self.dismiss),
            ("<int:pk>/body/", "body", self.body),
        ]

    def detail_view(self, request: HttpRequest, callback: Callback) -> HttpResponse:
        body = mask_bytes(bytes(callback.body))
        return self.render(
            request,
            "engine/callback.html",
            title=_("Incoming webhook #%(number)s") % {"number": callback.pk},
            callback=callback,
            original=callback,
            row=callback_rows([callback])[0],
            body=show_bytes(body),
            is_masked=body != bytes(callback.body),
            meaning=_MEANINGS[CallbackState(callback.state)](),
            may_replay=self.may(request, REPLAY),
            may_dismiss=self.may(request, REPLAY) and callback.state in UNUSABLE_STATES and callback.next_at is None,
        )

    def replay(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, REPLAY)
        callback = find_or_404(Callback, pk)

        def do() -> str:
            replay_callbacks(Callback.objects.filter(pk=callback.pk))
            return _("Processing it again; this page will show the result.")

        return act(request, do, to=reverse("admin:engine_callback_change", args=[pk]))

    def dismiss(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, REPLAY)
        callback = find_or_404(Callback, pk)

        def do() -> str:
            dismiss_callback(callback, actor=actor(request))
            return _("Dismissed. It is kept and can still be processed again.")

        return act(request, do, to=reverse("admin:engine_callback_change", args=[pk]))

    def replay_many(self, request: HttpRequest) -> HttpResponse:
        self.require(request, REPLAY)
        keys = marked_keys(request.POST, "callback")

        def do() -> str:
            if not keys:
                text = _("Nothing was selected.")
                raise InvalidInput(text, errors={"callback": [text]})
            count = replay_callbacks(visible(Callback.objects.filter(pk__in=keys)))
            text = ngettext(
                "%d incoming webhook is processed again.", "%d incoming webhooks are processed again.", count
            )
            return text % count

        return act(request, do, to=back_to(request, "admin:engine_callback_changelist"))

    def body(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Download the body, secrets masked: never as anything that a browser would show or run."""
        self.require_view(request)
        callback = find_or_404(Callback, pk)
        return file_response(mask_bytes(bytes(callback.body)), content_type=UNKNOWN, name=f"callback-{pk}")


_MEANINGS = {
    CallbackState.NEW: lambda: _("It is stored and waiting to be processed."),
    CallbackState.APPLIED: lambda: _("Its content was new and has been applied."),
    CallbackState.KNOWN: lambda: _("It contained nothing new; nothing was changed."),
    CallbackState.STALE: lambda: _("It is older than our data; nothing was changed."),
    CallbackState.ORPHAN: lambda: _(
        "It refers to something unknown here. It is processed again for a while, then waits."
    ),
    CallbackState.INVALID: lambda: _("It cannot be read. Fix the cause, then process it again."),
    CallbackState.QUARANTINED: lambda: _(
        "It failed repeatedly because of an error in the back office. Process it again once that is fixed."
    ),
    CallbackState.DISMISSED: lambda: _("It was reviewed, and nothing needs to be done."),
}
