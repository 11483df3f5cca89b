"""What the codes on our own papers and goods are: whoever scans one for a tracking code took the wrong bar code."""

from collections.abc import Callable, Collection

from django.db.models import Q
from django.utils import timezone

from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import GivesProductionOrders
from backoffice.vendors.registry import live_accounts, vendor_names
from catalog.models import Variant
from fulfillment.models import Label, ProductionItem, ProductionOrder
from fulfillment.services.production_parcels import GONE_STATES
from fulfillment.services.tracking_codes import CODE_REST, without_spaces

# Returns whether one of these spellings is the code of something of ours. Apps above register themselves.
Recogniser = Callable[[Collection[str]], bool]
_RECOGNISERS: list[Recogniser] = []


def register_own_codes(recogniser: Recogniser) -> None:
    """Register what recognises further codes on papers and goods of ours."""
    _RECOGNISERS.append(recogniser)


def spell_code(code: str) -> set[str]:
    """Return the spellings that are meant by a scanned code: scanners keep to Caps Lock, papers have groups."""
    texts = {code.strip(), without_spaces(code)}
    return {spelled for text in texts for spelled in (text, text.upper(), text.lower(), text.swapcase()) if spelled}


def describe_own_code(order: ProductionOrder, code: str) -> str:
    """Return as text what of ours has that code, so that it is no tracking code of the order's next parcel; empty when
    nothing has.
    """
    spellings = spell_code(code)
    if ProductionOrder.objects.filter(_of_order(spellings)).exists():
        return _("%s is the code of a production order. Scan the code of the parcel's label.") % code
    if _is_of_an_article(order, spellings):
        return _("%s is the code of an article. Scan the code of the parcel's label.") % code
    if any(recognise(spellings) for recognise in _RECOGNISERS):
        return _("%s is the code of an order. Scan the code of the parcel's label.") % code
    rested = Q(parcel__state__in=GONE_STATES, parcel__created_at__lte=timezone.now() - CODE_REST)
    other = Label.objects.with_code(without_spaces(code)).exclude(production_order=order).exclude(rested)
    if label := other.select_related("production_order").first():
        text = _("%(code)s is on the label of production order %(number)s. Use the label of this order.")
        return text % {"code": code, "number": label.production_order.vendor_id}
    return ""


def _of_order(spellings: Collection[str]) -> Q:
    # Vendors are named because the index begins with them.
    of_vendors = Q(vendor__in=live_accounts(GivesProductionOrders), vendor_id__in=spellings)
    return of_vendors | Q(reference__in=spellings) | Q(reference2__in=spellings) | Q(order_vendor_id__in=spellings)


def _is_of_an_article(order: ProductionOrder, spellings: Collection[str]) -> bool:
    names = ("sku", "sku_fulfiller", "reference", "vendor_id", "order_item_vendor_id")
    if any(getattr(item, name) in spellings for item in order.items.all() for name in names):
        return True
    variants = Variant.objects.filter(
        Q(vendor__in=vendor_names(), sku__in=spellings) | Q(gtin__in=spellings, gtin__gt="")
    )
    made = ProductionItem.objects.filter(Q(sku__in=spellings) | Q(sku_fulfiller__in=spellings))
    return variants.exists() or made.exists()
