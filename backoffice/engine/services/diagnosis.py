"""Everything the project stands on, examined; each fault is named with its cause and the next step."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import ngettext
from redis import Redis
from redis.exceptions import RedisError

from backoffice.engine.models import Callback, Push
from backoffice.engine.services import alerts
from backoffice.engine.services.claims import claimable
from backoffice.engine.services.epoch import notice_restore, read_epoch
from backoffice.engine.services.epoch_places import PlacesUnreadable, file_of, recall
from backoffice.engine.services.foundations import DoctorResult, examine_database, examine_foundations
from backoffice.engine.services.vendor_status import Mode, address_of, check_vendor, is_loopback, mode_of, read_queues
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import CallsUs, Vendor
from backoffice.vendors.registry import setting_name, vendor_names, vendors_with

# What is due is taken within seconds; a row due for that long is stuck.
LONGEST_DUE = timedelta(minutes=10)
# The banner speaks of silence after a minute: a slower sweep would always be silent.
SLOWEST_SWEEP_SECONDS = 30


def examine(*, ask_vendors: bool) -> Iterator[DoctorResult]:
    """Examine everything, the foundations first; without a database what stands on it is left out."""
    database = examine_database()
    yield database
    yield _redis()
    yield from _settings()
    if not database.is_well:
        return
    migrations = _migrations()
    yield migrations
    if not migrations.is_well:
        return
    yield from examine_foundations()
    yield from _standstills()
    yield _places()
    yield from _queues()
    if ask_vendors:
        yield from _vendors()


def _redis() -> DoctorResult:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as redis:
            version = redis.info("server")["redis_version"]
    except (RedisError, ValueError) as error:
        remedy = _("Start Redis, or mend REDIS_URL. Nothing is lost meanwhile, but work starts late.")
        return DoctorResult("Redis", str(error), remedy)
    return DoctorResult("Redis", f"Redis {version}")


def _migrations() -> DoctorResult:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _backwards in missing)
        return DoctorResult(_("Migrations"), _("not applied: %s") % names, _("Run manage.py migrate."))
    return DoctorResult(_("Migrations"), _("all applied"))


def _settings() -> Iterator[DoctorResult]:
    issues = checks.run_checks(include_deployment_checks=settings.PRODUCTION)
    serious = [issue for issue in issues if issue.is_serious() or str(issue.id).startswith("backoffice.")]
    for issue in serious:
        yield DoctorResult(_("Settings"), issue.msg, issue.hint or _("See %s in Django's documentation.") % issue.id)
    faults = [*_production_rules(), *_time_rules(), *_address_rules()]
    yield from faults
    if not serious and not faults:
        yield DoctorResult(_("Settings"), _("without contradictions"))


def _production_rules() -> Iterator[DoctorResult]:
    if not settings.PRODUCTION:
        return
    if settings.DEBUG:
        yield _contradiction("PRODUCTION, DEBUG", _("DEBUG shows secrets to everybody."), _("Unset DEBUG."))
    if settings.ALLOW_PRIVATE_FILE_HOSTS:
        text = _("Print files could be fetched from inside the network.")
        yield _contradiction("PRODUCTION, ALLOW_PRIVATE_FILE_HOSTS", text, _("Unset ALLOW_PRIVATE_FILE_HOSTS."))
    for name in vendors_with(Vendor, configured=True):
        if mode_of(name) != Mode.LIVE:
            text = _("Orders go to a place where nothing is produced: %s.") % address_of(name)
            remedy = _("Set its real address and unset its SANDBOX setting, or unset PRODUCTION.")
            yield _contradiction(f"PRODUCTION, {setting_name(name, 'URL')}", text, remedy)


def _time_rules() -> Iterator[DoctorResult]:
    if settings.PUSH_SETTLE_SECONDS < settings.VENDOR_READ_TIMEOUT:
        text = _("A vendor may still be working on what was sent when its absence counts as proved.")
        yield _contradiction("PUSH_SETTLE_SECONDS < VENDOR_READ_TIMEOUT", text, _("Raise PUSH_SETTLE_SECONDS."))
    if settings.SWEEP_SECONDS > SLOWEST_SWEEP_SECONDS:
        text = _("Between two sweeps the background work counts as dead.")
        remedy = _("Set SWEEP_SECONDS to at most %d.") % SLOWEST_SWEEP_SECONDS
        yield _contradiction("SWEEP_SECONDS", text, remedy)


def _address_rules() -> Iterator[DoctorResult]:
    for name in vendors_with(CallsUs, configured=True):
        if is_loopback(settings.PUBLIC_URL) and mode_of(name) != Mode.LOCAL:
            text = _("%(vendor)s cannot reach %(url)s: its callbacks get lost.")
            remedy = _("Set PUBLIC_URL to the address under which this server is reached from outside.")
            yield _contradiction("PUBLIC_URL", text % {"vendor": name, "url": settings.PUBLIC_URL}, remedy)
    # Of several accounts at one system it is enough that one is set up; and who published an address is not in use yet.
    in_use = {"", *settings.VENDOR_ADDRESSES.values(), *map(address_of, vendors_with(Vendor, configured=True))}
    for name in vendor_names():
        if address_of(name) not in in_use:
            remedy = _("Set its other settings too; .env.example lists them.")
            yield _contradiction(setting_name(name, "URL"), _("It is set, but %s is not set up fully.") % name, remedy)


def _contradiction(names: str, text: str, remedy: str) -> DoctorResult:
    return DoctorResult(_("Settings"), f"{names}: {text}", remedy)


def _standstills() -> Iterator[DoctorResult]:
    notice_restore()  # also before any worker has run
    current = alerts.current_alerts()
    for alert in current:
        yield DoctorResult(alert.vendor or _("Background work"), alert.text, alert.remedy)
    if not current:
        yield DoctorResult(_("Background work"), _("the last sweep was a moment ago, no vendor is paused or stopped"))


def _places() -> DoctorResult:
    """Return whether a restore from a backup would be noticed."""
    what = _("Guard against restores")
    epoch = read_epoch()
    if epoch.counter == 0:
        return DoctorResult(what, _("begins with the first request to a vendor"))
    try:
        recall(epoch.installation)
    except PlacesUnreadable as error:
        return DoctorResult(what, str(error), _("Start Redis: until it answers nothing is sent to vendors."))
    path = file_of(epoch.installation)
    if not path.exists():
        remedy = _("Let EPOCH_DIR name a folder that this machine keeps, and that the worker may write to.")
        return DoctorResult(what, _("%s does not exist: only Redis remembers how far the database is.") % path, remedy)
    text = _("%(count)d steps, remembered in Redis and %(path)s") % {"count": epoch.counter, "path": path}
    return DoctorResult(what, text)


def _queues() -> Iterator[DoctorResult]:
    total = sum(queue.waiting for queue in read_queues().values())
    remedy = _("Look at the worker's log and at the first of these in the list of pushes.")
    yield _queue(_("Pushes"), claimable(), remedy, total=total)
    yield _queue(
        _("Callbacks"), Callback.objects.all(), _("Look at the worker's log and at the first of these in the list.")
    )
    waiting = Push.objects.needing_attention().count()
    text = ngettext("%d waits for a person", "%d wait for a person", waiting) % waiting
    yield DoctorResult(_("Pushes"), text if waiting else _("none waits for a person"))


def _queue(what: str, rows: QuerySet[Any], remedy: str, *, total: int = 0) -> DoctorResult:
    overdue = rows.filter(next_at__lte=timezone.now() - LONGEST_DUE).order_by("next_at")
    oldest = overdue.values_list("next_at", flat=True).first()
    if oldest is None:
        return DoctorResult(what, _("nothing is overdue") + (f" ({total})" if total else ""))
    return DoctorResult(what, _("the oldest has been due for %s") % timesince(oldest), remedy)


def _vendors() -> Iterator[DoctorResult]:
    names = vendors_with(Vendor, configured=True)
    if not names:
        remedy = _("Set a vendor's address and credentials (.env.example).")
        yield DoctorResult(_("Vendors"), _("none is set up"), remedy)
    for name in names:
        check = check_vendor(name)
        text = f"{check.text} ({check.seconds:.1f} s)" if check.is_asked else check.text
        yield DoctorResult(name, text, check.remedy)
