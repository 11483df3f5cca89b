"""How much is due, late and shipped: the desk at a glance."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from backoffice.staff.day_bars import Chart, plain
from backoffice.text.translatable import gettext as _
from fulfillment.admin.production_page.guard import desk_page, require_view
from fulfillment.services.worklist import count_shipped_by_carrier, count_shipped_per_day, count_work

DAYS = 30
CHART = Chart(width=900, height=200, gap=6, lowest=2)


@dataclass(frozen=True)
class CarrierShare:
    """Parcels by one carrier; `percent` of the most used one, for its bar."""

    carrier: str
    count: int
    percent: int


def throughput(request: HttpRequest) -> HttpResponse:
    """Three queries, however much was shipped."""
    require_view(request)
    per_day = count_shipped_per_day(days=DAYS)
    by_carrier = count_shipped_by_carrier(days=DAYS)
    return desk_page(
        request,
        "fulfillment/throughput.html",
        title=_("Throughput"),
        counts=count_work(),
        days=DAYS,
        bars=CHART.bars(per_day, show=plain),
        first_day=next(iter(per_day)),
        highest=max(per_day.values()),
        total=sum(per_day.values()),
        today=list(per_day.values())[-1],
        carriers=_shares(by_carrier),
        chart=CHART,
    )


def _shares(by_carrier: dict[str, int]) -> list[CarrierShare]:
    most = max(by_carrier.values(), default=1)
    return [CarrierShare(carrier, count, round(100 * count / most)) for carrier, count in by_carrier.items()]
