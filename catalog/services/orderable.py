"""Whether a variant can be ordered, in words where it cannot: the same for orders, designs and storefronts."""

from collections.abc import Mapping

from django.db.models import Q

from backoffice.accounts.models import Shop
from backoffice.accounts.models.shop import ShortStock
from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesOrders
from backoffice.vendors.registry import has_ability, vendor_type, vendors_with
from catalog.models import Variant
from catalog.services.orderable_variants import OrderableVariant
from catalog.services.variant_users import Key

AnyVariant = Variant | OrderableVariant


def can_make(variant: AnyVariant) -> Eligibility:
    """Return whether its vendor would make it."""
    if variant.gone_at is not None:
        text = _("%(sku)s is no longer offered by its vendor.")
    elif variant.test_product and not _takes_test_products(variant.vendor):
        text = _("%(sku)s is a test product, which is never produced.")
    elif not variant.active:
        text = _("%(sku)s is switched off at its vendor.")
    elif not variant.orderable:
        text = _("%(sku)s cannot be made by anyone at the moment.")
    else:
        return ELIGIBLE
    return ineligible(text % {"sku": variant.sku})


def can_order(variant: AnyVariant) -> Eligibility:
    """Return whether shops can order it."""
    if not (found := can_make(variant)) or variant.available:
        return found
    return ineligible(_("%(sku)s is not offered in sales channels.") % {"sku": variant.sku})


def can_take_from_stock(variant: Variant, left: Mapping[Key, int], *, shop: Shop, quantity: int = 0) -> Eligibility:
    """Return whether there is enough for the quantity, or for any, or the shop takes orders all the same. `left` is
    what `find_left` says.
    """
    pieces = left.get((variant.vendor, variant.sku))
    needed = max(quantity, variant.order_min_qty, 1)
    if pieces is None or pieces >= needed or shop.on_short_stock != ShortStock.REFUSE:
        return ELIGIBLE
    text = _("%(quantity)d × %(sku)s is more than is left in stock, %(left)d.")
    return ineligible(text % {"quantity": needed, "sku": variant.sku, "left": pieces})


def shown_variants() -> Q:
    """Return which variants storefronts see in lists: those that are listed, and no test products outside a sandbox."""
    sandboxes = [name for name in vendors_with(TakesOrders) if _takes_test_products(name)]
    return Q(gone_at=None) & (Q(test_product=False) | Q(vendor__in=sandboxes))


def _takes_test_products(vendor: str) -> bool:
    """Return whether it is a vendor's sandbox, where nothing is produced anyway."""
    return has_ability(vendor, TakesOrders) and vendor_type(vendor, TakesOrders).takes_test_products()
