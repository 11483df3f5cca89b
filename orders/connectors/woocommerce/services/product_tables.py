"""The product map as a table: exported, edited in a spreadsheet, read, looked at, imported.

A row names its product by `product_id` and `variation_id` (blank or 0 without one) or, where it has no id, by
`woo_sku`. `sku` is ours; blank changes nothing. The other columns are there to be read. Limits: 10 MB, 20,000 rows.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from backoffice.errors import ELIGIBLE, Eligibility, InvalidInput, ineligible
from backoffice.tables.cells import Cell, is_blank, read_code
from backoffice.tables.numbers import read_whole
from backoffice.tables.reading import read_table
from backoffice.tables.rows import TableRow, unreadable
from backoffice.tables.writing import Row
from backoffice.text.translatable import gettext as _
from orders.connectors.woocommerce.models import WooConnection, WooProduct, WooProductTable, WooTableState
from orders.connectors.woocommerce.services.mapping import Key, map_products, no_such_sku, offered_skus, propose

COLUMNS = ("product_id", "variation_id", "woo_sku", "name", "sku", "proposed_sku")
MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
PROBLEMS_KEPT = 500
LONGEST_SKU = 100
_BATCH = 1000


@dataclass
class ProductIndex:
    """The products of a shop by what a row may name them with."""

    by_key: dict[Key, WooProduct] = field(default_factory=dict)
    by_sku: dict[str, list[WooProduct]] = field(default_factory=dict)


@dataclass
class MapReading:
    """What has been read so far: our SKU by product, the row of each, and what makes no sense."""

    requests: dict[int, str] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add_error(self, text: str, *, row: int, product: str = "") -> None:
        self.counts["problems"] += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append({"row": row, "product": product[:200], "text": text})


def export_products(products: QuerySet[WooProduct]) -> Iterator[Row]:
    """Yield the rows of all these products, with the SKUs that are proposed; some at a time in memory."""
    last = 0
    while some := list(products.filter(pk__gt=last).order_by("pk")[:_BATCH]):
        proposed = propose(some)
        for row in some:
            yield [row.product_id, row.variation_id, row.woo_sku, row.name, row.sku, proposed.get(row.pk, "")]
        last = some[-1].pk


def accept_product_table(connection: WooConnection, content: bytes, *, file_name: str, actor: str) -> WooProductTable:
    """Read the file and keep what it would change. Raise InvalidInput for one that is no such table."""
    reading = _read(connection, content)
    return WooProductTable.objects.create(
        connection=connection,
        file_name=file_name[:200],
        counts=dict(reading.counts) | {"changed": len(reading.requests)},
        problems=sorted(reading.problems, key=itemgetter("row")),
        requests={str(key): sku for key, sku in reading.requests.items()},
        created_by=actor,
    )


def can_import_table(table: WooProductTable) -> Eligibility:
    """Return whether it still is to be decided about."""
    if table.state == WooTableState.READY:
        return ELIGIBLE
    return ineligible(_("State of this table: %s.") % table.get_state_display())


@transaction.atomic
def import_product_table(table: WooProductTable, *, actor: str) -> int:
    """Give the products their SKUs. Return how many changed. Raise IllegalTransition, and InvalidInput for a SKU that
    has left the catalogue meanwhile: nothing is changed then.
    """
    table = _locked(table)
    requests = {int(key): sku for key, sku in table.requests.items()}
    changed = map_products(table.connection, requests, actor=actor)
    _decide(table, WooTableState.IMPORTED, actor=actor)
    return changed


@transaction.atomic
def discard_product_table(table: WooProductTable, *, actor: str) -> None:
    """Leave all as it is. Raise IllegalTransition once it was decided about."""
    _decide(_locked(table), WooTableState.DISCARDED, actor=actor)


def _locked(table: WooProductTable) -> WooProductTable:
    table = WooProductTable.objects.select_for_update(of=("self",)).select_related("connection").get(pk=table.pk)
    can_import_table(table).ensure()
    return table


def _decide(table: WooProductTable, state: WooTableState, *, actor: str) -> None:
    table.state, table.decided_by, table.requests = state, actor, {}
    table.save(update_fields=["state", "decided_by", "requests"])


def _read(connection: WooConnection, content: bytes) -> MapReading:
    if not content:
        raise unreadable(_("The file is empty."))
    if len(content) > MOST_BYTES:
        raise unreadable(_("A file can be at most %(most)d MB.") % {"most": MOST_BYTES // 1024 // 1024})
    table = read_table(content, most_rows=MOST_ROWS)
    _ensure_columns(table.header)
    index, reading = _index(connection), MapReading()
    for row in table.rows:
        reading.counts["rows"] += 1
        _read_row(row, table.header, index, reading)
    _drop_unknown(reading, index)
    return reading


def _ensure_columns(header: Mapping[int, str]) -> None:
    """Raise InvalidInput: a misspelt column must not look as if nothing was to change."""
    names = set(header.values())
    if unknown := [name for name in header.values() if name not in COLUMNS]:
        raise unreadable(_("Unknown columns: %(names)s.") % {"names": ", ".join(unknown[:10])})
    missing = [] if "sku" in names else ["sku"]
    missing += [] if names & {"product_id", "woo_sku"} else ["product_id"]
    if missing:
        raise unreadable(_("These columns are missing: %(names)s.") % {"names": ", ".join(missing)})


def _index(connection: WooConnection) -> ProductIndex:
    index = ProductIndex()
    for product in WooProduct.objects.filter(connection=connection).only(
        "product_id", "variation_id", "woo_sku", "sku"
    ):
        index.by_key[product.product_id, product.variation_id] = product
        if product.woo_sku:
            index.by_sku.setdefault(product.woo_sku, []).append(product)
    return index


def _read_row(row: TableRow, header: Mapping[int, str], index: ProductIndex, reading: MapReading) -> None:
    cells = row.named(header)
    named = ""
    try:
        if problem := row.problem(header):
            raise _wrong(problem)
        product, named = _find(cells, index)
        sku = _cell("sku", cells, read_code)
        if len(sku) > LONGEST_SKU:
            text = _("%(column)s: at most %(most)d characters.")
            raise _wrong(text % {"column": "sku", "most": LONGEST_SKU})
        if product.pk in reading.places:
            text = _("This product is also in row %(row)d.")
            raise _wrong(text % {"row": reading.places[product.pk]})
    except InvalidInput as error:
        reading.add_error(error.text, row=row.number, product=named)
        return
    reading.places[product.pk] = row.number
    if not sku:
        reading.counts["blank"] += 1
    elif sku == product.sku:
        reading.counts["unchanged"] += 1
    else:
        reading.requests[product.pk] = sku


def _find(cells: Mapping[str, Cell], index: ProductIndex) -> tuple[WooProduct, str]:
    """Return the product of a row, and how the row names it. Raise InvalidInput."""
    if not is_blank(cells.get("product_id")):
        key = _cell("product_id", cells, read_whole), _cell("variation_id", cells, read_whole, blank=0)
        if (found := index.by_key.get(key)) is not None:
            return found, f"{key[0]} / {key[1]}" if key[1] else str(key[0])
        text = _("The shop has no product %(product)d. Read its products again.")
        if key[1]:
            text = _("The shop has no product %(product)d with the variation %(variation)d. Read its products again.")
        raise _wrong(text % {"product": key[0], "variation": key[1]})
    sku = _cell("woo_sku", cells, read_code)
    if not sku:
        raise _wrong(_("The row has no product: product_id and woo_sku are blank."))
    found_all = index.by_sku.get(sku, [])
    if len(found_all) == 1:
        return found_all[0], sku
    text = _("The shop has no product with the SKU %(sku)s. Read its products again.")
    if found_all:
        text = _("Several products of the shop have the SKU %(sku)s: specify this one by product_id and variation_id.")
    raise _wrong(text % {"sku": sku})


def _cell(name: str, cells: Mapping[str, Cell], reader: Callable[[Cell], Any], *, blank: Any = None) -> Any:
    """Return the cell's value. Raise InvalidInput, which names the column."""
    if blank is not None and is_blank(cells.get(name)):
        return blank
    try:
        return reader(cells.get(name))
    except InvalidInput as error:
        raise _wrong(_("%(column)s: %(problem)s") % {"column": name, "problem": error.text}) from error


def _drop_unknown(reading: MapReading, index: ProductIndex) -> None:
    """Make problems of SKUs that are not in the catalogue."""
    skus, known = list(set(reading.requests.values())), set()
    for start in range(0, len(skus), _BATCH):
        known |= offered_skus(skus[start : start + _BATCH])
    products = {product.pk: product for product in index.by_key.values()}
    for key, sku in list(reading.requests.items()):
        if sku not in known:
            del reading.requests[key]
            product = products[key]
            named = product.woo_sku or str(product.product_id)
            text = _("%(column)s: %(problem)s") % {"column": "sku", "problem": no_such_sku(sku)}
            reading.add_error(text, row=reading.places[key], product=named)


def _wrong(text: str) -> InvalidInput:
    return InvalidInput(text, errors={"": [text]})
