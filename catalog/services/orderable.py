"""Whether a variant can be ordered, in words where it cannot: the same for orders, designs and storefronts."""

from collections.abc import Mapping
from enum import StrEnum

from django.db.models import Q

from backoffice.accounts.models import Shop
from backoffice.accounts.models.shop import ShortStock
from backoffice.accounts.services.markets import Market, main_market
from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesDraftOrders, TakesOrders
from backoffice.vendors.registry import has_ability, vendor_type, vendors_with
from catalog.models import Variant
from catalog.services.orderable_variants import OrderableVariant
from catalog.services.variant_users import Key

AnyVariant = Variant | OrderableVariant


class NotOrderable(StrEnum):
    """Why shops cannot order a variant, for programs. Promised to storefronts: added to, never changed."""

    GONE = "gone"
    TEST_PRODUCT = "test_product"
    INACTIVE = "inactive"
    NO_FULFILLER = "no_fulfiller"
    NOT_OFFERED = "not_offered"
    OUT_OF_STOCK = "out_of_stock"
    NOT_IN_MARKET = "not_in_market"


def can_make(variant: AnyVariant) -> Eligibility:
    """Return whether its vendor would make it."""
    if variant.gone_at is not None:
        text, code = _("%(sku)s is no longer offered by its vendor."), NotOrderable.GONE
    elif variant.test_product and not _takes_test_products(variant.vendor):
        text, code = _("%(sku)s is a test product, which is never produced."), NotOrderable.TEST_PRODUCT
    elif not variant.active:
        text, code = _("%(sku)s is not active at its vendor."), NotOrderable.INACTIVE
    elif not variant.orderable:
        text, code = _("%(sku)s cannot be produced at the moment."), NotOrderable.NO_FULFILLER
    else:
        return ELIGIBLE
    return ineligible(text % {"sku": variant.sku}, code=code)


def can_order(variant: AnyVariant) -> Eligibility:
    """Return whether shops can order it."""
    if not (found := can_make(variant)) or variant.available:
        return found
    text = _("%(sku)s is not offered in sales channels.")
    return ineligible(text % {"sku": variant.sku}, code=NotOrderable.NOT_OFFERED)


def can_sell_in(variant: AnyVariant, market: Market) -> Eligibility:
    """Return whether somebody makes it where the goods of that market ship from; what nobody says is a yes."""
    country = market.shipping_from
    if country == variant.listed_from or (country and _ships_from(variant, country)):
        return ELIGIBLE
    text = _("%(sku)s is not produced in %(country)s, where goods for this market ship from.")
    if not country:
        text = _("%(sku)s ships only from %(country)s, and the shop does not sell from there.")
    words = {"sku": variant.sku, "country": country or variant.listed_from}
    return ineligible(text % words, code=NotOrderable.NOT_IN_MARKET)


def _ships_from(variant: AnyVariant, country: str) -> bool:
    """Return whether one of those who make it for us is in that country; reads them unless they are known."""
    if isinstance(variant, OrderableVariant):
        places = variant.ships_from or []
    else:
        places = [offer.shipping_from for offer in variant.availabilities.all() if offer.is_ours]
    return country in places or not places


def can_take_from_stock(variant: Variant, left: Mapping[Key, int], *, shop: Shop, quantity: int = 0) -> Eligibility:
    """Return whether there is enough for the quantity, or for any, or the shop takes orders all the same. `left` is
    what `find_left` says.
    """
    pieces = left.get((variant.vendor, variant.sku))
    needed = max(quantity, variant.order_min_qty, 1)
    if pieces is None or pieces >= needed or shop.on_short_stock != ShortStock.REFUSE:
        return ELIGIBLE
    text = _("%(quantity)d × %(sku)s is more than the %(left)d left in stock.")
    words = {"quantity": needed, "sku": variant.sku, "left": pieces}
    return ineligible(text % words, code=NotOrderable.OUT_OF_STOCK)


def can_sell(
    variant: Variant, left: Mapping[Key, int], *, shop: Shop, market: Market | None = None, quantity: int = 0
) -> Eligibility:
    """Return whether the shop can order it now, or that quantity of it, in that market or its own: what storefronts
    read is what intake asks.
    """
    return (
        can_order(variant)
        and can_sell_in(variant, market or main_market(shop))
        and can_take_from_stock(variant, left, shop=shop, quantity=quantity)
    )


def orderable_vendors() -> list[str]:
    """Return the vendors whose goods shops order. The account of a fulfiller has a catalogue too, of what we make for
    others.
    """
    return vendors_with(TakesDraftOrders)


def shown_variants() -> Q:
    """Return which variants storefronts see in lists: those that are listed, and no test products outside a sandbox."""
    sandboxes = [name for name in vendors_with(TakesOrders) if _takes_test_products(name)]
    return Q(gone_at=None) & (Q(test_product=False) | Q(vendor__in=sandboxes))


def _takes_test_products(vendor: str) -> bool:
    """Return whether it is a vendor's sandbox, where nothing is produced anyway."""
    return has_ability(vendor, TakesOrders) and vendor_type(vendor, TakesOrders).takes_test_products()
