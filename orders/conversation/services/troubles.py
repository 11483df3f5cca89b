"""Failures and outages of which staff want to know by mail: gathered, so that four hundred refusals are one mail."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from backoffice.audit.services.problems import trail_alerts
from backoffice.engine.models import Push
from backoffice.engine.services.alerts import Alert, current_alerts
from backoffice.engine.services.push_errors import explain_push
from backoffice.mail.models import Mail
from backoffice.mail.services.choices import staff_who_want
from backoffice.mail.services.queueing import queue_mails
from backoffice.text.datetimes import start_of_day
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from backoffice.visibility import visible
from orders.services.silence import silent_integrations

SLOT = timedelta(minutes=10)
# After a stop of the background work, failures of that long are still told of.
LOOKED_BACK = timedelta(hours=6)
MOST_LINES, MOST_READ = 20, 5000


def queue_failure_mails(*, now: datetime | None = None) -> None:
    """Queue one mail for each whole slot of time in which something failed."""
    wanting = staff_who_want("staff.failures")
    if not wanting:
        return
    moment = now or timezone.now()
    end = moment - timedelta(seconds=moment.timestamp() % SLOT.total_seconds())
    failed = failures_between(end - LOOKED_BACK, end).values_list("attention_since", flat=True)[:MOST_READ]
    slots = sorted({int(at.timestamp() // SLOT.total_seconds()) for at in failed if at is not None})
    queue_mails(_staff_mail("staff.failures", row, occasion=f"slot:{slot}") for slot in slots for row in wanting)


def queue_outage_mails() -> None:
    """Queue one mail for each outage that has begun."""
    if wanting := staff_who_want("staff.outage"):
        queue_mails(
            _staff_mail("staff.outage", row, occasion=_occasion(alert), params=_params(alert))
            for alert in [*current_alerts(), *silent_vendors(), *trail_alerts()]
            if alert.is_urgent
            for row in wanting
        )


def silent_vendors(*, now: datetime | None = None) -> list[Alert]:
    """Return an alert for each vendor that has something of ours in progress and has answered nothing for a day."""
    return [
        Alert(
            text=_("%(vendor)s has not answered for a day.") % {"vendor": vendor_title(row.vendor)},
            remedy=_("Test the connection on the Integrations page, then call the vendor."),
            vendor=row.vendor,
            since=row.last_success_at,
        )
        for row in silent_integrations(now=now)
    ]


def failures_between(since: datetime, until: datetime) -> QuerySet[Push]:
    """Return what failed within that time and still waits for somebody, of what the reader sees."""
    return visible(Push.objects.needing_attention()).filter(attention_since__gte=since, attention_since__lt=until)


def describe_failures(since: datetime, until: datetime) -> tuple[int, str]:
    """Return how many there are, and a line for each vendor and cause, the most frequent first."""
    rows = failures_between(since, until).order_by("-pk").only("vendor", "cause", "errors")[:MOST_READ]
    causes = Counter((push.vendor, _describe(push) or _("Outcome unknown")) for push in rows)
    lines = [f"{count} × {vendor_title(vendor)}: {cause}" for (vendor, cause), count in causes.most_common(MOST_LINES)]
    return sum(causes.values()), "\n".join(lines)


def _describe(push: Push) -> str:
    return explain_push(push).main.line[:300]


def read_window(mail: Mail) -> tuple[datetime, datetime]:
    """Return the time that the mail is about."""
    begin = int(mail.occasion.removeprefix("slot:")) * SLOT.total_seconds()
    since = datetime.fromtimestamp(begin, tz=timezone.get_default_timezone())
    return since, since + SLOT


def _staff_mail(kind: str, row: Any, *, occasion: str, params: dict[str, Any] | None = None) -> Mail:
    return Mail(
        kind=kind,
        subject_type=User._meta.label_lower,
        subject_id=row.user_id,
        occasion=occasion,
        recipient=row.user.email,
        user=row.user,
        language=row.language,
        params=params or {},
        created_by="system",
    )


def _occasion(alert: Alert) -> str:
    """Tell one outage from the next: by whose it is, and when it began; one whose beginning is unknown counts anew each
    day.
    """
    began = int((alert.since or start_of_day(timezone.localdate())).timestamp())
    return f"{alert.vendor or 'system'}:{began}"[:64]


def _params(alert: Alert) -> dict[str, Any]:
    return {"text": alert.text, "remedy": alert.remedy, "vendor": alert.vendor}
