"""What custom signs want of a person: an enquiry to answer, a vendor to be informed of a cancellation."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from backoffice.dashboard.essentials import order_essentials
from backoffice.dashboard.kind import Dismissal, Essentials, InboxKind, Need, assigned_to, each, link, page_of
from backoffice.sight import PERSONAL_DATA
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesOrdersAtOnce
from backoffice.vendors.registry import live_accounts, vendor_title
from orders.models import Enquiry, VendorOrder, VendorOrderState
from orders.services.enquiries import finish_enquiry

_OPEN = [VendorOrderState.SUBMITTED, VendorOrderState.CHECKED]
# So many answers of a form are shown; its page has them all.
ANSWERS = 6


def _enquiries() -> QuerySet[Enquiry]:
    return Enquiry.objects.filter(done_at__isnull=True)


def _enquiry(row: Enquiry) -> Need:
    return Need(
        what=str(row),
        detail=row.name or row.email,
        since=row.created_at,
        url=link("orders_enquiry_change", row.pk),
        action=_("Answer"),
    )


def _asked(row: Enquiry) -> Essentials:
    facts = [(_("From"), row.name), (_("E-mail"), row.email), (_("Shop"), str(row.shop or ""))]
    facts += [(str(answer.get("name", "")), str(answer.get("value", ""))) for answer in row.answers[:ANSWERS]]
    return Essentials(facts=[(label, value) for label, value in facts if value])


def _to_inform() -> QuerySet[VendorOrder]:
    """Return what is made of cancelled orders at vendors whose interface takes no cancellation."""
    return VendorOrder.objects.filter(
        vendor__in=live_accounts(TakesOrdersAtOnce), state__in=_OPEN, order__cancel_requested_at__isnull=False
    )


def _informing(row: VendorOrder) -> Need:
    text = _("%(vendor)s continues to make %(reference)s until it is informed of the cancellation.")
    return Need(
        what=row.reference,
        detail=text % {"vendor": vendor_title(row.vendor), "reference": row.reference},
        since=row.order.cancel_requested_at,
        who=assigned_to(row.order.assignee),
        url=link("orders_order_word", row.order_id, row.pk),
        action=_("Inform the vendor"),
    )


KINDS = [
    InboxKind(
        name="vendors-to-inform",
        title=gettext_lazy("Vendors to inform of a cancellation"),
        icon="call",
        tone=Tone.RED,
        place=150,
        see=("orders.view_order", PERSONAL_DATA),
        act="orders.change_order",
        rows=_to_inform,
        order_by=("order__cancel_requested_at", "pk"),
        since="order__cancel_requested_at",
        related=("order__assignee", "order__shop"),
        needs=each(_informing),
        owner="order__assignee_id",
        order="order_id",
        essentials=lambda row: order_essentials(row.order),
    ),
    InboxKind(
        name="enquiries",
        title=gettext_lazy("Enquiries"),
        icon="contact_support",
        tone=Tone.AMBER,
        place=260,
        see=("orders.view_order", "orders.view_enquiry", PERSONAL_DATA),
        act="orders.change_enquiry",
        rows=_enquiries,
        order_by=("pk",),
        since="created_at",
        related=("shop",),
        needs=each(_enquiry),
        page=page_of("orders_enquiry_changelist"),
        essentials=_asked,
        dismissal=Dismissal(
            gettext_lazy("Done"), "orders.change_enquiry", lambda row, actor: finish_enquiry(row, actor=actor)
        ),
    ),
]
