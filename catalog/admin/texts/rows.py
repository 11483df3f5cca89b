"""The rows of the SEO workbench: what search engines are shown of each SKU, and what is wrong with it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Length, NullIf
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from backoffice.staff.filter_form import FilterForm, choice_field
from backoffice.staff.keyset import Ascending, ascending_page
from backoffice.staff.list_page import ListPage
from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from catalog.labels import account_label
from catalog.models import ChangeKind, Snapshot, Variant
from catalog.services.change_sets.formats import vendors_for
from catalog.services.change_sets.texts import LONGEST
from catalog.services.search import search_variants

# Search results on telephones show that much of a title; LONGEST is what they show at most.
TITLE_SAFE = 60
TITLE_MOST, DESCRIPTION_MOST = LONGEST["meta_title"], LONGEST["meta_description"]


class TextFilters(FilterForm):
    state = choice_field(
        gettext_lazy("State"),
        [
            ("missing", gettext_lazy("missing")),
            ("duplicate", gettext_lazy("duplicate")),
            ("long", gettext_lazy("too long")),
            ("own", gettext_lazy("own texts")),
        ],
    )


@dataclass(frozen=True)
class TextRow:
    """What is in force: our own text where there is one, else the vendor's default."""

    reading: Snapshot
    variant: Variant | None
    chips: list[Chip]


def texts_of(vendor: str) -> QuerySet[Any]:
    """Return readings with `title` and `description` as they are in force, "" for none."""
    return Snapshot.objects.filter(vendor=vendor, kind=ChangeKind.SEARCH_TEXTS).annotate(
        title=_in_force("meta_title"), description=_in_force("meta_description")
    )


class TextList(ListPage[Any]):
    """Of the account that search texts belong to; marked ones go back to the vendor's default."""

    title = gettext_lazy("Search texts")
    template_name = "catalog/seo_list.html"
    filter_class = TextFilters
    views = (
        (gettext_lazy("All"), ""),
        (gettext_lazy("Missing"), "state=missing"),
        (gettext_lazy("Duplicate"), "state=duplicate"),
        (gettext_lazy("Too long"), "state=long"),
        (gettext_lazy("Own texts"), "state=own"),
    )
    search_words = gettext_lazy("SKU, name, title")
    empty_icon = "manage_search"
    marks_permissions: tuple[str, ...] = ("catalog.reset_searchtexts",)

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.vendor = vendors_for(ChangeKind.SEARCH_TEXTS)[0]
        self.account = account_label(ChangeKind.SEARCH_TEXTS)

    def get_queryset(self) -> QuerySet[Any]:
        return _filtered(self.vendor, self.filters.values)

    def get_page(self) -> Ascending[Any]:
        return ascending_page(self.get_queryset(), self.request.GET, size=self.paginate_by)

    def get_rows(self, found: list[Any]) -> list[TextRow]:
        variants = Variant.objects.filter(vendor=self.vendor, sku__in=[row.sku for row in found])
        names = {row.sku: row for row in variants.only("pk", "sku", "name")}
        titles = {row.title for row in found if row.title}
        repeated = set(_repeated(self.vendor).filter(title__in=titles).values_list("title", flat=True))
        return [_row(row, names.get(row.sku), repeated=repeated) for row in found]


def _in_force(name: str) -> Coalesce:
    own, default = KT(f"value__overwrites__{name}"), KT(f"value__defaults__{name}")
    nothing = Value("", output_field=TextField())
    return Coalesce(NullIf(own, nothing), default, nothing)


def _repeated(vendor: str) -> QuerySet[Any]:
    """Return titles that more than one SKU has."""
    rows = texts_of(vendor).exclude(title="").order_by().values("title")
    return rows.annotate(count=Count("pk")).filter(count__gt=1).values("title")


def _filtered(vendor: str, values: dict[str, Any]) -> QuerySet[Any]:
    rows = texts_of(vendor)
    state = values.get("state")
    if state == "missing":
        rows = rows.filter(Q(title="") | Q(description=""))
    elif state == "duplicate":
        rows = rows.filter(title__in=_repeated(vendor))
    elif state == "long":
        rows = rows.annotate(title_length=Length(F("title")), description_length=Length(F("description")))
        rows = rows.filter(Q(title_length__gt=TITLE_SAFE) | Q(description_length__gt=DESCRIPTION_MOST))
    elif state == "own":
        own = [Q(**{f"value__overwrites__{name}__isnull": False}) for name in LONGEST]
        rows = rows.filter(own[0] | own[1]).exclude(
            value__overwrites__meta_title=None, value__overwrites__meta_description=None
        )
    if text := values.get("q"):
        found = search_variants(Variant.objects.filter(vendor=vendor).order_by(), text).values("sku")
        rows = rows.filter(Q(sku__in=found) | Q(title__icontains=text))
    return rows


def _row(reading: Any, variant: Variant | None, *, repeated: set[str]) -> TextRow:
    chips = []
    if not reading.title or not reading.description:
        chips.append(Chip(Tone.AMBER, "hide_source", _("missing")))
    if reading.title in repeated:
        chips.append(Chip(Tone.AMBER, "content_copy", _("duplicate")))
    if len(reading.title) > TITLE_MOST or len(reading.description) > DESCRIPTION_MOST:
        chips.append(Chip(Tone.RED, "content_cut", _("too long")))
    elif len(reading.title) > TITLE_SAFE:
        chips.append(Chip(Tone.AMBER, "content_cut", _("long")))
    return TextRow(reading, variant, chips)
