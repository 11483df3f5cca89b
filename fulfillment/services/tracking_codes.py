"""Codes on parcels: how they are printed, scanned and typed, and what is none.

A label's bar code may hold more than the tracking code: FedEx and USPS put it at the end of 30 and more digits, DPD
between the receiver's postcode and the service (`%`, 7 of postcode, 14 of number, 3 of service, 3 of country).
"""

import re
import unicodedata
from collections.abc import Callable

from django.db.models import Q

from backoffice.text import cleaning
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_names
from catalog.models import Variant
from fulfillment.models import Label, ProductionOrder

# What scanners put before a code: the sign of the symbology (ISO/IEC 15424).
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_DPD = re.compile(r"%[0-9A-Z]{7}([0-9]{14})[0-9]{6}")
# A bar code of that many signs and more holds a tracking code of that many and more at its end.
_LONG, _SHORTEST = 18, 10

# By carrier, its key up to the first hyphen: how its codes look, without spaces. No carrier describes all of its codes
# in one document: what fits none is asked about and not refused. Sources: the carriers' pages on tracking; S10 of the
# Universal Postal Union for national posts.
_S10 = "[A-Z]{2}[0-9]{9}[A-Z]{2}"
_SHAPES = {
    "dhl": ("[0-9]{10}", "[0-9]{12}", "(00)?[0-9]{18,20}", "J[A-Z]{1,3}[0-9]{14,20}", "GM[0-9]{16,22}", _S10),
    "dp": ("[0-9]{12}", "[0-9]{20}", "A0[0-9A-F]{16,18}", _S10),
    "dpd": ("[0-9]{10}", "[0-9]{14}[0-9A-Z]?"),
    "fedex": ("[0-9]{12}", "[0-9]{14,15}", "[0-9]{20}", "[0-9]{22}"),
    "gls": ("[0-9A-Z]{8}", "[0-9]{11,12}", "[0-9]{14}", "[0-9]{20}"),
    "hermes": ("[0-9]{14}", "[0-9]{16}", "[0-9]{20}", "H[0-9]{19}", "[A-Z][0-9A-Z]{15}"),
    "royal": ("[0-9]{16}", "[0-9A-F]{21}", _S10),
    "tnt": ("[0-9]{8,9}", _S10),
    "uk": ("[0-9]{14}",),
    "ups": ("1Z[0-9A-Z]{16}", "[0-9]{9}", "[0-9]{12}", "[0-9]{26}", "[THJKV][0-9]{10}"),
    "usps": ("[0-9]{10}", "[0-9]{20}", "[0-9]{22}", "[0-9]{26}", "420[0-9]{23,31}", _S10),
}

# Returns whether a text is a code of something of ours. Apps above register themselves.
Recogniser = Callable[[str], bool]
_RECOGNISERS: list[Recogniser] = []


def register_own_codes(recogniser: Recogniser) -> None:
    """Register what recognises further codes on papers and goods of ours."""
    _RECOGNISERS.append(recogniser)


def clean_code(code: str) -> str:
    """Return the code as printed, in the spelling in which codes are kept: without what a scanner adds."""
    shown = "".join(sign for sign in code if sign.isprintable()).strip()
    return cleaning.clean_code(_SYMBOLOGY.sub("", shown))


def without_spaces(code: str) -> str:
    """Return a tracking code as carriers mean it: printed in groups or not, it is the same one."""
    return "".join(sign for sign in code if unicodedata.category(sign) != "Zs")


def find_label(code: str, *, among: Q | None = None) -> Label | None:
    """Return the label with that tracking code, else the only one whose code the scanned bar code contains; None when
    there is none or more than one. `among`: only those labels count.
    """
    bare = without_spaces(code)
    labels = Label.objects.filter(among or Q()).select_related("production_order").order_by("-pk")
    same = labels.with_code(bare).first()
    if same is not None or len(bare) < _LONG:
        return same
    contained = list(labels.with_code(*_contained(bare))[:2])
    return contained[0] if len(contained) == 1 else None


def _contained(bare: str) -> list[str]:
    """Return what of a long bar code may be the tracking code."""
    dpd = _DPD.fullmatch(bare)
    ends = [bare[-length:] for length in range(_SHORTEST, len(bare))]
    return [*ends, dpd[1]] if dpd else ends


def is_usual_code(code: str, *, carrier: str) -> bool:
    """Return whether codes of that carrier look so; true for carriers whose codes nobody describes."""
    shapes = _SHAPES.get(carrier.lower().partition("-")[0])
    bare = without_spaces(code).upper()
    return shapes is None or any(re.fullmatch(shape, bare) for shape in shapes)


def describe_own_code(order: ProductionOrder, code: str) -> str:
    """Return as text what of ours has that code, so that it is no tracking code; empty when nothing has."""
    bare = without_spaces(code)
    spellings = {code.strip(), bare}
    of_orders = Q(vendor__in=vendor_names(), vendor_id__in=spellings) | Q(reference__in=spellings)
    if ProductionOrder.objects.filter(of_orders).exists():
        return _("%s is the code of a production order. Scan the code of the parcel's label.") % code
    of_items = {name for item in order.items.all() for name in (item.sku, item.sku_fulfiller) if name}
    if spellings & of_items or Variant.objects.filter(vendor__in=vendor_names(), sku__in=spellings).exists():
        return _("%s is the code of an article. Scan the code of the parcel's label.") % code
    if any(recognise(spelling) for recognise in _RECOGNISERS for spelling in spellings):
        return _("%s is the code of an order. Scan the code of the parcel's label.") % code
    return ""
