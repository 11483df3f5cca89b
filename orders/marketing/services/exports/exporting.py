"""Exporting a batch of orders to a vendor: in one request, in parts, at last each by itself; recorded as it goes.

Vendors know an order by its id, so one that is sent twice does no harm: the response is "known already". Hence an
unknown outcome is simply sent again. What an order does to a request never stops the others: a request that is
refused without saying for which order, or that is never answered, is divided until each order stands alone.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.engine.models import Integration, Push
from backoffice.engine.services.delivery import Delivery, Postponed
from backoffice.engine.services.handlers import PushHandler, ReconcileResult, Recovery, push_kind
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.errors import VendorRejected
from backoffice.vendors.export_messages import ExportedOrder, ExportResult, OrderToExport, Unclear
from backoffice.vendors.registry import vendor_title, vendor_type
from orders.marketing.models import ExportBatch, ExportState, OrderExport
from orders.marketing.services.exports.batches import EXPORT, leave_out
from orders.marketing.services.exports.messages import orders_to_export
from orders.marketing.services.exports.obstacles import can_export_for_shop, find_obstacles, waits_for_order
from orders.models import Order, OrderEvent

Response = list[ExportedOrder] | Unclear | VendorRejected
TOO_LARGE = 413
# So often may a request of many stay unanswered before each order is sent by itself, and so often each of these
# before it is given up, provided that the vendor responds to others.
SILENCES_OF_MANY = 3
SILENCES_OF_ONE = 5
# How long a batch waits for settings to come back.
LATER_SECONDS = 600
ONE, MANY = "order", "orders"
_STATES = {
    ExportResult.TAKEN: (ExportState.SENT, "export.sent"),
    ExportResult.KNOWN: (ExportState.KNOWN, "export.known"),
    ExportResult.REFUSED: (ExportState.REFUSED, "export.refused"),
}


@push_kind(EXPORT)
class ExportsBatch(PushHandler):
    """The export of a batch of orders, which the vendor knows by their ids: sent twice, they do no harm."""

    title = gettext_lazy("Send orders")

    def recovery(self, push: Push) -> Recovery:
        return Recovery.REPEAT

    def lock(self, push: Push) -> None:
        """Lock the orders that the push's next record may be about: the one sent by itself, else all that wait."""
        orders = Order.objects.filter(pk__in=_waiting(push).values("order_id"))
        list(orders.order_by("pk").select_for_update().values_list("pk"))

    def begin(self, delivery: Delivery) -> None:
        super().begin(delivery)
        self.batch = ExportBatch.objects.get(pk=self.push.subject_id)

    def deliver(self, delivery: Delivery) -> None:
        """Export every order of the batch that may still be exported.

        Raises VendorError, and Postponed while the vendor is not set up: what waits is kept.
        """
        if not vendor_type(self.batch.vendor, ExportsOrders).is_configured():
            raise Postponed(
                _("%(vendor)s is not set up.") % {"vendor": vendor_title(self.batch.vendor)}, seconds=LATER_SECONDS
            )
        while exports := list(self._next_exports()):
            messages = orders_to_export([export.order for export in exports])
            if not self._leave_out(exports, messages):
                self._export(exports, [messages[export.order_id] for export in exports])

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        """Have it sent again: the vendor says when it knows an order. Only missing responses are counted, so that an
        order at which the vendor fails each time does not keep back the others.
        """
        self.delivery.record(self._count_no_response)
        return ReconcileResult.FOUND

    def confirmed(self, push: Push) -> None:
        ExportBatch.objects.filter(pk=push.subject_id).update(finished_at=timezone.now())

    def decided(self, push: Push, *, happened: bool) -> None:
        """Take over that the vendor has what it did not answer for; the rest of the batch follows."""
        if happened:
            _waiting(push).update(
                state=ExportState.SENT, exported_at=timezone.now(), times_exported=F("times_exported") + 1
            )
            push.follow_up = {}

    def _next_exports(self) -> QuerySet[OrderExport]:
        """Return as many as go in one request; those that were never answered come last."""
        waiting = self.batch.exports.filter(state=ExportState.WAITING)
        return waiting.select_related("order__shop").order_by("tries", "pk")[: self.batch.limit]

    def _leave_out(self, exports: list[OrderExport], messages: dict[int, OrderToExport]) -> bool:
        """Take out what may not be exported any more, such as orders cancelled since. Return whether there was any."""
        orders = [export.order for export in exports]
        obstacles = find_obstacles(orders, vendor=self.batch.vendor, messages=messages)
        out = [export for export in exports if export.order_id in obstacles]
        if not out:
            return False
        later = [export for export in out if self._may_wait(export, messages[export.order_id])]
        never = [export for export in out if export not in later]

        def change() -> None:
            OrderExport.objects.filter(pk__in=[export.pk for export in later]).update(batch=None)
            for text in dict.fromkeys(obstacles[export.order_id] for export in never):
                leave_out([export for export in never if obstacles[export.order_id] == text], text=text)
            self._count(left_out=len(out))

        self.delivery.record(change)
        return True

    def _may_wait(self, export: OrderExport, message: OrderToExport) -> bool:
        """Return whether the obstacle may pass: the order is held, or its shop not set up at the moment."""
        return waits_for_order(export.order) or not can_export_for_shop(message, vendor=self.batch.vendor)

    def _export(self, exports: Sequence[OrderExport], messages: list[OrderToExport]) -> None:
        one = len(exports) == 1
        step = f"{ONE}:{exports[0].pk}" if one else f"{MANY}:{exports[0].pk}+{len(exports) - 1}"
        self.delivery.write(step, lambda: self._ask(messages), lambda response: self._record(exports, response))

    def _ask(self, messages: list[OrderToExport]) -> Response:
        """Return the response. A refusal is one too: what it means depends on how many orders it is about."""
        try:
            response = self.delivery.vendor_as(ExportsOrders).export_orders(
                messages, group=self.batch.group, corrected=self.batch.corrected
            )
        except VendorRejected as error:
            return error
        return response

    def _record(self, exports: Sequence[OrderExport], response: Response) -> None:
        """Record the response, in the transaction that ends the step."""
        if isinstance(response, list) and response:
            settled = self._apply(response)
            if settled < len(exports):
                self._divide(self.batch.limit // 2)
        elif len(exports) == 1:
            text = getattr(response, "text", "") or _("The vendor did not report the outcome.")
            self._apply([ExportedOrder(order_id=str(exports[0].order_id), verdict=ExportResult.REFUSED, text=text)])
        elif isinstance(response, VendorRejected) and response.status == TOO_LARGE:
            self._divide(len(exports) // 2)
        else:
            self._divide(1)

    def _apply(self, results: Sequence[ExportedOrder]) -> int:
        """Record results, with lines in the timelines. Return of how many orders. Four statements.

        One that was excluded while it was on its way counts as exported all the same: that is what happened.
        """
        by_order = {int(verdict.order_id): verdict for verdict in results}
        rows = list(self.batch.exports.filter(order__in=list(by_order)).select_for_update().order_by("pk"))
        events = [self._settle(row, by_order[row.order_id]) for row in rows]
        fields = [
            "state",
            "text",
            "excluded_by",
            "batch",
            "corrected",
            "changed_meanwhile",
            "exported_at",
            "times_exported",
        ]
        OrderExport.objects.bulk_update(rows, fields)
        OrderEvent.objects.bulk_create(events)
        found = [by_order[row.order_id].verdict for row in rows]
        self._count(
            taken=found.count(ExportResult.TAKEN),
            known=found.count(ExportResult.KNOWN),
            refused=found.count(ExportResult.REFUSED),
        )
        return len(rows)

    def _settle(self, row: OrderExport, verdict: ExportedOrder) -> OrderEvent:
        row.state, kind = _STATES[verdict.verdict]
        row.text, row.excluded_by = verdict.text, ""
        if verdict.verdict != ExportResult.REFUSED:
            row.exported_at, row.times_exported = timezone.now(), row.times_exported + 1
        if row.changed_meanwhile and vendor_type(row.vendor, ExportsOrders).TAKES_CORRECTIONS:
            row.state, row.batch, row.corrected = ExportState.WAITING, None, row.was_exported
        elif verdict.verdict == ExportResult.TAKEN and row.corrected:
            kind = "export.corrected"
        row.changed_meanwhile = False
        params = {"vendor": row.vendor, "text": verdict.text}
        actor = f"vendor:{row.vendor}"
        return OrderEvent(order_id=row.order_id, actor=actor, kind=kind, params=params, push=self.push)

    def _divide(self, limit: int) -> None:
        self.batch.limit = max(1, limit)
        self.batch.save(update_fields=["limit"])

    def _count(self, **counts: int) -> None:
        changes: dict[str, Any] = {name: F(name) + count for name, count in counts.items()}
        ExportBatch.objects.filter(pk=self.batch.pk).update(**changes)

    def _count_no_response(self) -> None:
        kind, _colon, about = self.push.step.partition(":")
        if kind == MANY:
            self._count(silences=1)
            if self.batch.silences + 1 >= SILENCES_OF_MANY:
                self._divide(1)
        elif kind == ONE:
            self._count_no_response_of(self.batch.exports.select_for_update().get(pk=int(about)))

    def _count_no_response_of(self, export: OrderExport) -> None:
        export.tries += 1
        export.failing_since = export.failing_since or timezone.now()
        export.save(update_fields=["tries", "failing_since", "updated_at"])
        if export.tries >= SILENCES_OF_ONE and self._is_its_own_fault(export):
            text = _("The vendor failed each time this order was sent; it may have received it all the same.")
            self._apply([ExportedOrder(order_id=str(export.order_id), verdict=ExportResult.REFUSED, text=text)])

    def _is_its_own_fault(self, export: OrderExport) -> bool:
        """Return whether the vendor has answered others since, or been silent beyond any unknown outcome."""
        since = export.failing_since or timezone.now()
        if timezone.now() - since > timedelta(hours=settings.PUSH_UNKNOWN_HOURS):
            return True
        return Integration.objects.filter(vendor=self.batch.vendor, last_success_at__gt=since).exists()


def _waiting(push: Push) -> QuerySet[OrderExport]:
    """Return what the push's step is about and not exported yet."""
    exports = OrderExport.objects.filter(batch=push.subject_id, state=ExportState.WAITING)
    kind, _colon, about = push.step.partition(":")
    return exports.filter(pk=int(about)) if kind == ONE else exports
