"""How much is due, late and shipped: the desk at a glance."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format, number_format

from backoffice.translatable import gettext as _
from fulfillment.admin.production_guard import desk_page, require_view
from fulfillment.services.worklist import count_shipped_by_carrier, count_shipped_per_day, count_work

DAYS = 30
# The drawing's own units; the page scales it.
WIDTH, HEIGHT, GAP = 900, 200, 6


@dataclass(frozen=True)
class Bar:
    """One day, in the drawing's units; `label` is read aloud and shown on hover."""

    x: float
    y: float
    width: float
    height: float
    label: str
    is_today: bool


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
        bars=_bars(per_day),
        first_day=next(iter(per_day)),
        highest=max(per_day.values()),
        total=sum(per_day.values()),
        today=list(per_day.values())[-1],
        carriers=_shares(by_carrier),
        chart={"width": WIDTH, "height": HEIGHT},
    )


def _bars(per_day: dict[date, int]) -> list[Bar]:
    highest = max(per_day.values()) or 1
    step = WIDTH / len(per_day)
    bars = []
    for place, (day, count) in enumerate(per_day.items()):
        # A day with nothing still shows that it was counted.
        height = max(HEIGHT * count / highest, 2)
        label = f"{date_format(day, 'SHORT_DATE_FORMAT')}: {number_format(count, use_l10n=True, force_grouping=True)}"
        is_today = place == len(per_day) - 1
        bars.append(Bar(place * step + GAP / 2, HEIGHT - height, step - GAP, height, label, is_today))
    return bars


def _shares(by_carrier: dict[str, int]) -> list[CarrierShare]:
    most = max(by_carrier.values(), default=1)
    return [CarrierShare(carrier, count, round(100 * count / most)) for carrier, count in by_carrier.items()]
