"""What every page shows staff, because all of their work depends on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from backoffice.engine.models import FileDeletion, Integration
from backoffice.engine.services import disk
from backoffice.engine.services.file_deletions import LONGEST
from backoffice.engine.services.files import store
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import Vendor
from backoffice.vendors.explaining import explain
from backoffice.vendors.registry import account_names, find_account, vendor_title, vendor_type

# The sweep runs every few seconds; a minute without it means that nobody works anything off.
LONGEST_WITHOUT_SWEEP = timedelta(seconds=60)
# It is looked at once a minute.
LONGEST_WITHOUT_STORE = timedelta(minutes=3)
# Bytes; what a shop may upload.
LARGEST_FILE = 100 * 1024 * 1024
# When the last sweep was, when the store of files last took something, since when a restored database waits to be
# compared with the vendors, and what was to be deleted first of all files that are still there.
_FOUNDATIONS = """
    SELECT (SELECT at FROM engine_heartbeat WHERE name = 'sweep'),
           (SELECT at FROM engine_heartbeat WHERE name = 'files'), found_at, is_certain,
           EXISTS (SELECT FROM engine_callback_rest) OR EXISTS (SELECT FROM engine_pushattempt_rest),
           (SELECT min(created_at) FROM engine_filedeletion)
      FROM (SELECT 1) AS always
      LEFT JOIN engine_epoch ON found_at IS NOT NULL AND reconciled_at IS NULL
"""


@dataclass(frozen=True)
class Alert:
    """What stands still and the next step; `vendor` is empty when it is not about one. Urgent: somebody must act.

    `cost`: what it costs, where that is not the delay of orders.
    """

    text: str
    remedy: str
    vendor: str = ""
    since: datetime | None = None
    is_urgent: bool = True
    cost: str = ""


def current_alerts() -> list[Alert]:
    """Return what stands still now; two queries, of few rows each."""
    rows = Integration.objects.in_bulk(account_names())
    with connection.cursor() as cursor:
        cursor.execute(_FOUNDATIONS)
        swept_at, stored_at, restored_at, is_certain, lacks_month, undeleted_at = cursor.fetchone()
    alerts = [
        *_restored(restored_at, is_certain=is_certain),
        *_no_sweep(swept_at),
        *_full_disk(),
        *_no_store(stored_at),
        *_no_month(lacks_month=lacks_month),
        *_undeleted(undeleted_at),
    ]
    for name, integration in sorted(rows.items()):
        if vendor_type(name, Vendor).is_configured():
            alerts += _about(integration)
    return alerts


def _restored(at: datetime | None, *, is_certain: bool) -> Iterator[Alert]:
    if at is None:
        return
    if is_certain:
        text = _(
            "The database was restored from a backup: nothing is sent to vendors until their data has been compared."
        )
        remedy = _("An administrator with server access must run manage.py reconcile, which reports what it finds.")
    else:
        text = _(
            "This database is a copy or was moved, or its state is not recorded elsewhere: nothing is sent to vendors."
        )
        remedy = _(
            "If this is a test copy, give it its own vendor credentials first. Then, or if it is not a copy, an "
            "administrator with server access must run manage.py reconcile."
        )
    yield Alert(text=text, remedy=remedy, since=at)


def _no_sweep(at: datetime | None) -> Iterator[Alert]:
    if at is not None and at > timezone.now() - LONGEST_WITHOUT_SWEEP:
        return
    yield Alert(
        text=_("The background work is not running: nothing is sent, and nothing received is processed."),
        remedy=_("An administrator with server access must start the worker and the beat."),
        since=at,
    )


def _full_disk() -> Iterator[Alert]:
    """Warn before it is full: from then on print files are refused and labels are not fetched."""
    if not disk.has_room(LARGEST_FILE):
        yield Alert(
            text=_("The disk is full: print files from shops are rejected, and no labels or images are fetched."),
            remedy=_("An administrator with server access must free up space at %s.") % disk.place(),
        )


def _no_store(at: datetime | None) -> Iterator[Alert]:
    """Warn when the store that all machines share has taken nothing for a while."""
    if not store().is_remote or at is None or at > timezone.now() - LONGEST_WITHOUT_STORE:
        return
    yield Alert(
        text=_("The file store does not answer: uploads are rejected, and orders with print files wait."),
        remedy=_("An administrator with server access must run manage.py doctor, which shows the cause."),
        since=at,
    )


def _no_month(*, lacks_month: bool) -> Iterator[Alert]:
    """Warn of what is kept beside the months: nothing is lost, but nobody has looked after partitions for long."""
    if lacks_month:
        yield Alert(
            text=_(
                "Incoming webhooks or attempts arrived for which the database has no monthly partition: they are "
                "stored separately."
            ),
            remedy=_("An administrator with server access must run manage.py keep_partitions."),
            is_urgent=False,
        )


def _undeleted(at: datetime | None) -> Iterator[Alert]:
    """Warn of files that somebody is promised to be gone."""
    if at is None or at > timezone.now() - LONGEST:
        return
    row = FileDeletion.objects.filter(created_at__lte=at).order_by("created_at").first()
    if row is not None:
        yield Alert(
            text=_("Files that must be deleted are still stored: %(cause)s")
            % {"cause": row.cause or _("No worker has tried to delete them yet.")},
            remedy=row.remedy or _("An administrator with server access must start the worker and the beat."),
            since=at,
            is_urgent=False,
            cost=_("Data that was erased or whose retention period is over can still be read in the file store."),
        )


def _remedy(name: str) -> str:
    """Return what to do where credentials are refused: those of kept accounts are changed on the page."""
    if find_account(name):
        return _("Change the credentials of the account on the “Integrations” page, then resume it.")
    return _("Fix the credentials in the settings, restart, then resume here.")


def _about(integration: Integration) -> Iterator[Alert]:
    name, now = vendor_title(integration.vendor), timezone.now()
    if integration.auth_failed_at:
        yield Alert(
            text=_("%(vendor)s rejects our credentials: nothing is sent there.") % {"vendor": name},
            remedy=_remedy(integration.vendor),
            vendor=integration.vendor,
            since=integration.auth_failed_at,
        )
    elif integration.open_until and integration.open_until > now:
        yield Alert(
            text=_("Calls to %(vendor)s are stopped after repeated failures: %(cause)s")
            % {"vendor": name, "cause": explain(integration.vendor, integration.last_failure).text},
            remedy=_(
                "A trial call is made automatically every few minutes; after the first success, everything continues."
            ),
            vendor=integration.vendor,
            # Each trial call that fails is a new last failure, but no new outage.
            since=integration.last_success_at,
        )
    if integration.paused_at:
        params = {"vendor": name, "name": integration.paused_by or "?", "reason": integration.pause_reason}
        text = _("%(vendor)s is paused by %(name)s: outgoing requests wait.")
        if integration.pause_reason:
            text = _("%(vendor)s is paused by %(name)s (%(reason)s): outgoing requests wait.")
        yield Alert(
            text=text % params,
            remedy=_("Resume it once the reason no longer applies."),
            vendor=integration.vendor,
            since=integration.paused_at,
            is_urgent=False,
        )
