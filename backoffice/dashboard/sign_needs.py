"""What custom signs want of a person: an enquiry to answer, a vendor to be told of a cancellation."""

from backoffice.dashboard.needs import Need, NeedGroup, assigned_to, each, group_of, link
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesOrdersAtOnce
from backoffice.vendors.registry import vendors_with
from orders.models import Enquiry, VendorOrder, VendorOrderState

_OPEN = [VendorOrderState.SUBMITTED, VendorOrderState.CHECKED]


def enquiries() -> NeedGroup | None:
    """Return enquiries that are not done, oldest first."""
    return group_of(
        Enquiry.objects.filter(done_at__isnull=True).order_by("pk"),
        title=_("Enquiries"),
        icon="contact_support",
        tone=Tone.AMBER,
        url=link("orders_enquiry_changelist"),
        permission="orders.change_enquiry",
        needs=each(
            lambda row: Need(
                what=str(row),
                detail=row.name or row.email,
                since=row.created_at,
                url=link("orders_enquiry_change", row.pk),
                action=_("Answer"),
            )
        ),
    )


def vendors_to_inform() -> NeedGroup | None:
    """Return cancellations that no interface takes: somebody has to inform the vendor."""
    rows = VendorOrder.objects.filter(
        vendor__in=vendors_with(TakesOrdersAtOnce), state__in=_OPEN, order__cancel_requested_at__isnull=False
    )
    return group_of(
        rows.select_related("order__assignee").order_by("order__cancel_requested_at"),
        title=_("A vendor has to be told"),
        icon="call",
        tone=Tone.RED,
        url="",
        permission="orders.change_order",
        needs=each(_telling),
    )


def _telling(row: VendorOrder) -> Need:
    text = _("%(vendor)s makes %(reference)s until somebody tells it that the order is cancelled.")
    return Need(
        what=row.reference,
        detail=text % {"vendor": row.vendor, "reference": row.reference},
        since=row.order.cancel_requested_at,
        who=assigned_to(row.order.assignee),
        url=link("orders_order_word", row.order_id, row.pk),
        action=_("Tell it"),
    )
