"""The list of pushes, and the rows of pushes on other pages."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.engine.admin.subject_links import SubjectLink, of_subjects, subject_links
from backoffice.engine.models import Push
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services.failures import open_failures, texts_of
from backoffice.engine.services.handlers import PUSH_HANDLERS
from backoffice.staff.filter_form import FilterForm, choice_field, day_field, vendor_choices
from backoffice.staff.list_page import ListPage
from backoffice.staff.text_fields import CodeField
from backoffice.states import Chip, Tone
from backoffice.vendors.explaining import explain

# Waiting, or on its way.
UNSENT = "unsent"
# By state and whether a person is needed, where that changes the word.
_PUSHES_OF_PEOPLE: dict[tuple[str, bool], tuple[Tone, str, Promise]] = {
    (PushState.NEW, True): (Tone.AMBER, "hourglass_top", _("waiting for a long time")),
    (PushState.UNKNOWN, True): (Tone.RED, "help", _("outcome unknown: decide")),
    (PushState.FAILED, False): (Tone.GREY, "task_alt", _("dealt with")),
}


def push_chip(push: Push) -> Chip:
    """Return the state of a push; red only while it needs attention."""
    hint = explain(push.vendor, push.cause).text or push.decision
    if appearance := _PUSHES_OF_PEOPLE.get((push.state, push.needs_attention)):
        return Chip(*appearance, hint)
    return PushState(push.state).chip(hint)


def kind_label(kind: str) -> str:
    """Return the label of a kind of push; the kind itself where it has none."""
    handler = PUSH_HANDLERS.get(kind)
    return str(handler.title) if handler and handler.title else kind


def _kinds() -> list[tuple[str, Any]]:
    """Return what is known when asked for: the registry fills itself after this file was read."""
    return [(kind, kind_label(kind)) for kind in sorted(PUSH_HANDLERS)]


class PushFilters(FilterForm):
    CONDITIONS = {("state", UNSENT): Q(state__in=[PushState.NEW, PushState.IN_FLIGHT])}
    DATED = "created_at"
    HIDDEN = ("cause",)

    # A cause that the page of failures groups by.
    cause = CodeField(required=False, max_length=32)
    state = choice_field(_("State"), [*PushState.choices, (UNSENT, _("not yet sent"))])
    needs_attention = choice_field(_("Needs attention"), [("1", _("needs attention"))])
    vendor = choice_field(_("Vendor"), vendor_choices)
    kind = choice_field(_("Kind"), _kinds)
    lane = choice_field(_("Priority"), Lane.choices)
    since = day_field(_("Created from"))
    until = day_field(_("Created until"))

    def condition(self, name: str, value: Any) -> Q:
        """Return what one filter asks for; of a cause only what still needs attention."""
        if name == "cause":
            return Q(pk__in=open_failures().filter(cause_key__in=texts_of(value)).values("pk"))
        return super().condition(name, value)

    def search(self, rows: QuerySet[Push], text: str) -> QuerySet[Push]:
        """Search by what it is about (an order's number, a vendor's id), its own number ("#17"), else in the cause."""
        found = of_subjects(rows, text)
        return rows.filter(~Q(cause=""), cause__icontains=text) if found is None else found


@dataclass(frozen=True)
class PushRow:
    push: Push
    chip: Chip
    kind: str
    subject: SubjectLink | None


def push_rows(pushes: list[Push]) -> list[PushRow]:
    """Return them with what they are about, in one lookup for all."""
    links = subject_links(pushes)
    return [
        PushRow(push, push_chip(push), kind_label(push.kind), links.get((push.subject_type, push.subject_id)))
        for push in pushes
    ]


class PushList(ListPage[Push]):
    key = "pushes"
    permission, change_permission = "engine.view_push", "engine.resend_push"
    title = _("Outgoing requests")
    template_name = "engine/push_list.html"
    queryset = Push.objects.defer("payload", "errors", "follow_up")
    filter_class = PushFilters
    views = (
        (_("All"), ""),
        (_("Needs attention"), "needs_attention=1"),
        (_("Outcome unknown"), "state=unknown"),
        (_("Rejected"), "state=failed"),
        (_("Waiting"), "state=new"),
    )
    search_words = _("Order number, vendor's ID, #request, words in the cause")
    empty_icon = "north_east"
    marks_permissions = ("engine.resend_push",)

    def get_rows(self, found: list[Push]) -> list[PushRow]:
        return push_rows(found)
