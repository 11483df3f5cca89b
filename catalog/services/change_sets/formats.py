"""Which format belongs to which kind of change, and which vendors know that kind."""

from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import has_ability, vendor_title, vendors_with
from catalog.models import ChangeKind
from catalog.services.change_sets.prices import FulfillerPriceFormat, SalesPriceFormat
from catalog.services.change_sets.stock import StockFormat, SyncFormat
from catalog.services.change_sets.texts import TextFormat
from catalog.services.change_sets.values import ChangeFormat

_FORMATS: dict[str, ChangeFormat] = {
    ChangeKind.SALES_PRICES: SalesPriceFormat(),
    ChangeKind.FULFILLER_PRICES: FulfillerPriceFormat(),
    ChangeKind.SEARCH_TEXTS: TextFormat(),
    ChangeKind.STOCK: StockFormat(),
    ChangeKind.SYNC: SyncFormat(),
}


def format_of(kind: str) -> ChangeFormat:
    """Return the kind's format. Raises KeyError for a word that is no ChangeKind."""
    return _FORMATS[kind]


def vendors_for(kind: str) -> list[str]:
    """Return names of the vendors that such changes can be sent to, configured or not."""
    return vendors_with(format_of(kind).ability)


def ensure_able_vendor(vendor: str, *, kind: str) -> None:
    """Raise InvalidInput when the vendor takes no such changes."""
    if not has_ability(vendor, format_of(kind).ability):
        text = _("%(vendor)s does not accept changes of this kind.") % {"vendor": vendor_title(vendor)}
        raise InvalidInput(text, errors={"vendor": [text]})
