"""From plain rows of text, as tables and the command line have them, to wishes by SKU.

A row has one value, or one price of one quantity:

    sales prices        sku, quantity, price
    fulfiller's prices  sku, quantity, purchase, recommended
    search texts        sku and any of the seven texts
    stock               sku and any of available, managed, qty
    sales channels      sku, available

A column that is absent changes nothing, and a blank cell changes nothing either, unless blank means "clear".
"""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from backoffice.errors import InvalidInput
from catalog.models import ChangeKind
from catalog.services.change_sets.prices import FULFILLERS_LISTS
from catalog.services.change_sets.texts import TEXTS
from catalog.services.change_sets.values import Value

Row = Mapping[str, str]
# Column of a table: list of the wish.
_PRICE_COLUMNS = {
    ChangeKind.SALES_PRICES: {"price": "sales"},
    ChangeKind.FULFILLER_PRICES: {name: name for name in FULFILLERS_LISTS},
}
_YES, _NO = {"yes", "true", "1", "ja", "wahr"}, {"no", "false", "0", "nein", "falsch"}
_FLAGS, _NUMBERS = {"available", "managed"}, {"qty"}
COLUMNS: dict[str, tuple[str, ...]] = {
    ChangeKind.SALES_PRICES: ("sku", "quantity", "price", "currency"),
    ChangeKind.FULFILLER_PRICES: ("sku", "quantity", *FULFILLERS_LISTS, "currency"),
    ChangeKind.SEARCH_TEXTS: ("sku", *TEXTS),
    ChangeKind.STOCK: ("sku", "available", "managed", "qty"),
    ChangeKind.SYNC: ("sku", "available"),
}


def wishes_from_rows(rows: Iterable[Row], *, kind: str, clear_blanks: bool = False) -> dict[str, Value]:
    """The wishes by SKU, for `make_change_set`; SKUs without any are left out.

    Raises InvalidInput with complaints by line ("3: ..." counts from 1) for unknown columns, cells that cannot be
    read, and the same value given twice.
    """
    wishes: dict[str, Value] = {}
    errors: dict[str, list[str]] = {}
    for number, row in enumerate(rows, start=1):
        try:
            _add(wishes, row, kind=kind, clear_blanks=clear_blanks)
        except InvalidInput as error:
            errors[str(number)] = [text for texts in error.errors.values() for text in texts]
    if errors:
        raise InvalidInput(_("Some lines cannot be read: %(count)d.") % {"count": len(errors)}, errors=errors)
    return {sku: wish for sku, wish in wishes.items() if wish}


def _add(wishes: dict[str, Value], row: Row, *, kind: str, clear_blanks: bool) -> None:
    if unknown := sorted(set(row) - set(COLUMNS[kind])):
        raise _wrong(_("Unknown columns: %(names)s.") % {"names": ", ".join(unknown)})
    sku = (row.get("sku") or "").strip()
    if not sku:
        raise _wrong(_("The SKU is missing."))
    wish = wishes.setdefault(sku, {})
    if kind in _PRICE_COLUMNS:
        _add_prices(wish, row, columns=_PRICE_COLUMNS[ChangeKind(kind)], clear_blanks=clear_blanks)
    else:
        for name, cell in row.items():
            if name != "sku" and (cell != "" or clear_blanks):
                _set_once(wish, name, _read(name, cell))


def _add_prices(wish: Value, row: Row, *, columns: Mapping[str, str], clear_blanks: bool) -> None:
    quantity = (row.get("quantity") or "").strip()
    for column, price_list in columns.items():
        cell = row.get(column)
        if cell is None or (cell.strip() == "" and not clear_blanks):
            continue
        _set_once(wish.setdefault(price_list, {}), quantity, cell.strip() or None)
    if currency := (row.get("currency") or "").strip():
        if wish.get("currency", currency) != currency:
            raise _wrong(_("The same SKU in two currencies."))
        wish["currency"] = currency


def _set_once(values: Value, name: str, value: object) -> None:
    if name in values:
        raise _wrong(_("%(name)s is given twice.") % {"name": name})
    values[name] = value


def _read(name: str, cell: str) -> object:
    word = cell.strip().lower()
    if name in _FLAGS:
        if word not in _YES | _NO:
            raise _wrong(_("%(name)s is neither yes nor no.") % {"name": name})
        return word in _YES
    if name in _NUMBERS:
        if not word.isdecimal():
            raise _wrong(_("%(name)s is no whole number.") % {"name": name})
        return int(word)
    return cell or None


def _wrong(text: str) -> InvalidInput:
    return InvalidInput(text, errors={"": [text]})
