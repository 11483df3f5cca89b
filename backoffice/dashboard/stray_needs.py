"""Orders that are made and that nobody here follows."""

from backoffice.dashboard.needs import Need, NeedGroup, each, group_of, link
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from orders.models import StrayOrder, StrayState


def strays() -> NeedGroup | None:
    """Return what only a vendor knows and nobody has decided about, oldest first."""
    return group_of(
        StrayOrder.objects.filter(state=StrayState.OPEN).select_related("shop").order_by("pk"),
        title=_("Orders that only a vendor knows"),
        icon="travel_explore",
        tone=Tone.RED,
        url=link("orders_strayorder_changelist"),
        needs=each(_need),
    )


def _need(stray: StrayOrder) -> Need:
    to = stray.recipient
    name = f"{to.get('firstname', '')} {to.get('lastname', '')}".strip() or to.get("company", "")
    return Need(
        what=f"{stray.reference} → {vendor_title(stray.vendor)}",
        detail=" · ".join(filter(None, (stray.shop.name, name))),
        since=stray.ordered_at or stray.found_at,
        url=link("orders_strayorder_change", stray.pk),
        action=_("Bring in"),
    )
