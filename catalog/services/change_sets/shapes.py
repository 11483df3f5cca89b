"""Which shape belongs to which kind of change, and which vendors know that kind."""

from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import has_ability, vendors_with
from catalog.models import ChangeKind
from catalog.services.change_sets.prices import FulfillerPrices, SalesPrices
from catalog.services.change_sets.stock import Stock, Sync
from catalog.services.change_sets.texts import Texts
from catalog.services.change_sets.values import Shape

_SHAPES: dict[str, Shape] = {
    ChangeKind.SALES_PRICES: SalesPrices(),
    ChangeKind.FULFILLER_PRICES: FulfillerPrices(),
    ChangeKind.SEARCH_TEXTS: Texts(),
    ChangeKind.STOCK: Stock(),
    ChangeKind.SYNC: Sync(),
}


def shape_of(kind: str) -> Shape:
    """Raises KeyError for a word that is no ChangeKind."""
    return _SHAPES[kind]


def vendors_for(kind: str) -> list[str]:
    """Names of the vendors that such changes can be sent to, configured or not."""
    return vendors_with(shape_of(kind).ability)


def ensure_able_vendor(vendor: str, *, kind: str) -> None:
    """Raises InvalidInput when the vendor takes no such changes."""
    if not has_ability(vendor, shape_of(kind).ability):
        text = _("%(vendor)s takes no changes of this kind.") % {"vendor": vendor}
        raise InvalidInput(text, errors={"vendor": [text]})
