"""How a table writes numbers and times: recognised by its first rows, shown, and changed by whoever knows better."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime

from backoffice.tables.cells import Cell, bad_cell, shown
from backoffice.tables.csv_files import ENCODINGS, SEPARATORS
from backoffice.text.cleaning import trim
from backoffice.text.datetimes import in_utc
from backoffice.text.translatable import gettext as _

DECIMALS = (",", ".")
# Day, month and year, as the parts of a date stand.
DATE_ORDERS = ("dmy", "mdy", "ymd")


@dataclass(frozen=True)
class ReadingChoices:
    """What somebody chose; an empty text is recognised. `prices_with_tax`: amounts of lines and shipping are gross.

    `hold_invalid`: what breaks limits is taken and held, instead of being left out.
    """

    sheet: str = ""
    encoding: str = ""
    separator: str = ""
    decimal: str = ""
    dates: str = ""
    prices_with_tax: bool = False
    hold_invalid: bool = False

    def kept(self) -> dict[str, Any]:
        """Return them as they are kept in a row."""
        return asdict(self)


_ALLOWED = {"encoding": ENCODINGS, "separator": SEPARATORS, "decimal": DECIMALS, "dates": DATE_ORDERS}
# What the next table of the shop begins with; letters, separators and sheets are a file's own.
REMEMBERED = ("decimal", "dates", "prices_with_tax", "hold_invalid")


def read_choices(kept: Mapping[str, Any]) -> ReadingChoices:
    """Return what was kept, or given; what is unknown is left to be recognised."""
    read: dict[str, Any] = {}
    for field in fields(ReadingChoices):
        value = kept.get(field.name)
        if isinstance(field.default, bool):
            read[field.name] = value is True
        elif isinstance(value, str) and value in _ALLOWED.get(field.name, (value,)):
            read[field.name] = value[:200]
    return ReadingChoices(**read)


_NUMBER = re.compile(r"-?[0-9][0-9 .,'’\u00a0\u202f]*")
_SIGNED = re.compile(r"[.,](?=[0-9]{1,2}$)")


def recognise_decimal(texts: Iterable[str]) -> str:
    """Return the sign before decimals that the texts agree on; "" where they do not, or none tells."""
    signs = set()
    for text in texts:
        found = _NUMBER.search(text)
        bare = found[0].rstrip(" .,") if found else ""
        if sign := _SIGNED.search(bare):
            signs.add(sign[0])
        elif "." in bare and "," in bare:
            signs.add(max(".,", key=bare.rfind))
    return signs.pop() if len(signs) == 1 else ""


_DATE = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[ T,]+(.*))?")
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(am|pm)?(?:\s*(z|utc|gmt|[+-]\d{2}:?\d{2}))?", re.IGNORECASE
)


def recognise_dates(texts: Iterable[str]) -> str:
    """Return the order of the parts that every date among the texts allows; "" where they leave it open."""
    found = [match for text in texts if (match := _DATE.match(text))]
    if not found:
        return ""
    if all(len(match[1]) == 4 for match in found):
        return "ymd"
    pairs = [(int(match[1]), int(match[3])) for match in found if len(match[1]) <= 2]
    if any(first > 12 for first, _second in pairs):
        return "dmy"
    if any(second > 12 for _first, second in pairs):
        return "mdy"
    # Nobody writes 11.29.2026.
    return "dmy" if all(match[2] == "." for match in found) else ""


def read_time(cell: Cell, *, order: str, zone: ZoneInfo) -> datetime:
    """Return the time in UTC; one without a zone is of the shop's. Raise InvalidInput for what is none, or could be
    two.
    """
    moment = _moment(cell, order=order)
    try:
        return in_utc(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    except ValueError:  # the first day that there is: shop systems fill it in where they have no date
        raise _no_time(cell) from None


def _moment(cell: Cell, *, order: str) -> datetime:
    if isinstance(cell, datetime | date):
        return cell if isinstance(cell, datetime) else datetime.combine(cell, time())
    text = trim(cell) if isinstance(cell, str) else ""
    if (iso := _iso(text)) is not None:
        return iso
    found = _DATE.fullmatch(text[:60])
    if found is None:
        raise _no_time(cell)
    return datetime.combine(_day(found, order=order, cell=cell), _clock(found[5] or "", cell))


def _iso(text: str) -> datetime | None:
    try:
        return parse_datetime(re.sub(r"(?<!\s)\s++(?=[+-]\d)", "", text))
    except ValueError:
        return None


def _day(found: re.Match[str], *, order: str, cell: Cell) -> date:
    first, second, third = int(found[1]), int(found[3]), int(found[4])
    if len(found[1]) == 4:
        order = "ymd"
    if not order:
        if first != second and first <= 12 and second <= 12 and found[2] != ".":
            text = _("%(value)s can mean two different dates. Choose the order of day and month.")
            raise bad_cell(text % {"value": shown(cell)})
        order = "mdy" if second > 12 else "dmy"
    parts = dict(zip(order, (first, second, third), strict=True))
    year = parts["y"] + 2000 if parts["y"] < 100 else parts["y"]
    try:
        return date(year, parts["m"], parts["d"])
    except ValueError:
        raise _no_time(cell) from None


def _clock(text: str, cell: Cell) -> time:
    if not text:
        return time()
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise _no_time(cell)
    hour, half = int(found[1]), (found[4] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        offset = datetime.strptime(found[5].upper().replace("UTC", "Z").replace("GMT", "Z"), "%z") if found[5] else None
        clock = time(hour, int(found[2]), int(found[3] or 0))
    except ValueError:
        raise _no_time(cell) from None
    return clock.replace(tzinfo=offset.tzinfo if offset else None)


def _no_time(cell: Cell) -> Exception:
    return bad_cell(_("%(value)s is not a date.") % {"value": shown(cell)})
