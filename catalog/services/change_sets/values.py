"""What a change set's JSON values mean, kind by kind.

A kind's `ChangeFormat` knows how the vendor is read and written and what the four values of a row look like:

    requested  what a person asked for; what is not named stays as it is
    before     all that the vendor held of the SKU
    after      what the vendor is to hold: what is sent, and what is compared when it is read back
    current    as `before`, read later

Prices are text, exact as the vendor wrote them, net, per piece. So are quantities, since JSON has no other keys.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from backoffice.accounts.services.markets import Market
from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesChanges, Vendor
from backoffice.vendors.batch_messages import JobTicket
from catalog.models import Change

Value = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One value that changes. `key` is a field's name or "list:quantity"; None is "there is none"."""

    key: str
    before: Any
    after: Any
    is_price: bool = False

    @property
    def move(self) -> Decimal | None:
        """By how much a price moves, in percent of the price before, to one decimal; None when that cannot be told."""
        if not self.is_price or self.before is None or self.after is None or not Decimal(self.before):
            return None
        before, after = Decimal(self.before), Decimal(self.after)
        return ((after - before) / before * 100).quantize(Decimal("0.1"))


@dataclass(frozen=True)
class Guard:
    """Why a row should not leave as it is. Blocking ones stop the change set, unless they may be overridden."""

    code: str
    text: str
    blocking: bool = True
    overridable: bool = False


@dataclass(frozen=True)
class Resolved:
    """What a row comes to: the value after, the keys that would vanish, what is wrong with it for any shop."""

    after: Value
    removals: list[str] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)


class ChangeFormat:
    """One kind of change. `ability` is what a vendor has that takes it."""

    ability: type[TakesChanges]

    def read(self, vendor: Vendor, *, sku: str = "", market: Market | None = None) -> Iterator[Any]:
        """Return what the vendor holds, of one SKU or of all, of prices in that market. Raises VendorError."""
        raise NotImplementedError

    def clean(self, requested: Value) -> Value:
        """Return the request as it is stored. Raises InvalidInput, with the text under "" in `errors`."""
        raise NotImplementedError

    def join(self, old: Value, new: Value) -> Value:
        """Join two requests for the same SKU: the newer one wins where both name a value."""
        return old | new

    def current(self, data: Any) -> Value:
        """Return `before`, from what `read` gives."""
        raise NotImplementedError

    def resolve(self, requested: Value, *, before: Value) -> Resolved:
        """Return the values the vendor is to hold."""
        raise NotImplementedError

    def lines(self, before: Value, *, after: Value) -> list[Line]:
        """Return the values that change; empty when nothing does."""
        raise NotImplementedError

    def sender(self, vendor: Vendor, changes: Sequence[Change]) -> Callable[[], JobTicket]:
        """Return the call that sends these changes as one batch; its rows are made at once."""
        raise NotImplementedError

    def restoring(self, before: Value) -> Value:
        """Return the request that brings back what the vendor held."""
        raise NotImplementedError

    def differing(self, after: Value, *, current: Value) -> list[str]:
        """Return the keys of values that differ at the vendor from what they should be."""
        return [line.key for line in self.lines(current, after=after)]


def refuse(text: str) -> InvalidInput:
    """Return the error for a request that makes no sense."""
    return InvalidInput(text, errors={"": [text]})


def ensure_known_keys(requested: Value, known: Iterable[str]) -> None:
    """Raise InvalidInput: a misspelt column must not look as if nothing was to change."""
    unknown = sorted(set(requested) - set(known))
    if unknown:
        raise refuse(_("Unknown: %(names)s.") % {"names": ", ".join(unknown)})


def clean_flag(value: Any, *, name: str) -> bool:
    """Return the flag. Raises InvalidInput for anything but true and false."""
    if not isinstance(value, bool):
        raise refuse(_("%(name)s is neither yes nor no.") % {"name": name})
    return value


def clean_count(value: Any, *, name: str, least: int) -> int:
    """Return a whole number. Raises InvalidInput."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise refuse(_("%(name)s is not a whole number of at least %(least)d.") % {"name": name, "least": least})
    return value


def clean_price(value: Any) -> str:
    """Return a price as exact text. Raises InvalidInput for what is no price or needs over 4 decimals."""
    try:
        price = Decimal(str(value))
    except InvalidOperation:
        raise refuse(_("%(value)s is not a price.") % {"value": value}) from None
    if isinstance(value, bool | float) or not price.is_finite() or not 0 <= price < 100_000_000:
        raise refuse(_("%(value)s is not a price.") % {"value": value})
    if price != round(price, 4):
        raise refuse(_("%(value)s has more than four decimal places.") % {"value": value})
    return exact(price)


def exact(price: Decimal) -> str:
    """Return the number as the vendor wrote it, without exponent."""
    return format(price, "f")
