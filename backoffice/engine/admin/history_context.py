"""A vendor's last days as its card draws them: one stripe a day, by the worst that happened."""

from dataclasses import dataclass

from django.utils.formats import date_format, number_format
from django.utils.translation import ngettext

from backoffice.engine.services.vendor_history import DAYS, VendorDay, VendorHistory
from backoffice.states import Tone

# From this share of failures on a day is red, in percent.
BAD_DAY = 5
STEP, WIDTH = 8, 6


@dataclass(frozen=True)
class Stripe:
    """One day; `label` is shown on hover."""

    x: int
    tone: Tone
    label: str


@dataclass(frozen=True)
class HistoryContext:
    """`summary` says in words what the stripes show."""

    stripes: list[Stripe]
    summary: str
    width: int = DAYS * STEP
    stripe: int = WIDTH


def history_context(history: VendorHistory | None) -> HistoryContext | None:
    """Return what the card shows, None where nothing was sent to the vendor."""
    if history is None or history.success_percent is None:
        return None
    # Cut, not rounded: 100 % is said of no vendor that failed once.
    params = {"percent": number_format(history.success_percent, 1, use_l10n=True), "count": _grouped(history.ended)}
    summary = ngettext(
        "%(percent)s%% of %(count)s request succeeded in %(days)s days",
        "%(percent)s%% of %(count)s requests succeeded in %(days)s days",
        history.ended,
    )
    stripes = [_stripe(place, day) for place, day in enumerate(history.days)]
    return HistoryContext(stripes, summary % {**params, "days": DAYS})


def _stripe(place: int, day: VendorDay) -> Stripe:
    share = 100 * day.failed / day.ended if day.ended else 0
    tone = Tone.RED if share >= BAD_DAY else Tone.AMBER if day.failed else Tone.GREEN if day.ended else Tone.GREY
    params = {
        "day": date_format(day.day, "SHORT_DATE_FORMAT"), "ended": _grouped(day.ended), "failed": _grouped(day.failed)
    }  # fmt: skip
    text = ngettext(
        "%(day)s: %(ended)s request, %(failed)s failed", "%(day)s: %(ended)s requests, %(failed)s failed", day.ended
    )
    return Stripe(place * STEP, tone, text % params)


def _grouped(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)
