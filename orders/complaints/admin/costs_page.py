"""What complaints cost, by cause and vendor: a chart and a table."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from backoffice.amounts import money
from backoffice.sight import PAYMENTS, PURCHASE_PRICES
from backoffice.staff.list_page import Tab
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from orders.complaints.admin.frame import Pages, render, require
from orders.complaints.models import Bearer, ComplaintCause
from orders.complaints.services.costs import ComplaintCost, sum_costs

PERIODS = (30, 90, 365)
# The drawing's own units; the page scales it.
WIDTH, HEIGHT = 100, 10
# As many as have a colour of their own; further vendors share the last.
COLOURS = 5


@dataclass(frozen=True)
class Segment:
    """What one vendor has of a bar."""

    x: float
    width: float
    colour: int
    label: str


@dataclass(frozen=True)
class CauseBar:
    """One cause, its vendors side by side."""

    label: str
    segments: list[Segment]
    total: str


@dataclass(frozen=True)
class CurrencyCosts:
    """All rows of one currency, with their bars and sums. `legend`: (vendor's title, colour)."""

    currency: str
    rows: list[tuple[ComplaintCost, str]]
    bars: list[CauseBar]
    legend: list[tuple[str, int]]
    complaints: int
    total: Decimal


def costs(request: HttpRequest) -> HttpResponse:
    """Show the cost of a period, of whoever bears it or of one of them."""
    require(request, PURCHASE_PRICES, PAYMENTS)
    days, bearer = _period(request.GET), _bearer(request.GET)
    found = sum_costs(since=timezone.now() - timedelta(days=days), bearer=bearer)
    by_currency: dict[str, list[ComplaintCost]] = defaultdict(list)
    for row in found:
        by_currency[row.currency].append(row)
    return render(
        request,
        "complaints/costs.html",
        title=_("Cost of complaints"),
        tabs=[_tab(one, days=days, bearer=bearer) for one in PERIODS],
        bearers=[("", _("Everyone")), *Bearer.choices],
        bearer=bearer or "",
        days=days,
        parts=[_part(currency, rows) for currency, rows in by_currency.items()],
        width=WIDTH,
        height=HEIGHT,
    )


def _period(given: QueryDict) -> int:
    return next((days for days in PERIODS if str(days) == given.get("days")), 90)


def _bearer(given: QueryDict) -> Bearer | None:
    return next((one for one in Bearer if one.value == given.get("bearer")), None)


def _tab(one: int, *, days: int, bearer: Bearer | None) -> Tab:
    query = f"days={one}" + (f"&bearer={bearer.value}" if bearer else "")
    return Tab(_("%(days)d days") % {"days": one}, query, one == days)


def _part(currency: str, rows: list[ComplaintCost]) -> CurrencyCosts:
    vendors = sorted({row.vendor for row in rows})
    colours = {vendor: min(place, COLOURS) for place, vendor in enumerate(vendors, start=1)}
    return CurrencyCosts(
        currency=currency,
        rows=[(row, str(ComplaintCause(row.cause).label)) for row in rows],
        bars=_bars(rows, colours),
        legend=[(vendor_title(vendor), colour) for vendor, colour in colours.items()],
        complaints=sum(row.complaints for row in rows),
        total=sum((row.total for row in rows), Decimal(0)),
    )


def _bars(rows: Iterable[ComplaintCost], colours: dict[str, int]) -> list[CauseBar]:
    """Return a bar for each cause that cost something, the dearest first, all to one scale."""
    by_cause: dict[str, list[ComplaintCost]] = defaultdict(list)
    for row in rows:
        if row.total > 0:
            by_cause[row.cause].append(row)
    sums = {cause: sum((row.total for row in some), Decimal(0)) for cause, some in by_cause.items()}
    most = float(max(sums.values(), default=Decimal(1)))
    return [
        CauseBar(
            str(ComplaintCause(cause).label),
            list(_segments(by_cause[cause], colours, most=most)),
            money(sums[cause], by_cause[cause][0].currency),
        )
        for cause in sorted(sums, key=lambda one: -sums[one])
    ]


def _segments(rows: list[ComplaintCost], colours: dict[str, int], *, most: float) -> Iterable[Segment]:
    x = 0.0
    for row in sorted(rows, key=lambda one: colours[one.vendor]):
        width = WIDTH * float(row.total) / most
        label = f"{vendor_title(row.vendor)}: {money(row.total, row.currency)}"
        yield Segment(x, width, colours[row.vendor], label)
        x += width


PAGES: Pages = [("costs/", "costs", costs)]
