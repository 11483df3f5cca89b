"""Tables of prices, texts and stock: their columns, and what a cell means.

A price table has one row per SKU and quantity, the others one per SKU. The names of the columns are the same in every
language. Columns marked as shown are there to be read: what is typed into them is ignored.

Limits: 40 MB a file, 300,000 rows, 32,767 characters a cell; longer texts are exported as blank, which changes nothing.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from backoffice.errors import InvalidInput
from backoffice.tables.cells import Cell, is_blank, is_datetime, read_code, read_line, read_paragraph, shown
from backoffice.tables.numbers import read_amount, read_whole
from backoffice.tables.rows import unreadable
from backoffice.tables.writing import Row, printable
from backoffice.text.cleaning import BadText, clean_paragraph, trim
from backoffice.text.translatable import gettext as _
from catalog.models import ChangeKind, PriceList, Variant
from catalog.services.change_sets.texts import ONE_LINE, TEXTS
from catalog.services.change_sets.values import Value, exact, refuse

MOST_BYTES = 40 * 1024 * 1024
MOST_TABLE_ROWS = 300_000

_LISTS = tuple(str(name) for name in PriceList.values)
_FLAGS = {"yes": True, "true": True, "1": True, "wahr": True, "no": False, "false": False, "0": False}
_FLAGS |= {"nein": False, "falsch": False, "ja": True}
# How the spreadsheets of our neighbours save the values of check boxes.
_FLAGS |= dict.fromkeys(("vrai", "vero", "verdadero", "verdadeiro", "waar", "prawda"), True)
_FLAGS |= dict.fromkeys(("faux", "falso", "onwaar", "fałsz"), False)


@dataclass(frozen=True)
class Layout:
    """`typed` columns change something, the others are there to be read. All are optional but the keys."""

    keys: tuple[str, ...]
    typed: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def shown(self) -> list[str]:
        return [name for name in self.columns if name not in (*self.keys, *self.typed)]

    @property
    def is_by_quantity(self) -> bool:
        return "quantity" in self.keys


_TEXT_COLUMNS = tuple(column for name in TEXTS for column in (name, f"{name}_default"))
LAYOUTS: dict[str, Layout] = {
    ChangeKind.SALES_PRICES: Layout(
        keys=("sku", "quantity"),
        typed=("sales",),
        columns=("sku", "name", "currency", "quantity", "purchase", "recommended", "sales"),
    ),
    ChangeKind.FULFILLER_PRICES: Layout(
        keys=("sku", "quantity"),
        typed=("purchase", "recommended", "order_max_qty", "tier_price_qty_only"),
        columns=(
            "sku", "name", "currency", "quantity", "purchase", "recommended", "order_max_qty", "tier_price_qty_only",
        ),
    ),
    ChangeKind.SEARCH_TEXTS: Layout(
        keys=("sku",),
        typed=TEXTS,
        columns=("sku", "name", *_TEXT_COLUMNS),
    ),
    ChangeKind.STOCK: Layout(
        keys=("sku",),
        typed=("available", "managed", "qty"),
        columns=("sku", "sku_fulfiller", "name", "available", "managed", "qty"),
    ),
    ChangeKind.SYNC: Layout(
        keys=("sku",), typed=("available",), columns=("sku", "name", "available")
    ),
}  # fmt: skip


def rows_of(kind: str, variant: Variant, current: Value) -> Iterator[Row]:
    """Return a SKU's rows as they are exported, in the order of the layout's columns."""
    data: dict[str, Cell] = {"sku": variant.sku, "name": variant.name, "currency": current.get("currency", "")}
    if LAYOUTS[kind].is_by_quantity:
        quantities = {quantity for name in _LISTS for quantity in current.get(name, {})}
        for quantity in sorted(quantities, key=int):
            texts = {name: current.get(name, {}).get(quantity) for name in _LISTS}
            prices: dict[str, Cell] = {name: text and Decimal(text) for name, text in texts.items()}
            rules = {name: current.get(name) for name in ("order_max_qty", "tier_price_qty_only")}
            yield _ordered(kind, data | prices | rules | {"quantity": int(quantity)})
    elif kind == ChangeKind.SEARCH_TEXTS:
        own, defaults = current.get("overwrites", {}), current.get("defaults", {})
        texts = {name: own.get(name) for name in TEXTS} | {f"{name}_default": defaults.get(name) for name in TEXTS}
        yield _ordered(kind, data | texts)
    else:
        yield _ordered(
            kind, data | {name: current.get(name) for name in ("sku_fulfiller", "available", "managed", "qty")}
        )


def parse_row(kind: str, cells: Mapping[str, Cell], *, clear_blanks: bool) -> Value:
    """Return what one row asks for, as `make_change_set` takes it. Raises InvalidInput, under ""."""
    typed = {name: cells[name] for name in LAYOUTS[kind].typed if name in cells}
    blank = {name for name, cell in typed.items() if is_blank(cell)}
    if LAYOUTS[kind].is_by_quantity:
        return _price_request(cells, typed, blank, clear_blanks=clear_blanks)
    if kind == ChangeKind.SEARCH_TEXTS:
        cleared: Value = dict.fromkeys(blank) if clear_blanks else {}
        return cleared | {name: _read(name, cell, read_paragraph) for name, cell in typed.items() if name not in blank}
    readers: dict[str, Callable[[Cell], Any]] = {"available": read_flag, "managed": read_flag, "qty": read_whole}
    return {name: _read(name, cell, readers[name]) for name, cell in typed.items() if name not in blank}


def merge_requests(one: Value, other: Value) -> Value:
    """Merge two rows of the same SKU. Raises InvalidInput where they say different things of the same value."""
    joined = dict(one)
    for name, value in other.items():
        if isinstance(value, dict) and name in joined:
            if joined[name].keys() & value.keys():
                raise refuse(_("This SKU and quantity appear twice in the table."))
            joined[name] = joined[name] | value
        elif joined.setdefault(name, value) != value:
            raise refuse(_("%(name)s differs between the rows of this SKU.") % {"name": name})
    return joined


def without_same_texts(requested: Value, *, current: Value) -> Value:
    """Leave out texts that differ only by what tables lose: line ends, spaces at the ends, control characters."""
    own = current.get("overwrites", {})
    return {
        name: text for name, text in requested.items() if text is None or _plain(text) != _plain(own.get(name) or "")
    }


def ensure_one_line(requested: Value) -> None:
    """Raise InvalidInput for a line end in a text that has one line."""
    for name in ONE_LINE:
        _read(name, requested.get(name), read_line)


def read_flag(cell: Cell) -> bool:
    """Return yes or no, as spreadsheets and people write it. Raises InvalidInput."""
    word = "" if is_datetime(cell) else str(int(cell) if isinstance(cell, float) and cell in (0, 1) else cell)
    if (flag := _FLAGS.get(trim(word).lower())) is None:
        raise refuse(_("%(value)s is neither yes nor no.") % {"value": shown(cell)})
    return flag


def _ordered(kind: str, data: dict[str, Any]) -> Row:
    return [data.get(column) for column in LAYOUTS[kind].columns]


def _price_request(cells: Mapping[str, Cell], typed: dict[str, Cell], blank: set[str], *, clear_blanks: bool) -> Value:
    quantity = str(_read("quantity", cells.get("quantity"), read_whole))
    requested: Value = {}
    currencies = set()
    for name, cell in typed.items():
        if name in blank:
            if clear_blanks and name in _LISTS:
                requested[name] = {quantity: None}
        elif name == "order_max_qty":
            requested[name] = _read(name, cell, read_whole)
        elif name == "tier_price_qty_only":
            requested[name] = _read(name, cell, read_flag)
        else:
            amount = _read(name, cell, read_amount)
            currencies.add(amount.currency)
            requested[name] = {quantity: exact(amount.value)}
    return requested | _currency_request(currencies, cells) if requested else {}


def _currency_request(beside: set[str], cells: Mapping[str, Cell]) -> Value:
    """Return the currency that the row names, in its column or beside its prices: it has to be the vendor's."""
    named = (beside | {_currency_of(cells.get("currency"))}) - {""}
    if len(named) > 1:
        raise refuse(_("This row names two currencies: %(names)s.") % {"names": ", ".join(sorted(named))})
    return {"currency": named.pop()} if named else {}


@lru_cache(maxsize=64)
def _currency_of(cell: Cell) -> str:
    """Return the code; remembered, since a table has one currency in all of its rows."""
    currency: str = _read("currency", cell, read_code)
    return currency.upper()


def _read(name: str, cell: Cell, reader: Callable[[Cell], Any]) -> Any:
    """Return the cell's value. Raises InvalidInput, which names the column."""
    try:
        return reader(cell)
    except InvalidInput as error:
        raise refuse(_("%(column)s: %(problem)s") % {"column": name, "problem": error.text}) from error


def _plain(text: str) -> str:
    try:
        return clean_paragraph(printable(text))
    except BadText:
        return text


def ensure_known_columns(kind: str, header: Collection[str]) -> None:
    """Raise InvalidInput: a misspelt column must not look as if nothing was to change."""
    layout = LAYOUTS[kind]
    if unknown := [name for name in header if name not in layout.columns]:
        raise unreadable(_("Unknown columns: %(names)s.") % {"names": ", ".join(unknown[:10])})
    if missing := [name for name in layout.keys if name not in header]:
        raise unreadable(_("These columns are missing: %(names)s.") % {"names": ", ".join(missing)})
    if len(set(header)) < len(header):
        raise unreadable(_("A column appears twice in the table."))
    if not set(header) & set(layout.typed):
        text = _("No column contains changes; at least one of these is required: %(names)s.")
        raise unreadable(text % {"names": ", ".join(layout.typed)})
