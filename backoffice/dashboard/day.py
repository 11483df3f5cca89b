"""The day in figures: 30 days beside the 30 before. Read by the indexes on "received", kept for a minute."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import get_language, pgettext

from backoffice.amounts import money
from backoffice.staff.day_bars import Bar, Chart, plain
from backoffice.text.datetimes import start_of_day
from backoffice.text.translatable import gettext as _
from backoffice.visibility import reader_key, visible
from fulfillment.models import Shipment
from orders.models import Order

DAYS = 30
KEPT_SECONDS = 60
CHART = Chart(width=240, height=48, gap=2, lowest=1.5)


@dataclass(frozen=True)
class Figure:
    """One measure: today's value, the period's, the change against the period before (None: nothing to compare)."""

    title: str
    today: str
    period: str
    change: str
    rising: bool | None
    bars: list[Bar]


def figures() -> list[Figure]:
    """Return orders, revenue, shipped and on time. At most two queries a minute."""
    language, zone = get_language(), timezone.get_current_timezone_name()
    kept: list[Figure] | None = cache.get_or_set(f"home.figures.{language}.{zone}.{reader_key()}", _read, KEPT_SECONDS)
    return kept if kept is not None else _read()


def _read() -> list[Figure]:
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in range(2 * DAYS - 1, -1, -1)]
    start = start_of_day(days[0])
    received = visible(Order.objects.filter(created_at__gte=start, is_test=False))
    currency, orders = _by_day(received, "currency", orders=Count("pk"), revenue=Sum("total"))
    parcels = visible(Shipment.objects.filter(created_at__gte=start, order__is_test=False))
    _unused, shipped = _by_day(parcels, None, parcels=Count("pk"), on_time=Count("pk", filter=~Q(late=True)))

    def count(key: str, rows: dict[date, dict[str, Any]]) -> list[Any]:
        return [rows.get(day, {}).get(key) or 0 for day in days]

    return [
        _figure(_("Orders"), days, count("orders", orders), plain),
        _figure(_("Revenue"), days, count("revenue", orders), lambda amount: money(Decimal(amount), currency)),
        _figure(_("Parcels shipped"), days, count("parcels", shipped), plain),
        _share(_("Shipped on time"), days, count("on_time", shipped), count("parcels", shipped)),
    ]


def _by_day(rows: QuerySet[Any], split: str | None, **sums: Any) -> tuple[str, dict[date, dict[str, Any]]]:
    """Return sums per day, of the commonest value of `split` where money of several currencies cannot be added."""
    names = ["day", split] if split else ["day"]
    answer = list(rows.annotate(day=TruncDate("created_at")).values(*names).order_by().annotate(**sums))
    if not split:
        return "", {row["day"]: row for row in answer}
    weight: dict[str, int] = {}
    for row in answer:
        weight[row[split]] = weight.get(row[split], 0) + row["orders"]
    main = max(weight, key=weight.__getitem__, default="EUR")
    merged: dict[date, dict[str, Any]] = {}
    for row in answer:
        day = merged.setdefault(row["day"], {"orders": 0, "revenue": 0})
        day["orders"] += row["orders"]
        day["revenue"] += row["revenue"] if row[split] == main else 0
    return main, merged


def _figure(title: str, days: list[date], values: list[Any], show: Callable[[Any], str]) -> Figure:
    before, period = sum(values[:DAYS]), sum(values[DAYS:])
    change = _percent(period - before, before)
    return Figure(
        title=title,
        today=show(values[-1]),
        period=show(period),
        change=change,
        rising=None if not change or period == before else period > before,
        bars=_bars(days, values, show),
    )


def _share(title: str, days: list[date], part: list[int], whole: list[int]) -> Figure:
    """Return a share in percent; a day without parcels has no bar."""
    shares = [100 * some / all_ if all_ else 0 for some, all_ in zip(part, whole, strict=True)]
    before = 100 * sum(part[:DAYS]) / sum(whole[:DAYS]) if sum(whole[:DAYS]) else None
    period = 100 * sum(part[DAYS:]) / sum(whole[DAYS:]) if sum(whole[DAYS:]) else None
    points = None if before is None or period is None else round(period - before, 1)
    return Figure(
        title=title,
        today=_percent_of(shares[-1]) if whole[-1] else "–",
        period="–" if period is None else _percent_of(period),
        change="" if not points else _("%(points)+.1f points") % {"points": points},
        rising=None if not points else points > 0,
        bars=_bars(days, shares, _percent_of),
    )


def _bars(days: list[date], values: list[Any], show: Callable[[Any], str]) -> list[Bar]:
    return CHART.bars(dict(zip(days[DAYS:], values[DAYS:], strict=True)), show=show)


def _percent_of(value: float) -> str:
    # Translators: a share, e.g. "98 %".
    return pgettext("share", "%(number)d%%") % {"number": round(value)}


def _percent(difference: Any, before: Any) -> str:
    if not before:
        return ""
    return pgettext("change", "%(number)+d%%") % {"number": round(100 * float(difference) / float(before))}
