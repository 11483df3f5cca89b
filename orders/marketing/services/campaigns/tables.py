"""Reading the recipients of a card campaign from a table: XLSX or CSV, one person a row.

Columns, in any order: firstname, lastname, organisation, address1, address2, city, state, zip, country, email, also as
shops export them ("Default Address Province Code"); others are passed over. Needed are address1, city, state, zip, and
a name or an organisation. Limits: 5 MB, 20,000 rows.
"""

from collections.abc import Mapping

from backoffice.errors import InvalidInput
from backoffice.tables.cells import read_code, read_part
from backoffice.tables.reading import read_table
from backoffice.tables.rows import TableRow, unreadable
from backoffice.text.translatable import gettext as _
from orders.marketing.models import LeftOut
from orders.marketing.services.campaigns.addresses import RecipientInput
from orders.marketing.services.campaigns.recipients import MOST_RECIPIENTS

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
LONGEST_CELL = 1000
# By field: what its column is called. Where a table has several of them, the first one that is filled counts.
COLUMNS = {
    "firstname": ("firstname", "first name", "given name"),
    "lastname": ("lastname", "last name", "surname", "family name"),
    "organisation": ("organisation", "organization", "company", "company name"),
    "address1": ("address1", "address 1", "address line 1", "address", "street", "street address"),
    "address2": ("address2", "address 2", "address line 2"),
    "city": ("city", "town"),
    "state_code": ("state", "state code", "province code", "state province", "province", "region"),
    "zip": ("zip", "zipcode", "zip code", "postal code", "postalcode", "postcode"),
    "country": ("country", "country code"),
    "email": ("email", "e mail", "email address"),
}
NEEDED = ("address1", "city", "state_code", "zip")
# What shops put before the names of an address.
_PREFIXES = ("default address ", "shipping address ", "shipping ")
_FIELDS = {name: field for field, names in COLUMNS.items() for name in names}


def read_recipients(content: bytes) -> list[RecipientInput]:
    """Return the rows; those that cannot be used have a reason. Raises InvalidInput, naming what is wrong."""
    if len(content) > MOST_BYTES:
        raise unreadable(_("The table is larger than %(most)d MB.") % {"most": MOST_BYTES // 1024**2})
    table = read_table(content, most_rows=MOST_RECIPIENTS, most_unpacked=MOST_UNPACKED)
    places = _places(table.header)
    if missing := [field for field in NEEDED if field not in places]:
        columns = ", ".join("state" if field == "state_code" else field for field in missing)
        text = _("The first row must name the columns. Missing: %(columns)s.")
        raise unreadable(text % {"columns": columns})
    read = [_row(row, table.header, places) for row in table.rows]
    if not read:
        raise unreadable(_("The table has no rows."))
    return read


def _places(header: Mapping[int, str]) -> dict[str, list[int]]:
    """Return by field the places of its columns, best first. Raises InvalidInput for a duplicate name."""
    names = {_plain_name(name): place for place, name in header.items()}
    if len(names) < len(header):
        raise unreadable(_("A column appears twice in the table."))
    found: dict[str, list[int]] = {}
    for name, field in _FIELDS.items():
        if name in names:
            found.setdefault(field, []).append(names[name])
    return found


def _plain_name(name: str) -> str:
    plain = " ".join(name.replace("_", " ").replace("-", " ").replace("/", " ").split())
    prefix = next((prefix for prefix in _PREFIXES if plain.startswith(prefix)), "")
    return plain.removeprefix(prefix) if plain.removeprefix(prefix) in _FIELDS else plain


def _row(row: TableRow, header: Mapping[int, str], places: Mapping[str, list[int]]) -> RecipientInput:
    values = {}
    reason = LeftOut.MORE_CELLS if row.stray(header) is not None else ""
    for field, candidates in places.items():
        cell = next((row.cells[place] for place in candidates if place in row.cells), None)
        read = read_code if field == "email" else read_part
        try:
            values[field] = read(cell)
        except InvalidInput:
            values[field], reason = "", reason or LeftOut.BAD_CELL
        if len(values[field]) > LONGEST_CELL:
            params = {"row": row.number, "column": field, "limit": LONGEST_CELL}
            raise unreadable(_("Row %(row)d: %(column)s has more than %(limit)d characters.") % params)
    return RecipientInput(row.number, values, reason)
