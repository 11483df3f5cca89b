"""Reading the recipients of a card campaign from a table: XLSX or CSV, one person a row.

Columns, in any order and case: firstname, lastname, organisation, address1, address2, city, state, zip, country, email.
Needed are address1, city, state, zip, and a name or an organisation. Limits: 5 MB, 20,000 rows.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from catalog.services.tables.columns import Row
from catalog.services.tables.files import read_table, unreadable
from orders.services.campaigns.making import MOST_RECIPIENTS

MOST_BYTES = 5 * 1024 * 1024
LONGEST_CELL = 1000
COLUMNS = {
    "firstname": "firstname",
    "first name": "firstname",
    "lastname": "lastname",
    "last name": "lastname",
    "organisation": "organisation",
    "organization": "organisation",
    "company": "organisation",
    "address1": "address1",
    "address": "address1",
    "street": "address1",
    "address2": "address2",
    "city": "city",
    "state": "state_code",
    "zip": "zip",
    "zipcode": "zip",
    "zip code": "zip",
    "country": "country",
    "email": "email",
    "e-mail": "email",
}
NEEDED = ("address1", "city", "state_code", "zip")


def read_recipients(content: bytes) -> list[dict[str, str]]:
    """The rows as `judge_address` takes them; blank rows are passed over. Raises InvalidInput, naming what is wrong."""
    if len(content) > MOST_BYTES:
        raise unreadable(_("The table has more than %d MB.") % (MOST_BYTES // 1024**2))
    rows = read_table(content)
    names = [COLUMNS.get(str(cell or "").strip().casefold()) for cell in next(rows, [])]
    missing = [column for column in NEEDED if column not in names]
    if missing:
        words = ", ".join("state" if column == "state_code" else column for column in missing)
        raise unreadable(_("The first row has to name the columns; these are missing: %s.") % words)
    read = list(_filled(rows, names))
    if not read:
        raise unreadable(_("The table has no rows."))
    return read


def _filled(rows: Iterator[Row], names: list[str | None]) -> Iterator[dict[str, str]]:
    count = 0
    for number, row in enumerate(rows, start=2):
        values = {name: _text(cell, name) for name, cell in zip(names, row, strict=False) if name}
        if not any(values.values()):
            continue
        if too_long := next((name for name, value in values.items() if len(value) > LONGEST_CELL), None):
            words = {"row": number, "column": too_long, "limit": LONGEST_CELL}
            raise unreadable(_("Row %(row)d: %(column)s has more than %(limit)d characters.") % words)
        count += 1
        if count > MOST_RECIPIENTS:
            raise unreadable(_("A table of recipients has at most %d rows.") % MOST_RECIPIENTS)
        yield values


def _text(cell: object, name: str) -> str:
    """A spreadsheet makes numbers of ZIP codes and takes their leading zeros."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip()
    return text.zfill(5) if name == "zip" and isinstance(cell, int) else text
