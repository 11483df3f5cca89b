"""A vendor's callback about a new order that is ours: the only proof of a request whose response was lost."""

import msgspec
from django.db import transaction

from backoffice.engine.models import Callback, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.push import PushState
from backoffice.engine.services.pushes import close_push, note_attempt
from backoffice.engine.services.reports import ReportOutcome
from backoffice.text.translatable import gettext as _
from backoffice.vendors.messages import OrderReport
from orders.models import Order
from orders.services.push_kinds import PLACE
from orders.services.reports.applying import apply_order_report
from orders.services.reports.matching import find_vendor_order, is_taken


@transaction.atomic
def apply_confirmation(report: OrderReport, *, callback: Callback) -> ReportOutcome:
    """Take over that the order is at the vendor under that id, and confirm a placing of unknown outcome. An order that
    we do not know is an orphan: nothing is ever made of it.
    """
    # By our own reference first: that is what the callback repeats.
    found = find_vendor_order(msgspec.structs.replace(report, vendor_id="")) if report.reference else None
    found = found or find_vendor_order(report)
    if found is None:
        return ReportOutcome(CallbackState.ORPHAN, note=_("No order has the reference %s.") % (report.reference or "–"))
    Order.objects.locked(found.order_id)
    if is_taken(found, vendor_id=report.vendor_id):
        report = msgspec.structs.replace(report, vendor_id=found.vendor_id)
    outcome = apply_order_report(report, source="callback", callback=callback)
    found.refresh_from_db()
    if found.submitted_at is not None and found.vendor_id == report.vendor_id:
        pushes = Push.objects.about(found).filter(kind=PLACE, state=PushState.UNKNOWN)
        for push in pushes.select_for_update():
            note_attempt(push, step=push.step, text=_("An incoming webhook from the vendor confirmed that it arrived."))
            close_push(push, PushState.CONFIRMED)
    return outcome
