"""What every page shows staff, because all of their work depends on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from backoffice.engine.models import Integration
from backoffice.engine.services import disk
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import Vendor
from backoffice.vendors.registry import vendor_names, vendor_title, vendor_type

# The sweep runs every few seconds; a minute without it means that nobody works anything off.
LONGEST_WITHOUT_SWEEP = timedelta(seconds=60)
# Bytes; what a shop may upload.
LARGEST_FILE = 100 * 1024 * 1024
# When the last sweep was, and since when a restored database waits to be compared with the vendors.
_FOUNDATIONS = """
    SELECT (SELECT at FROM engine_heartbeat WHERE name = 'sweep'), found_at, is_certain
      FROM (SELECT 1) AS always
      LEFT JOIN engine_epoch ON found_at IS NOT NULL AND reconciled_at IS NULL
"""


@dataclass(frozen=True)
class Alert:
    """What stands still and the next step; `vendor` is empty when it is not about one. Urgent: somebody must act."""

    text: str
    remedy: str
    vendor: str = ""
    since: datetime | None = None
    is_urgent: bool = True


def current_alerts() -> list[Alert]:
    """Return what stands still now; two queries by primary key."""
    rows = Integration.objects.in_bulk(vendor_names())
    with connection.cursor() as cursor:
        cursor.execute(_FOUNDATIONS)
        swept_at, restored_at, is_certain = cursor.fetchone()
    alerts = [*_restored(restored_at, is_certain=is_certain), *_no_sweep(swept_at), *_full_disk()]
    for name, integration in sorted(rows.items()):
        if vendor_type(name, Vendor).is_configured():
            alerts += _about(integration)
    return alerts


def _restored(at: datetime | None, *, is_certain: bool) -> Iterator[Alert]:
    if at is None:
        return
    if is_certain:
        text = _("The database was restored from a backup: nothing is sent to vendors until they have been compared.")
        remedy = _("Somebody with access to the servers must run manage.py reconcile; it says what it found.")
    else:
        text = _(
            "This database is a copy or was moved, or its state is not remembered outside: nothing is sent to vendors."
        )
        remedy = _(
            "A copy for trying things out: give it vendor credentials of its own first. Then, or if it is no copy, "
            "somebody with access to the servers must run manage.py reconcile."
        )
    yield Alert(text=text, remedy=remedy, since=at)


def _no_sweep(at: datetime | None) -> Iterator[Alert]:
    if at is not None and at > timezone.now() - LONGEST_WITHOUT_SWEEP:
        return
    yield Alert(
        text=_("The background work shows no sign of life: nothing is sent, nothing that came in is worked off."),
        remedy=_("Somebody with access to the servers must start the worker and the beat."),
        since=at,
    )


def _full_disk() -> Iterator[Alert]:
    """Warn before it is full: from then on print files are refused and labels are not fetched."""
    if not disk.has_room(LARGEST_FILE):
        yield Alert(
            text=_("The disk is full: print files of shops are refused, and no labels or pictures are fetched."),
            remedy=_("Somebody with access to the servers must make room at %s.") % settings.MEDIA_ROOT,
        )


def _about(integration: Integration) -> Iterator[Alert]:
    name, now = vendor_title(integration.vendor), timezone.now()
    if integration.auth_failed_at:
        yield Alert(
            text=_("%(vendor)s refuses our credentials: nothing is sent there.") % {"vendor": name},
            remedy=_("Mend the credentials in the settings, restart, then start it again here."),
            vendor=integration.vendor,
            since=integration.auth_failed_at,
        )
    elif integration.open_until and integration.open_until > now:
        yield Alert(
            text=_("Calls to %(vendor)s are stopped after repeated failures: %(cause)s")
            % {"vendor": name, "cause": integration.last_failure},
            remedy=_("A trial call is made by itself every few minutes; the first success lets everything go on."),
            vendor=integration.vendor,
            since=integration.last_failure_at,
        )
    if integration.paused_at:
        params = {"vendor": name, "name": integration.paused_by or "?", "reason": integration.pause_reason}
        text = _("%(vendor)s is paused by %(name)s: what is to be sent there waits.")
        if integration.pause_reason:
            text = _("%(vendor)s is paused by %(name)s (%(reason)s): what is to be sent there waits.")
        yield Alert(
            text=text % params,
            remedy=_("Resume it once the reason is gone."),
            vendor=integration.vendor,
            since=integration.paused_at,
            is_urgent=False,
        )
