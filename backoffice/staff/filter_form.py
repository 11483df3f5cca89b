"""Filters of a list as a form over the page's address, so that a link is a view."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any, ClassVar, TypeVar

from django import forms
from django.db.models import Q, QuerySet
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from backoffice.staff.plain_forms import PlainRenderer
from backoffice.staff.text_fields import LineField
from backoffice.text.datetimes import start_of_day
from backoffice.vendors.registry import account_names, vendor_title
from backoffice.visibility import visible

Rows = TypeVar("Rows", bound=QuerySet[Any])
Choices = Iterable[tuple[Any, Any]]
ANY, UNSET = "", _("any")


class FilterForm(forms.Form):
    """Every field may be empty; what is unknown is ignored, since old links should still open.

    `q` is the search, `since` and `until` are whole days of the field DATED. All others ask for rows whose field of
    that name (or of the name in LOOKUPS) has the value, unless CONDITIONS say by (name, value) what else is meant.
    What has a label is offered in the panel.
    """

    LOOKUPS: ClassVar[dict[str, str]] = {}
    CONDITIONS: ClassVar[dict[tuple[str, Any], Q]] = {}
    DATED: ClassVar[str] = ""
    # What is not offered in the panel, and stays when something is looked for or filtered.
    HIDDEN: ClassVar[tuple[str, ...]] = ()

    default_renderer = PlainRenderer

    q = LineField(required=False, max_length=200)

    @property
    def values(self) -> dict[str, Any]:
        """What was given and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def panel(self) -> list[forms.BoundField]:
        return [self[name] for name, field in self.fields.items() if field.label]

    @property
    def active(self) -> list[tuple[str, str, str]]:
        """(name, label, value in words) of the panel's filters that are set."""
        values = self.values
        return [(one.name, str(one.label), self._words(one.name)) for one in self.panel if one.name in values]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """(name, value) of what stays when something is looked for or filtered."""
        return [(name, self.data[name]) for name in self.HIDDEN if name in self.values]

    def filter_queryset(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that the filters leave, unordered."""
        values = self.values
        text, since, until = (values.pop(name, None) for name in ("q", "since", "until"))
        for name, value in values.items():
            rows = rows.filter(self.condition(name, value))
        rows = within_days(rows, self.DATED, since=since, until=until)
        return self.search(rows, text) if text else rows

    def condition(self, name: str, value: Any) -> Q:
        """Return what one filter asks for."""
        return self.CONDITIONS.get((name, value), Q(**{self.LOOKUPS.get(name, name): value}))

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Return the rows that somebody may mean who quotes the text."""
        raise NotImplementedError

    def _words(self, name: str) -> str:
        value = self.cleaned_data[name]
        choices = getattr(self.fields[name], "choices", ()) if isinstance(value, str) else ()
        return str({str(key): words for key, words in choices}.get(value, value))


class RowsAtOnce(ModelChoiceIterator):
    """All rows in one query: few enough to choose among, they need no cursor, which takes two more."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for row in self.queryset.all():
            yield self.choice(row)


class RowField(forms.ModelChoiceField):
    """A choice among the rows of a model that the reader sees."""

    iterator = RowsAtOnce

    def __deepcopy__(self, memo: dict[int, Any]) -> "RowField":
        """Return the field of one form."""
        copied: RowField = super().__deepcopy__(memo)
        if copied.queryset is not None:
            copied.queryset = visible(copied.queryset)
        return copied


def choice_field(
    label: Any, choices: Choices | Callable[[], Choices], *, unset: Any = UNSET, **options: Any
) -> forms.ChoiceField:
    """Return a choice that may be left open, which is called `unset`; a function is called anew for each page."""

    def offered() -> list[tuple[Any, Any]]:
        return [(ANY, unset), *(choices() if callable(choices) else choices)]

    return forms.ChoiceField(label=label, required=False, choices=offered, **options)


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}))


def vendor_choices() -> list[tuple[str, Any]]:
    """Return all vendors the project knows, and the accounts for tests."""
    return [(name, vendor_title(name)) for name in account_names()]


def within_days(rows: Rows, field: str, *, since: date | None, until: date | None) -> Rows:
    """Return rows whose `field` lies within whole days of the reader's zone, both included.

    Keys grow with time, so the first and last key bound the scan of a list that is ordered by key.
    """
    model = rows.model._default_manager
    if since:
        start = start_of_day(since)
        first = model.filter(**{f"{field}__gte": start}).order_by(field).values_list("pk", flat=True).first()
        if first is None:
            return rows.none()
        rows = rows.filter(**{f"{field}__gte": start}, pk__gte=first - _SLACK)
    if until:
        end = start_of_day(until + timedelta(days=1))
        last = model.filter(**{f"{field}__lt": end}).order_by(f"-{field}").values_list("pk", flat=True).first()
        if last is None:
            return rows.none()
        rows = rows.filter(**{f"{field}__lt": end}, pk__lte=last + _SLACK)
    return rows


# Rows are numbered a moment before they are dated: that far may both orders differ.
_SLACK = 1000
