"""Complaints that wait for a person."""

from typing import Any

from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import InboxKind, Need, each, link, page_of
from backoffice.sight import PAYMENTS
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from orders.complaints.models import Complaint, Refund


def _need(complaint: Complaint, *, since: Any, action: str) -> Need:
    return Need(
        what=f"{complaint} · {complaint.order.number}",
        detail=str(complaint.get_cause_display()),
        since=since,
        url=link("complaints_complaint_change", complaint.pk),
        action=action,
    )


KINDS = [
    InboxKind(
        name="complaints-late",
        title=gettext_lazy("Complaints past the vendor's deadline"),
        icon="event_busy",
        tone=Tone.RED,
        place=160,
        see=("complaints.view_complaint",),
        act="complaints.change_complaint",
        rows=Complaint.objects.past_deadline,
        order_by=("deadline", "pk"),
        since="deadline",
        related=("order",),
        needs=each(lambda row: _need(row, since=row.deadline, action=_("Decide"))),
        page=page_of("complaints_complaint_changelist", query="?show=late"),
        order="order_id",
    ),
    InboxKind(
        name="complaints",
        title=gettext_lazy("Open complaints"),
        icon="assignment_late",
        tone=Tone.AMBER,
        place=161,
        see=("complaints.view_complaint",),
        act="complaints.change_complaint",
        rows=lambda: Complaint.objects.open().exclude(pk__in=Complaint.objects.past_deadline().values("pk")),
        order_by=("pk",),
        since="opened_at",
        related=("order",),
        needs=each(lambda row: _need(row, since=row.opened_at, action=_("Decide"))),
        page=page_of("complaints_complaint_changelist"),
        order="order_id",
    ),
    InboxKind(
        name="refunds",
        title=gettext_lazy("Refunds to pay"),
        icon="payments",
        tone=Tone.AMBER,
        place=162,
        see=("complaints.view_complaint", PAYMENTS),
        act="complaints.pay_refund",
        rows=lambda: Refund.objects.filter(paid_at__isnull=True, withdrawn_at__isnull=True),
        order_by=("noted_at", "pk"),
        since="noted_at",
        related=("complaint__order",),
        needs=each(lambda row: _need(row.complaint, since=row.noted_at, action=_("Pay"))),
        page=page_of("complaints_complaint_changelist", query="?show=refund"),
    ),
]
