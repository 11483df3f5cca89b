"""Tables of prices, texts and stock: their columns, and what a cell means.

A price table has one row per SKU and quantity, the others one per SKU. The names of the columns are the same in every
language. Columns marked as shown are there to be read: what is typed into them is ignored.

Limits: 40 MB a file, 300,000 rows, 32,767 characters a cell; longer texts are exported as blank, which changes nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from backoffice.errors import InvalidInput
from catalog.models import ChangeKind, PriceList, Variant
from catalog.services.change_sets.prices import FULFILLERS_LISTS
from catalog.services.change_sets.texts import TEXTS
from catalog.services.change_sets.values import Value, exact, refuse

MOST_BYTES = 40 * 1024 * 1024
MOST_TABLE_ROWS = 300_000
LONGEST_CELL = 32_767

Cell = str | int | float | bool | Decimal | None
Row = list[Cell]

_LISTS = tuple(str(name) for name in PriceList.values)
_FLAGS = {"yes": True, "true": True, "1": True, "ja": True, "wahr": True, "no": False, "false": False, "0": False}
_FLAGS |= {"nein": False, "falsch": False}
# What XML cannot carry.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Layout:
    """`typed` columns change something, `shown` ones are there to be read. All are optional but the keys."""

    keys: tuple[str, ...]
    typed: tuple[str, ...]
    shown: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def is_by_quantity(self) -> bool:
        return "quantity" in self.keys


_TEXT_COLUMNS = tuple(column for name in TEXTS for column in (name, f"{name}_default"))
LAYOUTS: dict[str, Layout] = {
    ChangeKind.SALES_PRICES: Layout(
        keys=("sku", "quantity"),
        typed=("sales",),
        shown=("name", "currency", "purchase", "recommended"),
        columns=("sku", "name", "currency", "quantity", "purchase", "recommended", "sales"),
    ),
    ChangeKind.FULFILLER_PRICES: Layout(
        keys=("sku", "quantity"),
        typed=("purchase", "recommended", "order_max_qty", "tier_price_qty_only"),
        shown=("name", "currency"),
        columns=(
            "sku", "name", "currency", "quantity", "purchase", "recommended", "order_max_qty", "tier_price_qty_only",
        ),
    ),
    ChangeKind.SEARCH_TEXTS: Layout(
        keys=("sku",),
        typed=TEXTS,
        shown=("name", *(f"{name}_default" for name in TEXTS)),
        columns=("sku", "name", *_TEXT_COLUMNS),
    ),
    ChangeKind.STOCK: Layout(
        keys=("sku",),
        typed=("available", "managed", "qty"),
        shown=("name", "sku_fulfiller"),
        columns=("sku", "sku_fulfiller", "name", "available", "managed", "qty"),
    ),
    ChangeKind.SYNC: Layout(
        keys=("sku",), typed=("available",), shown=("name",), columns=("sku", "name", "available")
    ),
}  # fmt: skip


def rows_of(kind: str, variant: Variant, held: Value) -> Iterator[Row]:
    """A SKU's rows as they are exported, in the order of the layout's columns."""
    facts: dict[str, Cell] = {"sku": variant.sku, "name": variant.name, "currency": held.get("currency", "")}
    if LAYOUTS[kind].is_by_quantity:
        quantities = {quantity for name in _LISTS for quantity in held.get(name, {})}
        for quantity in sorted(quantities, key=int):
            prices = {name: _number(held.get(name, {}).get(quantity)) for name in _LISTS}
            rules = {name: held.get(name) for name in ("order_max_qty", "tier_price_qty_only")}
            yield _ordered(kind, facts | prices | rules | {"quantity": int(quantity)})
    elif kind == ChangeKind.SEARCH_TEXTS:
        own, defaults = held.get("overwrites", {}), held.get("defaults", {})
        texts = {name: own.get(name) for name in TEXTS} | {f"{name}_default": defaults.get(name) for name in TEXTS}
        yield _ordered(kind, facts | texts)
    else:
        yield _ordered(
            kind, facts | {name: held.get(name) for name in ("sku_fulfiller", "available", "managed", "qty")}
        )


def wish_of(kind: str, cells: dict[str, Cell], *, clear_blanks: bool) -> Value:
    """What one row asks for, as `make_change_set` takes it. Raises InvalidInput with the complaint under ""."""
    typed = {name: cells[name] for name in LAYOUTS[kind].typed if name in cells}
    blank = {name for name, cell in typed.items() if is_blank(cell)}
    if LAYOUTS[kind].is_by_quantity:
        return _price_wish(typed, blank, quantity=_whole(cells.get("quantity"), "quantity"), clear_blanks=clear_blanks)
    if kind == ChangeKind.SEARCH_TEXTS:
        cleared: Value = dict.fromkeys(blank) if clear_blanks else {}
        return cleared | {name: str(cell) for name, cell in typed.items() if name not in blank}
    readers = {"available": _flag, "managed": _flag, "qty": _whole}
    return {name: readers[name](cell, name) for name, cell in typed.items() if name not in blank}


def join_wishes(one: Value, other: Value) -> Value:
    """Two rows of the same SKU. Raises InvalidInput where they say different things of the same value."""
    joined = dict(one)
    for name, value in other.items():
        if isinstance(value, dict) and name in joined:
            if joined[name].keys() & value.keys():
                raise refuse(_("This SKU and quantity stand in the table twice."))
            joined[name] = joined[name] | value
        elif joined.setdefault(name, value) != value:
            raise refuse(_("%(name)s differs between the rows of this SKU.") % {"name": name})
    return joined


def without_same_texts(wanted: Value, *, held: Value) -> Value:
    """Texts less those that differ only by what tables lose: line ends, spaces at the ends, control characters."""
    own = held.get("overwrites", {})
    return {name: text for name, text in wanted.items() if text is None or _plain(text) != _plain(own.get(name) or "")}


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def sku_of(cell: Cell) -> str:
    """A SKU, also where a spreadsheet took it for a number (leading zeros are lost then, and it will not be found)."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def printable(text: str) -> str:
    """What a cell can carry; nothing for a text that is too long, so that nobody sends back half of it."""
    text = _UNPRINTABLE.sub("", text)
    return "" if len(text) > LONGEST_CELL else text


def _ordered(kind: str, facts: dict[str, Any]) -> Row:
    return [facts.get(column) for column in LAYOUTS[kind].columns]


def _price_wish(typed: dict[str, Cell], blank: set[str], *, quantity: int, clear_blanks: bool) -> Value:
    wish: Value = {}
    for name, cell in typed.items():
        if name in blank and not (clear_blanks and name in (*FULFILLERS_LISTS, PriceList.SALES)):
            continue
        if name == "order_max_qty":
            wish[name] = _whole(cell, name)
        elif name == "tier_price_qty_only":
            wish[name] = _flag(cell, name)
        else:
            wish[name] = {str(quantity): None if name in blank else _price(cell)}
    return wish


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _price(cell: Cell) -> str:
    """Also "9,90", "1.234,50" and "€ 9.90", as people write them. Raises InvalidInput."""
    text = str(cell).strip().strip("€$£").strip().replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    decimal = max(text.rfind(","), text.rfind("."))
    if isinstance(cell, str) and decimal >= 0:
        text = text[:decimal].replace(",", "").replace(".", "") + "." + text[decimal + 1 :]
    try:
        return exact(Decimal(text))
    except InvalidOperation:
        raise refuse(_("%(value)s is no price.") % {"value": cell}) from None


def _whole(cell: Cell, name: str) -> int:
    try:
        number = Decimal(str(cell).strip())
    except InvalidOperation:
        number = None
    if isinstance(cell, bool) or number is None or not number.is_finite() or number != int(number) or number < 0:
        raise refuse(_("%(name)s: %(value)s is no whole number.") % {"name": name, "value": cell})
    return int(number)


def _flag(cell: Cell, name: str) -> bool:
    """Yes or no, as spreadsheets and people write it. Raises InvalidInput."""
    word = str(int(cell) if isinstance(cell, float) else cell).strip().lower()
    if word not in _FLAGS:
        raise refuse(_("%(name)s: %(value)s is neither yes nor no.") % {"name": name, "value": cell})
    return _FLAGS[word]


def _plain(text: str) -> str:
    return printable(text).replace("\r\n", "\n").replace("\r", "\n").strip()


def refuse_unknown_columns(kind: str, header: list[str]) -> None:
    """Raises InvalidInput: a misspelt column must not look as if nothing was to change."""
    layout = LAYOUTS[kind]
    known = {*layout.keys, *layout.typed, *layout.shown}
    if unknown := [name for name in header if name and name not in known]:
        raise _unreadable(_("Unknown columns: %(names)s.") % {"names": ", ".join(unknown[:10])})
    if missing := [name for name in layout.keys if name not in header]:
        raise _unreadable(_("These columns are missing: %(names)s.") % {"names": ", ".join(missing)})
    if len(set(filter(None, header))) < len(list(filter(None, header))):
        raise _unreadable(_("A column stands in the table twice."))
    if not set(header) & set(layout.typed):
        text = _("None of the columns changes anything; one of these is needed: %(names)s.")
        raise _unreadable(text % {"names": ", ".join(layout.typed)})


def _unreadable(text: str) -> InvalidInput:
    return InvalidInput(text, errors={"file": [text]})
