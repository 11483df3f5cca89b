"""Complaints that wait for a person."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from backoffice.dashboard.needs import Need, NeedGroup, each, group_of, link
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from orders.complaints.models import Complaint, Refund
from orders.complaints.services.deadlines import past_deadline


def missed_deadlines() -> NeedGroup | None:
    """Return complaints whose cost can no longer be claimed in time."""
    return _group(
        past_deadline(),
        title=_("Complaints past the vendor's deadline"),
        icon="event_busy",
        tone=Tone.RED,
        query="?show=late",
        need=lambda row: _need(row, since=row.deadline, action=_("Decide")),
    )


def open_complaints() -> NeedGroup | None:
    """Return complaints about which something is still to be done."""
    late = past_deadline().values("pk")
    return _group(
        Complaint.objects.open().exclude(pk__in=late).select_related("order").order_by("pk"),
        title=_("Open complaints"),
        icon="assignment_late",
        tone=Tone.AMBER,
        query="",
        need=lambda row: _need(row, since=row.opened_at, action=_("Decide")),
    )


def refunds_to_pay() -> NeedGroup | None:
    """Return refunds that were noted and not paid yet."""
    rows = Refund.objects.filter(paid_at__isnull=True, withdrawn_at__isnull=True).select_related("complaint__order")
    return _group(
        rows.order_by("noted_at"),
        title=_("Refunds to pay"),
        icon="payments",
        tone=Tone.AMBER,
        query="?show=refund",
        need=lambda row: _need(row.complaint, since=row.noted_at, action=_("Pay")),
    )


def _group(
    rows: QuerySet[Any], *, title: str, icon: str, tone: Tone, query: str, need: Callable[[Any], Need]
) -> NeedGroup | None:
    url, permission = link("complaints_complaint_changelist", query=query), "complaints.change_complaint"
    return group_of(rows, title=title, icon=icon, tone=tone, url=url, permission=permission, needs=each(need))


def _need(complaint: Complaint, *, since: Any, action: str) -> Need:
    return Need(
        what=f"{complaint} · {complaint.order.number}",
        detail=str(complaint.get_cause_display()),
        since=since,
        url=link("complaints_complaint_change", complaint.pk),
        action=action,
    )
