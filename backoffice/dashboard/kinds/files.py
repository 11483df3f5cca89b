"""Files that a vendor has not fetched, or could not use."""

from django.db.models import QuerySet, prefetch_related_objects
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy

from backoffice.dashboard.essentials import order_essentials
from backoffice.dashboard.kind import InboxKind, Need, assigned_to, link
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from orders.models import VendorOrder
from orders.models.vendor_order import IN_PROGRESS
from orders.services.file_states import describe_files, files_of_line, files_of_order


def _due() -> QuerySet[VendorOrder]:
    return VendorOrder.objects.filter(state__in=IN_PROGRESS, files_due_at__lte=Now())


def _needs(parts: list[VendorOrder]) -> list[Need]:
    prefetch_related_objects(parts, "lines__line", "order__documents")
    return [_need(part) for part in parts]


def _need(part: VendorOrder) -> Need:
    files = [file for row in part.lines.all() for file in files_of_line(row.line, row)]
    return Need(
        what=f"{part.order.number} → {vendor_title(part.vendor)}",
        detail=" ".join(describe_files(part, [*files, *files_of_order(part.order.documents.all(), part)])),
        since=part.files_due_at,
        url=link("orders_order_change", part.order_id),
        who=assigned_to(part.order.assignee),
        action=_("Check the files"),
    )


KINDS = [
    InboxKind(
        name="files-at-vendor",
        title=gettext_lazy("Files that a vendor has not fetched"),
        icon="cloud_off",
        tone=Tone.AMBER,
        place=190,
        see=("orders.view_order",),
        act="orders.change_order",
        rows=_due,
        order_by=("files_due_at", "pk"),
        since="files_due_at",
        related=("order__assignee", "order__shop"),
        needs=_needs,
        owner="order__assignee_id",
        order="order_id",
        essentials=lambda part: order_essentials(part.order),
    )
]
