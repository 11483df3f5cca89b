"""What a vendor answered when it was asked how it is doing, as its card draws it: one stripe a day."""

from django.utils.formats import date_format, number_format
from django.utils.translation import ngettext

from backoffice.engine.admin.history_context import STEP, HistoryContext, Stripe
from backoffice.engine.services.status_history import DAYS_KEPT, DayOfVendor, StatusHistory
from backoffice.text.translatable import gettext as _
from backoffice.vendors.explaining import explain


def status_context(history: StatusHistory | None, *, vendor: str) -> HistoryContext | None:
    """Return what the card shows, None where the vendor was never asked."""
    if history is None or history.answered_percent is None:
        return None
    params = {
        "percent": number_format(history.answered_percent, 1, use_l10n=True),
        "count": number_format(history.asked, use_l10n=True, force_grouping=True),
        "days": DAYS_KEPT,
    }
    summary = ngettext(
        "%(percent)s%% of %(count)s status check succeeded in %(days)s days",
        "%(percent)s%% of %(count)s status checks succeeded in %(days)s days",
        history.asked,
    )
    stripes = [_stripe(place, day, vendor=vendor) for place, day in enumerate(history.days)]
    return HistoryContext(stripes, summary % params, width=DAYS_KEPT * STEP)


def _stripe(place: int, day: DayOfVendor, *, vendor: str) -> Stripe:
    params = {
        "day": date_format(day.day, "SHORT_DATE_FORMAT"), "asked": day.asked, "failed": day.failed
    }  # fmt: skip
    if not day.asked:
        text = _("%(day)s: not checked")
    elif not day.failed:
        text = ngettext("%(day)s: %(asked)s check, none failed", "%(day)s: %(asked)s checks, none failed", day.asked)
    else:
        text = ngettext(
            "%(day)s: %(asked)s check, %(failed)s failed", "%(day)s: %(asked)s checks, %(failed)s failed", day.asked
        )
    lines = [text % params, explain(vendor, day.cause).text if day.failed else ""]
    return Stripe(place * STEP, day.tone, "\n".join(filter(None, lines)))
