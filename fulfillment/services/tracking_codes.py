"""Codes on parcels: how they are printed, scanned and typed, and whose label has one.

A label's bar code may hold more than the tracking code: FedEx and USPS put it at the end of 30 and more digits, DPD
between the receiver's postcode and the service (`%`, 7 of postcode, 14 of number, 3 of service, 3 of country).
"""

import re
import unicodedata
from datetime import timedelta

from django.db.models import Q

from backoffice.text import cleaning
from fulfillment.models import Label

# "May not be reused for the same carrier within three months", in the words of a vendor's SDK.
CODE_REST = timedelta(days=92)
# What scanners put before a code: the sign of the symbology (ISO/IEC 15424).
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_DPD = re.compile(r"%[0-9A-Z]{7}([0-9]{14})[0-9]{6}")
# A bar code of that many signs and more holds a tracking code of that many and more at its end.
_LONG, _SHORTEST = 18, 10


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
