"""Pulling from vendors how orders are."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from django.db.models import QuerySet

from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.pull import PullKind
from backoffice.engine.services.pull_runs import PullRun
from backoffice.engine.services.reports import ReportOutcome
from backoffice.vendors.abilities import ReportsOrders
from backoffice.vendors.change_pages import ChangePage
from backoffice.vendors.messages import OrderReport
from orders.models import VendorOrder
from orders.models.vendor_order import IN_PROGRESS
from orders.services.reports.applying import apply_order_report
from orders.services.reports.strays import note_stray
from orders.services.silence import note_unreadable


class OrderPull(PullRun[ReportsOrders]):
    """A pull of orders: at first all since yesterday; what belongs to no order of ours is kept as a stray."""

    kind = PullKind.ORDERS
    model = VendorOrder
    ability = ReportsOrders
    states = (*PullRun.states, CallbackState.ORPHAN)
    named_by = "reference"

    def first(self) -> datetime:
        """Return the beginning of yesterday: the vendor's filter knows days only, and its day is that of UTC."""
        return (datetime.now(UTC) - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)

    def changes(self, since: datetime, position: str) -> Iterable[ChangePage[OrderReport]]:
        return self.source.order_changes(since=since, position=position)

    def changed_since(self, since: date) -> Iterable[OrderReport]:
        return self.source.list_orders(updated_from=since)

    def read(self, vendor_id: str) -> OrderReport:
        return self.source.read_order(vendor_id)

    def apply(self, report: OrderReport) -> ReportOutcome:
        outcome = apply_order_report(report, source="poll")
        if outcome.state == CallbackState.ORPHAN:
            note_stray(report)
        return outcome

    def note_unreadable(self, row: VendorOrder, *, text: str) -> None:
        note_unreadable(row, text=text)

    def unfinished(self) -> QuerySet[VendorOrder]:
        return VendorOrder.objects.filter(state__in=IN_PROGRESS).exclude(vendor_id="")
