"""Asking marketplaces for production orders."""

from datetime import UTC, date, datetime
from typing import Any

from django.db.models import QuerySet

from backoffice.models.pull import PullKind
from backoffice.services.pull_runs import PullRun
from backoffice.services.reports import ReportOutcome
from backoffice.vendors.abilities import GivesProductionOrders
from backoffice.vendors.production_messages import ProductionOrderReport
from fulfillment.models import ProductionOrder
from fulfillment.services.production_reports import apply_production_report


class ProductionPull(PullRun[GivesProductionOrders]):
    """At first everything is read; then what is to do is read by itself where nothing was heard of it."""

    kind = PullKind.PRODUCTION
    model = ProductionOrder
    ability = GivesProductionOrders
    named_by = "vendor_id"

    def first(self) -> datetime:
        return datetime(2000, 1, 1, tzinfo=UTC)

    def changes(self, since: datetime, position: str) -> Any:
        return self.adapter.production_changes(since=since, position=position)

    def changed_since(self, since: date) -> Any:
        return self.adapter.list_production_orders(updated_from=since)

    def read(self, vendor_id: str) -> Any:
        return self.adapter.read_production_order(vendor_id)

    def apply(self, report: ProductionOrderReport) -> ReportOutcome:
        return apply_production_report(report, source="poll")

    def unfinished(self) -> QuerySet[ProductionOrder]:
        return ProductionOrder.objects.to_do()

    def describe(self, report: ProductionOrderReport) -> str:
        return f"{report.vendor_id} {report.reference}"
