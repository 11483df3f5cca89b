"""What is posted about a table: the file, its columns, how it is written."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.staff.filter_form import RowField
from backoffice.tables.csv_files import SEPARATORS
from backoffice.visibility import visible
from orders.importing.models import OrderImport
from orders.importing.services.fields import FIELDS, GROUP_LABELS, NEEDED, FieldGroup, label_of
from orders.importing.services.formats import ReadingChoices, read_choices

_RECOGNISED = _("as detected")
_LETTERS = (
    ("utf-8", "UTF-8"), ("utf-16", "UTF-16"), ("cp1252", _("Windows, Western Europe (1252)")),
    ("cp1250", _("Windows, Central Europe (1250)")), ("cp1251", _("Windows, Cyrillic (1251)")),
)  # fmt: skip
_SEPARATOR_NAMES = dict(zip(SEPARATORS, (_("comma"), _("semicolon"), _("tab"), _("vertical bar")), strict=True))
_DECIMALS = ((",", _("comma: 1.234,50")), (".", _("point: 1,234.50")))
_DATES = (("dmy", _("day, month, year")), ("mdy", _("month, day, year")), ("ymd", _("year, month, day")))
_WITH_TAX = ((False, _("excluding tax")), (True, _("including tax")))
_INVALID = ((False, _("skip them")), (True, _("place and hold them")))


class ImportUploadForm(forms.Form):
    """A shop and a file of its orders."""

    shop = RowField(Shop.objects.order_by("name"), label=_("Shop"), empty_label=None)
    file = forms.FileField(
        label=_("XLSX or CSV file"),
        widget=forms.ClearableFileInput({"accept": ".csv,.tsv,.txt,.xlsx,.xlsm", "required": True}),
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        """Presume no shop of several: all orders of the file become that one's."""
        super().__init__(*args, **values)
        if not self.initial.get("shop") and visible(Shop.objects.all())[1:].exists():
            self.fields["shop"].empty_label = _("Choose a shop.")  # type: ignore[attr-defined]


def usual_shop(rows: QuerySet[OrderImport], *, actor: str) -> int | None:
    """Return the shop of the reader's last table, else of the last one of anybody."""
    shops = rows.order_by("-pk").values_list("shop", flat=True)
    return shops.filter(created_by=actor).first() or shops.first()


def field_choices() -> list[tuple[Any, list[tuple[str, Any, bool]]]]:
    """Return the fields that a column can be, by group: name, label, whether every order needs it."""
    needed = {name for options in NEEDED for name in options.split("|")}
    return [
        (
            GROUP_LABELS[group],
            [(one.name, label_of(one.name), one.name in needed) for one in FIELDS.values() if one.group == group],
        )
        for group in FieldGroup
    ]


def read_mapping(given: QueryDict, table: OrderImport) -> dict[int, str]:
    """Return by place what each column was said to be, "" for one that is passed over."""
    mapping = {}
    for column in table.columns:
        name = given.get(f"column-{column['place']}", "")
        mapping[column["place"]] = name if name in FIELDS else ""
    return mapping


def read_format(given: QueryDict) -> ReadingChoices:
    """Return what was chosen; what is unknown is recognised."""
    texts: dict[str, Any] = {
        name: given.get(name, "") for name in ("sheet", "encoding", "separator", "decimal", "dates")
    }
    texts["separator"] = {"tab": "\t"}.get(texts["separator"], texts["separator"])
    flags = {name: given.get(name) == "1" for name in ("prices_with_tax", "hold_invalid")}
    return read_choices(texts | flags)


class FormatField:
    """One choice of how a table is read: what was chosen, what was recognised, what there is to choose."""

    def __init__(self, name: str, label: Any, options: list[tuple[str, Any, bool]]) -> None:
        self.name, self.label, self.options = name, label, options


def format_fields(table: OrderImport) -> list[FormatField]:
    """Return the choices that this file leaves."""
    return [FormatField(name, label, options) for name, label, options in _fields(table)]


def _fields(table: OrderImport) -> Iterator[tuple[str, Any, list[tuple[str, Any, bool]]]]:
    chosen, found = read_choices(table.choices), table.formats
    if len(table.sheets) > 1:
        sheets = {name: name for name in table.sheets}
        yield "sheet", _("Sheet"), _options(sheets, chosen.sheet, found.get("sheet"))
    if not table.sheets:
        yield "encoding", _("Encoding"), _options(dict(_LETTERS), chosen.encoding, found.get("encoding"))
        options = _options(_SEPARATOR_NAMES, chosen.separator, found.get("separator"))
        yield "separator", _("Separator"), [(value.replace("\t", "tab"), label, on) for value, label, on in options]
    yield "decimal", _("Decimal separator"), _options(dict(_DECIMALS), chosen.decimal, found.get("decimal"))
    yield "dates", _("Dates"), _options(dict(_DATES), chosen.dates, found.get("dates"))
    yield "prices_with_tax", _("Prices and shipping costs"), _flags(_WITH_TAX, chosen.prices_with_tax)
    yield "hold_invalid", _("Orders that exceed limits"), _flags(_INVALID, chosen.hold_invalid)


def _options(labels: Mapping[str, Any], chosen: str, found: Any) -> list[tuple[str, Any, bool]]:
    """Return the choices; the first one leaves it to us, and says what we found."""
    known = labels.get(found or "")
    first = ("", known if known and not chosen else _RECOGNISED, not chosen)
    return [first, *((value, label, value == chosen) for value, label in labels.items() if chosen or value != found)]


def _flags(labels: tuple[tuple[bool, Any], ...], chosen: bool) -> list[tuple[str, Any, bool]]:
    return [("1" if value else "0", label, value == chosen) for value, label in labels]
