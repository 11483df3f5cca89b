"""The pull of production orders from marketplaces."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from backoffice.engine.models.pull import PullKind
from backoffice.engine.models.reported import is_noted_since
from backoffice.engine.services.pull_runs import PullRun
from backoffice.engine.services.reports import ReportOutcome
from backoffice.vendors.abilities import GivesProductionOrders
from backoffice.vendors.change_pages import ChangePage
from backoffice.vendors.production_messages import ProductionOrderReport
from fulfillment.models import ProductionEvent, ProductionOrder
from fulfillment.services.production_reports import apply_production_report


class ProductionPull(PullRun[GivesProductionOrders]):
    """At first everything is read; then what is to do is read by itself where nothing was heard of it."""

    kind = PullKind.PRODUCTION
    model = ProductionOrder
    ability = GivesProductionOrders
    named_by = "vendor_id"

    def first(self) -> datetime:
        return datetime(2000, 1, 1, tzinfo=UTC)

    def changes(self, since: datetime, position: str) -> Iterable[ChangePage[ProductionOrderReport]]:
        return self.source.production_changes(since=since, position=position)

    def changed_since(self, since: date) -> Iterable[ProductionOrderReport]:
        return self.source.list_production_orders(updated_from=since)

    def read(self, vendor_id: str) -> ProductionOrderReport:
        return self.source.read_production_order(vendor_id)

    def apply(self, report: ProductionOrderReport) -> ReportOutcome:
        return apply_production_report(report, source="poll")

    def note_unreadable(self, row: ProductionOrder, *, text: str) -> None:
        ProductionEvent.objects.get_or_create(
            production_order=row,
            source_key=f"unreadable:{timezone.localdate()}",
            defaults={"actor": "system", "kind": "production.unreadable", "params": {"cause": text}},
        )

    def unfinished(self) -> QuerySet[ProductionOrder]:
        return ProductionOrder.objects.to_do()

    def describe(self, report: ProductionOrderReport) -> str:
        return f"{report.vendor_id} {report.reference}"


def unreadable_texts(rows: Iterable[ProductionOrder]) -> dict[int, str]:
    """Return why the vendor did not show these since their status is not updated, by their keys. One query."""
    since = {row.pk: row.unreadable_since for row in rows}
    events = ProductionEvent.objects.filter(production_order__in=since, kind="production.unreadable").order_by("pk")
    noted = [event for event in events if is_noted_since(event, since[event.production_order_id])]
    return {event.production_order_id: event.params.get("cause", "") for event in noted}
