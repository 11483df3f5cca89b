"""Designs by the ids that orders name them by."""

from collections.abc import Iterable

from orders.models import Design
from orders.models.design import PREFIX


def find_designs(ids: Iterable[object], *, vendor: str = "") -> dict[str, Design]:
    """Return designs by how orders name them: our id, or the vendor's where we know the design. One query, none for no
    ids. Ours win; they cannot look like a vendor's. Vendors' ids count within `vendor` (empty: any).
    """
    requested = {str(one) for one in ids if one not in (None, "")}
    if not requested:
        return {}
    ours = {one for one in requested if is_ours(one)}
    rows = Design.objects.filter(public_id__in=ours) | Design.objects.filter(vendor_id__in=requested - ours)
    found: dict[str, Design] = {}
    for row in rows:
        if row.public_id in ours:
            found[row.public_id] = row
        elif not vendor or row.vendor == vendor:
            found[row.vendor_id] = row
    return found


def vendor_ids(ids: Iterable[str]) -> dict[str, str]:
    """Return {id as an order has it: the vendor's id}; a query only where there are ids of ours."""
    ours = [one for one in ids if is_ours(one)]
    return dict(Design.objects.filter(public_id__in=ours).values_list("public_id", "vendor_id"))


def is_ours(design_id: str) -> bool:
    """Return whether it is an id of ours, known or not."""
    return design_id.startswith(PREFIX)
