"""How much is due, late and shipped: the desk at a glance."""

from django.http import HttpRequest, HttpResponse

from backoffice.staff.day_bars import Chart, plain
from backoffice.text.translatable import gettext as _
from fulfillment.admin.production_page.guard import desk_page, require_view
from fulfillment.services.worklist import count_shipped_by_carrier, count_shipped_per_day, count_work

DAYS = 30
CHART = Chart(width=900, height=200, gap=6, lowest=2)


def throughput(request: HttpRequest) -> HttpResponse:
    """Show it in three queries, however much was shipped."""
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
        carriers=by_carrier.items(),
        most_by_one=max(by_carrier.values(), default=0),
        chart=CHART,
    )
