"""Numbers as people write them: every European way, none of them guessed.

A cell of a workbook that holds a number is that number, whatever its format shows. A text is read in every way that
some language has: "1.234,50", "1,234.50", "1'234.50" and "1 234,50" are one number each. "1,234" and "1.234" are two,
one with three decimals and one with thousands: they are refused with both readings. Neither the other rows nor a
setting decide, since a table is pasted together from several sources; only the export of one program has one sign.

A whole number has no decimals, so that three digits behind a sign are its thousands there.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from backoffice.tables.cells import Cell, CellFault, bad_cell, plain_number, shown
from backoffice.text.cleaning import trim
from backoffice.text.translatable import gettext as _

# Longer ones are no prices or quantities, and cost time.
_LONGEST = 40
_CURRENCIES = {"€": "EUR", "£": "GBP", "$": "USD"}
_NAMED = re.compile(r"(?P<before>[€£$]|[A-Z]{3})?\s*(?P<number>[^€£$A-Z]+?)\s*(?P<behind>[€£$]|[A-Z]{3})?")
# "12.-" and "12,–" of Switzerland and Germany.
_NO_CENTS = re.compile(r"[.,](?:-|--|[–—])$")
_APOSTROPHES = dict.fromkeys(map(ord, "’ʼ´`′"), "'")
_SPACE = re.compile(r"\s")
# Whole numbers, and decimals in a number that no thousands sign could explain: nearly all that is ever read.
_PLAIN = re.compile(r"-?[0-9]+(?:[.,](?:[0-9]{1,2}|[0-9]{4,}))?")


def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    whole = rf"[1-9][0-9]{{0,2}}(?:{re.escape(thousands)}[0-9]{{3}})+" if thousands else "[0-9]*"
    return re.compile(rf"(?P<whole>{whole})(?:{re.escape(decimal)}(?P<decimals>[0-9]+))?")


# By the sign before decimals and the one between thousands.
_WAYS = [
    _pattern(decimal, thousands) for decimal in ".," for thousands in ("", " ", "'", "." if decimal == "," else ",")
]
_WHOLE = re.compile(
    r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?:(?P<sign>[ '.,])[0-9]{3})(?:(?P=sign)[0-9]{3})*)(?:(?!(?P=sign))[.,]0{1,2})?"
)


@dataclass(frozen=True)
class Amount:
    """A number, and the currency (ISO 4217) that was written beside it; empty without one."""

    value: Decimal
    currency: str = ""


def read_amount(cell: Cell, *, decimal: str = "") -> Amount:
    """Return an amount of money, with or without its currency. Raises InvalidInput for what is none or could be two.

    `decimal`, "." or ",", stands before decimals where a text can be read in two ways, and decides nothing else.
    """
    if not isinstance(cell, str):
        return Amount(_stored(cell))
    text = _bare(cell)
    if _PLAIN.fullmatch(text):
        return Amount(Decimal(text.replace(",", ".")))
    named = _NAMED.fullmatch(text)
    if named is None or (named["before"] and named["behind"]):
        raise _no_number(cell)
    currency = named["before"] or named["behind"] or ""
    return Amount(_only(cell, _NO_CENTS.sub("", named["number"]), decimal=decimal), _CURRENCIES.get(currency, currency))


def read_whole(cell: Cell) -> int:
    """Return a whole number from 0 on. Raises InvalidInput for fractions."""
    if isinstance(cell, str):
        found = _WHOLE.fullmatch(_bare(cell))
        if found is None:
            raise _no_whole(cell)
        return int(re.sub(r"[^0-9]", "", found["whole"]))
    number = _stored(cell)
    if number < 0 or number != number.to_integral_value():
        raise _no_whole(cell)
    return int(number)


def _stored(cell: Cell) -> Decimal:
    """Return a number that a workbook stores as one; whatever it shows, there is one way to read it."""
    if isinstance(cell, CellFault):
        raise bad_cell(cell.text)
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        raise _no_number(cell)
    number = plain_number(cell) if isinstance(cell, float) else Decimal(cell)
    if not number.is_finite() or abs(number.adjusted()) > _LONGEST:
        raise _no_number(cell)
    return number


def _bare(text: str) -> str:
    """Return it with one kind of space, apostrophe and minus; "" for a text that is too long."""
    if text.isascii():
        text = text.strip()
        return text if len(text) <= _LONGEST else ""
    text = trim(text)
    if len(text) > _LONGEST:
        return ""
    return _SPACE.sub(" ", text.translate(_APOSTROPHES)).replace("\N{MINUS SIGN}", "-")


def _only(cell: Cell, text: str, *, decimal: str) -> Decimal:
    if _PLAIN.fullmatch(text):
        return Decimal(text.replace(",", "."))
    sign, bare = ("-", text[1:].lstrip()) if text.startswith("-") else ("", text)
    found = {reading for way in _WAYS if (reading := _reading(bare, way)) is not None}
    if len(found) > 1 and decimal:
        # Of the two readings one has a fraction: the sign stands before it, or between thousands.
        found = {min(found) if decimal in bare else max(found)}
    if len(found) > 1:
        decimals, thousands = (sign + format(number, "f") for number in sorted(found))
        message = _("%(value)s is ambiguous: write %(thousands)s or %(decimals)s0.")
        raise bad_cell(message % {"value": shown(cell), "thousands": thousands, "decimals": decimals})
    if not found:
        raise _no_number(cell)
    number = found.pop()
    return number.copy_negate() if sign else number


def _reading(text: str, way: re.Pattern[str]) -> Decimal | None:
    found = way.fullmatch(text)
    if found is None or not (found["whole"] or found["decimals"]):
        return None
    whole, decimals = re.sub(r"[^0-9]", "", found["whole"]), found["decimals"]
    return Decimal(f"{whole}.{decimals}" if decimals else whole)


def _no_number(cell: Cell) -> Exception:
    return bad_cell(_("%(value)s is not a number.") % {"value": shown(cell)})


def _no_whole(cell: Cell) -> Exception:
    return bad_cell(_("%(value)s is not a whole number.") % {"value": shown(cell)})
