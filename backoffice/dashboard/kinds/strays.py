"""Orders that are made and that nobody here follows."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import Essentials, InboxKind, Need, each, link, page_of
from backoffice.sight import PERSONAL_DATA
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from orders.models import StrayOrder, StrayState


def _open() -> QuerySet[StrayOrder]:
    return StrayOrder.objects.filter(state=StrayState.OPEN)


def _name(stray: StrayOrder) -> str:
    to = stray.recipient
    return f"{to.get('firstname', '')} {to.get('lastname', '')}".strip() or str(to.get("company", ""))


def _need(stray: StrayOrder) -> Need:
    return Need(
        what=f"{stray.reference} → {vendor_title(stray.vendor)}",
        detail=" · ".join(filter(None, (stray.shop.name, _name(stray)))),
        since=stray.ordered_at or stray.found_at,
        url=link("orders_strayorder_change", stray.pk),
        action=_("Bring in"),
    )


KINDS = [
    InboxKind(
        name="strays",
        title=gettext_lazy("Orders found only at a vendor"),
        icon="travel_explore",
        tone=Tone.RED,
        place=120,
        see=("orders.view_order", "orders.view_strayorder", PERSONAL_DATA),
        act="orders.decide_strayorder",
        rows=_open,
        order_by=("pk",),
        since="found_at",
        related=("shop",),
        needs=each(_need),
        page=page_of("orders_strayorder_changelist"),
        essentials=lambda stray: Essentials(
            facts=[(_("Vendor"), vendor_title(stray.vendor)), (_("Shop"), stray.shop.name)]
        ),
    )
]
