"""What complaints cost, by cause and vendor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from backoffice.visibility import visible
from orders.complaints.models import Bearer, Complaint, ComplaintState, Refund, Replacement
from orders.models import OrderState

# Cause, vendor and currency.
Key = tuple[str, str, str]
NOTHING = Decimal(0)


@dataclass(frozen=True)
class ComplaintCost:
    """What complaints of one cause about one vendor cost: replacements at the vendor's prices, refunds, less credits.
    `unpriced` replacements have a price that is not known.
    """

    cause: str
    vendor: str
    currency: str
    complaints: int
    replacements: Decimal
    unpriced: int
    refunds: Decimal
    credits: Decimal

    @property
    def total(self) -> Decimal:
        return self.replacements + self.refunds - self.credits


def sum_costs(*, since: datetime | None = None, bearer: Bearer | None = None) -> list[ComplaintCost]:
    """Return the cost by cause, vendor and currency, the dearest first; three queries, whatever their number. Tests
    cost nothing.
    """
    chosen = Q() if since is None else Q(opened_at__gte=since)
    if bearer is not None:
        chosen &= Q(bearer=bearer)
    complaints = visible(Complaint.objects.filter(chosen, order__is_test=False)).exclude(state=ComplaintState.WITHDRAWN)
    noted = _by_key(complaints, count=Count("pk"), credit=Sum("credit"))
    of_complaints = {"complaint__in": complaints.order_by().values("pk")}
    made = Replacement.objects.filter(**of_complaints).exclude(order__state=OrderState.CANCELLED)
    replaced = _by_key(made, "complaint__", sum=Sum("cost"), unpriced=Count("pk", filter=Q(cost__isnull=True)))
    paid = _by_key(Refund.objects.filter(**of_complaints, withdrawn_at__isnull=True), "complaint__", sum=Sum("amount"))
    rows = [
        ComplaintCost(
            *key,
            complaints=row["count"],
            replacements=replaced.get(key, {}).get("sum") or NOTHING,
            unpriced=replaced.get(key, {}).get("unpriced", 0),
            refunds=paid.get(key, {}).get("sum") or NOTHING,
            credits=row["credit"] or NOTHING,
        )
        for key, row in noted.items()
    ]
    return sorted(rows, key=lambda row: (row.currency, -row.total, -row.complaints, row.cause, row.vendor))


def _by_key(rows: QuerySet[Any], prefix: str = "", **sums: Any) -> dict[Key, Mapping[str, Any]]:
    names = {"key_cause": "cause", "key_vendor": "vendor", "key_currency": "order__currency"}
    keys = {alias: F(f"{prefix}{name}") for alias, name in names.items()}
    found: Iterable[Mapping[str, Any]] = rows.order_by().values(**keys).annotate(**sums)
    return {(row["key_cause"], row["key_vendor"], row["key_currency"]): row for row in found}
