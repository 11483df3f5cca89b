"""Filters of a list as a form over the page's address, so that a link is a view."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.moments import start_of_day
from backoffice.vendors.registry import vendor_names, vendor_title

ANY = ""


class FilterForm(forms.Form):
    """Every field may be empty; what is unknown is ignored, since old links should still open.

    Fields named in PANEL are shown as filters; `q` is the search. An empty choice must come first.
    """

    PANEL: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """What was given and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def panel(self) -> list[forms.BoundField]:
        return [self[name] for name in self.PANEL]

    @property
    def active(self) -> list[tuple[str, str, str]]:
        """(name, label, value in words) of the panel's filters that are set."""
        values = self.values
        return [(name, str(self.fields[name].label), self._words(name)) for name in self.PANEL if name in values]

    def _words(self, name: str) -> str:
        value = self.cleaned_data[name]
        return str(dict(getattr(self.fields[name], "choices", ())).get(str(value), value))


def vendor_choices() -> list[tuple[str, Any]]:
    """All vendors the project knows."""
    return [(ANY, _("any")), *((name, vendor_title(name)) for name in vendor_names())]


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}))


def within_days(rows: QuerySet[Any], field: str, *, since: date | None, until: date | None) -> QuerySet[Any]:
    """Rows whose `field` lies within whole days of the reader's zone, both included.

    Keys grow with time, so the first and last key bound the scan of a list that is ordered by key.
    """
    model = rows.model._default_manager
    if since:
        start = start_of_day(since)
        first = model.filter(**{f"{field}__gte": start}).order_by(field).values_list("pk", flat=True).first()
        rows = rows.filter(**{f"{field}__gte": start}, pk__gte=(first or 0) - _SLACK)
    if until:
        end = start_of_day(until + timedelta(days=1))
        last = model.filter(**{f"{field}__lt": end}).order_by(f"-{field}").values_list("pk", flat=True).first()
        rows = rows.filter(**{f"{field}__lt": end}, pk__lte=(last or 0) + _SLACK)
    return rows


# Rows are numbered a moment before they are dated: that far may both orders differ.
_SLACK = 1000
