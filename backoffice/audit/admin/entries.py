"""The page "Audit": who changed what, who read whose data; nothing on it can be changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from backoffice.audit.admin.words import actor_words, kind_choices, kind_word, lines_of, model_of, short
from backoffice.audit.models import AuditAction, AuditEntry
from backoffice.audit.models.entry import ActorKind
from backoffice.engine.services.subjects import find_subjects, load_subjects
from backoffice.sight import PERSONAL_DATA, PURCHASE_PRICES
from backoffice.staff.filter_form import FilterForm, choice_field, day_field
from backoffice.staff.keyset import read_key
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin
from backoffice.staff.text_fields import LineField

_LIST = "admin:audit_auditentry_changelist"
# Whose names the list looks up: one query.
_NAMED = "orders.order"
READ = (AuditAction.READ, AuditAction.SEARCH, AuditAction.DOWNLOAD)


class AuditFilters(FilterForm):
    """What entries can be filtered by. `of` is "orders.order:17": the thing and all that belongs to it."""

    LOOKUPS = {"kind": "object_type", "by": "actor_kind", "request": "request_id", "who": "actor", "job": "change"}
    CONDITIONS = {
        ("shown", "changes"): ~Q(action__in=READ),
        ("shown", "reads"): Q(action__in=READ),
    }
    DATED = "at"
    HIDDEN = ("shown", "of", "request", "job")

    shown = choice_field("", [("changes", ""), ("reads", "")])
    of = LineField(required=False, max_length=280)
    request = LineField(required=False, max_length=64)
    job = LineField(required=False, max_length=36)
    by = choice_field(gettext_lazy("Who"), ActorKind.choices)
    who = LineField(label=gettext_lazy("Name"), required=False, max_length=150)
    action = choice_field(gettext_lazy("Action"), AuditAction.choices)
    kind = choice_field(gettext_lazy("Object type"), kind_choices)
    address = LineField(label=gettext_lazy("Address"), required=False, max_length=45)
    since = day_field(gettext_lazy("Since"))
    until = day_field(gettext_lazy("Until"))

    def condition(self, name: str, value: Any) -> Q:
        """Return what one filter asks for; the thing itself is looked for by both of its indexes."""
        if name == "address" and not _is_address(value):
            return Q(pk__in=[])
        return _about(*value.partition(":")[::2]) if name == "of" else super().condition(name, value)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        if _is_address(text):
            return rows.filter(address=text)
        asked = Q(actor=text) | Q(request_id=text)
        for label, pk in find_subjects(text):
            asked |= Q(root_type=label, root_id=str(pk))
        if (own := read_key(text.removeprefix("#"))) is not None:
            asked |= Q(pk=own)
        return rows.filter(asked)


@dataclass(frozen=True)
class Row:
    """An entry as the list shows it."""

    entry: AuditEntry
    names: Mapping[int, str]

    @property
    def pk(self) -> int:
        return self.entry.pk

    @property
    def who(self) -> str:
        return actor_words(self.entry)

    @property
    def chip(self) -> Any:
        return AuditAction(self.entry.action).chip()

    @property
    def kind(self) -> str:
        return kind_word(self.entry.object_type)

    @property
    def name(self) -> str:
        """The order by its number, all else by its key."""
        key = read_key(self.entry.root_id) if self.entry.root_type == _NAMED else None
        found = self.names.get(key) if key is not None else None
        return found or (f"#{self.entry.object_id}" if self.entry.object_id else "")

    @property
    def short(self) -> str:
        return short(self.entry)


class AuditList(ListPage[AuditEntry]):
    """Entries without their hashes, newest first."""

    title = gettext_lazy("Audit trail")
    template_name = "audit/list.html"
    queryset = AuditEntry.objects.defer("salt", "payload_digest", "digest", "chain")
    filter_class = AuditFilters
    views = (
        (gettext_lazy("All"), ""),
        (gettext_lazy("Changes"), "shown=changes"),
        (gettext_lazy("Personal data viewed"), "shown=reads"),
    )
    search_words = gettext_lazy("Order, user name, network address, request")
    empty_icon = "history"
    marks_permissions = ("audit.view_auditentry",)

    def get_rows(self, found: list[AuditEntry]) -> Sequence[Any]:
        keys = {
            (_NAMED, key) for row in found if row.root_type == _NAMED and (key := read_key(row.root_id)) is not None
        }
        names = {key: str(thing) for (_label, key), thing in load_subjects(keys).items()}
        return [Row(entry, names) for entry in found]

    @cached_property
    def about(self) -> str:
        """Return in words what the list is narrowed to; empty where it is not."""
        label, _colon, key = self.filters.values.get("of", "").partition(":")
        return f"{kind_word(label)} {_name(label, key)}" if label else ""


@admin.register(AuditEntry)
class AuditEntryAdmin(PagesAdmin):
    """Written by triggers; read here."""

    # Values before and after are of any field.
    sights = (PERSONAL_DATA, PURCHASE_PRICES)
    list_page = AuditList

    def detail_view(self, request: HttpRequest, entry: AuditEntry) -> HttpResponse:
        """Show the entry whole, with ways to all that happened with it."""
        return self.render(
            request,
            "audit/entry.html",
            title=gettext_lazy("Audit trail"),
            entry=entry,
            row=Row(entry, {}),
            lines=lines_of(entry),
            name=_name(entry.root_type, entry.root_id),
            root_kind=kind_word(entry.root_type),
            thing=_page_of(entry.root_type, entry.root_id),
            ways=_ways(entry),
        )


def _about(label: str, key: str) -> Q:
    return Q(root_type=label, root_id=key) | Q(object_type=label, object_id=key)


def _ways(entry: AuditEntry) -> dict[str, str]:
    """Return by name where the list goes on from here."""
    asked = {
        "thing": {"of": f"{entry.root_type}:{entry.root_id}"} if entry.root_id else {},
        "request": {"request": entry.request_id} if entry.request_id else {},
        "person": {"by": entry.actor_kind, "who": entry.actor} if entry.actor else {},
        "job": {"job": entry.change} if entry.change else {},
    }
    return {name: f"{reverse(_LIST)}?{urlencode(query)}" for name, query in asked.items() if query}


def _page_of(label: str, key: str) -> str:
    """Return the address of the thing's page; empty where it has none."""
    if not key or model_of(label) is None:
        return ""
    try:
        return reverse(f"admin:{label.replace('.', '_')}_change", args=[key])
    except NoReverseMatch:
        return ""


def _name(label: str, key: str) -> str:
    number = read_key(key)
    thing = load_subjects([(label, number)]).get((label, number)) if number is not None else None
    return str(thing) if thing is not None else f"#{key}" if key else ""


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
