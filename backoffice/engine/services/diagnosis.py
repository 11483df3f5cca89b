"""Everything the project stands on, examined; each fault is named with its cause and the next step."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import ngettext
from redis import Redis
from redis.exceptions import RedisError

from backoffice import replica
from backoffice.engine.models import Callback, Push
from backoffice.engine.services import alerts
from backoffice.engine.services.claims import claimable
from backoffice.engine.services.epoch import notice_restore, read_epoch
from backoffice.engine.services.epoch_places import PlacesUnreadable, file_of, recall
from backoffice.engine.services.foundations import (
    DoctorResult,
    examine_database,
    examine_files,
    examine_foundations,
    examine_store,
)
from backoffice.engine.services.handlers import PUSH_HANDLERS
from backoffice.engine.services.partitions import read_gaps
from backoffice.engine.services.vendor_status import Mode, address_of, check_vendor, is_loopback, mode_of, read_queues
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import CallsUs, Vendor
from backoffice.vendors.registry import live_accounts, setting_name, vendor_names, vendor_title, vendors_with

# What is due is taken within seconds; a row due for that long is stuck.
LONGEST_DUE = timedelta(minutes=10)
# Of an empty database more than a hundred migrations are missing.
SHOWN = 5
# The banner speaks of silence after a minute: a slower sweep would always be silent.
SLOWEST_SWEEP_SECONDS = 30


# What apps above examine, once the database is well; whether others may be asked is said.
examiners: list[Callable[[bool], Iterable[DoctorResult]]] = []


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
    yield from _files()
    yield from _standstills()
    yield from _months()
    yield from _replica()
    yield _places()
    yield from _queues()
    for examiner in examiners:
        yield from examiner(ask_vendors)
    if ask_vendors:
        yield from _vendors()


def _redis() -> DoctorResult:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as redis:
            version = redis.info("server")["redis_version"]
    except (RedisError, ValueError) as error:
        cost = _("Orders and webhooks are accepted and kept; nothing is sent or processed until it answers.")
        return DoctorResult("Redis", str(error), _("Start Redis, or correct REDIS_URL."), cost)
    return DoctorResult("Redis", f"Redis {version}")


def _migrations() -> DoctorResult:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _backwards in missing[:SHOWN])
        names += f", … ({len(missing)})" if len(missing) > SHOWN else ""
        cost = _("This release does not work: everything that needs the new tables fails.")
        return DoctorResult(_("Migrations"), _("not applied: %s") % names, _("Run manage.py migrate."), cost)
    return DoctorResult(_("Migrations"), _("all applied"))


def _settings() -> Iterator[DoctorResult]:
    issues = checks.run_checks(include_deployment_checks=settings.PRODUCTION)
    serious = [issue for issue in issues if issue.is_serious() or str(issue.id).startswith("backoffice.")]
    for issue in serious:
        remedy = issue.hint or _("See %s in Django's documentation.") % issue.id
        yield DoctorResult(_("Settings"), issue.msg, remedy, _cost_of(str(issue.id)))
    faults = [*_production_rules(), *_time_rules(), *_address_rules()]
    yield from faults
    if not serious and not faults:
        yield DoctorResult(_("Settings"), _("no contradictions"))


def _cost_of(check: str) -> str:
    """Return what it costs when a system check finds something."""
    if check == "backoffice.W001":
        return _("Anyone who guesses the secret can report anything about any order in the vendor's name.")
    if check == "backoffice.W002":
        return _("A slow answer from a vendor counts as lost: the order waits until it has been searched for there.")
    if check == "backoffice.W003":
        return _("Orders for that vendor, or parts of its work, cannot be sent.")
    return _("A protection by browsers or the server is missing, or a page does not work.")


def _production_rules() -> Iterator[DoctorResult]:
    if not settings.PRODUCTION:
        return
    if settings.DEBUG:
        cost = _("Error pages show secrets to everyone.")
        yield _contradiction("PRODUCTION, DEBUG", _("DEBUG is on."), _("Unset DEBUG."), cost)
    if settings.ALLOW_PRIVATE_FILE_HOSTS:
        text = _("Print files could be fetched from inside the network.")
        cost = _("A storefront can read what your internal machines answer.")
        yield _contradiction("PRODUCTION, ALLOW_PRIVATE_FILE_HOSTS", text, _("Unset ALLOW_PRIVATE_FILE_HOSTS."), cost)
    for name in _accounts_set_up(Vendor):
        if mode_of(name) != Mode.LIVE:
            text = _("Orders go to an address where nothing is produced: %s.") % address_of(name)
            remedy = _("Set its real address and unset its SANDBOX setting, or unset PRODUCTION.")
            cost = _("Customers pay for goods that are never made.")
            yield _contradiction(f"PRODUCTION, {setting_name(name, 'URL')}", text, remedy, cost)


def _accounts_set_up(ability: type[Vendor]) -> list[str]:
    """Return the accounts that are set up; those of the environment only while the database cannot be asked, which is
    a finding of its own.
    """
    try:
        return live_accounts(ability, configured=True)
    except DatabaseError:
        return vendors_with(ability, configured=True)


def _time_rules() -> Iterator[DoctorResult]:
    if settings.PUSH_SETTLE_SECONDS < settings.VENDOR_READ_TIMEOUT:
        text = _("A vendor may still be processing a request when its absence counts as proven.")
        cost = _("An order may be made and charged twice.")
        yield _contradiction("PUSH_SETTLE_SECONDS < VENDOR_READ_TIMEOUT", text, _("Raise PUSH_SETTLE_SECONDS."), cost)
    if settings.SWEEP_SECONDS > SLOWEST_SWEEP_SECONDS:
        text = _("Between two sweeps, the background work counts as stopped.")
        remedy = _("Set SWEEP_SECONDS to at most %d.") % SLOWEST_SWEEP_SECONDS
        cost = _("Every page shows a false warning, and retries come late.")
        yield _contradiction("SWEEP_SECONDS", text, remedy, cost)


def _address_rules() -> Iterator[DoctorResult]:
    for name in _accounts_set_up(CallsUs):
        if is_loopback(settings.PUBLIC_URL) and mode_of(name) != Mode.LOCAL:
            text = _("%(vendor)s cannot reach %(url)s.")
            cost = _("Its webhooks are lost: order updates only arrive with the next sync, minutes later.")
            remedy = _("Set PUBLIC_URL to the address at which this server can be reached from outside.")
            yield _contradiction(
                "PUBLIC_URL", text % {"vendor": vendor_title(name), "url": settings.PUBLIC_URL}, remedy, cost
            )
    # Of several accounts at one system it is enough that one is set up; and who published an address is not in use yet.
    in_use = {"", *settings.VENDOR_ADDRESSES.values(), *map(address_of, _accounts_set_up(Vendor))}
    for name in vendor_names():
        if address_of(name) not in in_use:
            remedy = _("Set its other settings too; .env.example lists them.")
            text = _("It is set, but %(vendor)s is not fully set up.") % {"vendor": vendor_title(name)}
            cost = _("Nothing is sent to it.")
            yield _contradiction(setting_name(name, "URL"), text, remedy, cost)


def _contradiction(names: str, text: str, remedy: str, cost: str) -> DoctorResult:
    return DoctorResult(_("Settings"), f"{names}: {text}", remedy, cost)


def _files() -> Iterator[DoctorResult]:
    store = examine_store()
    yield store
    if store.is_well:
        yield from examine_files()


def _standstills() -> Iterator[DoctorResult]:
    notice_restore()  # also before any worker has run
    current = alerts.current_alerts()
    for alert in current:
        cost = alert.cost or _("Customers wait longer each hour; what was received is kept and will be processed.")
        yield DoctorResult(
            vendor_title(alert.vendor) if alert.vendor else _("Background work"), alert.text, alert.remedy, cost
        )
    if not current:
        yield DoctorResult(_("Background work"), _("the last sweep was a moment ago, no vendor is paused or stopped"))


def _months() -> Iterator[DoctorResult]:
    """Find tables that are divided by months and lack one; rows in the wrong place are an alert already."""
    lacking = [table.name for table, has_rows in read_gaps() if not has_rows]
    for name in lacking:
        text = _("%s has no partition for next month: rows from then on are stored separately.") % name
        remedy = _("Start the beat, or run manage.py keep_partitions.")
        yield DoctorResult(
            _("Database"), text, remedy, _("Rows stored separately are slower to find and are not deleted.")
        )


def _replica() -> Iterator[DoctorResult]:
    """Say how far the copy is behind from which lists are read."""
    if not replica.is_set_up():
        return
    what, behind, place = _("Replica"), replica.bytes_behind(), replica.find_place()
    cost = _("Lists also load the primary: under load, pages and orders take longer.")
    if place is None:
        remedy = _("Fix REPLICA_DATABASE_URL or start the replica. Until then, lists are read from the primary.")
        yield DoctorResult(what, _("It does not answer."), remedy, cost)
        return
    seconds = place.seconds or 0
    text = _("the last sweep arrived %(seconds)d seconds ago") % {"seconds": seconds}
    if behind is not None:
        text = _("%(size)d kB behind, the last sweep arrived %(seconds)d seconds ago") % {
            "size": behind // 1024, "seconds": seconds,
        }  # fmt: skip
    remedy = _("Lists are read from the primary until it has caught up. Check its connection and its disk.")
    yield DoctorResult(what, text, "" if place.is_near else remedy, cost)


def _places() -> DoctorResult:
    """Return whether a restore from a backup would be noticed."""
    what = _("Guard against restores")
    epoch = read_epoch()
    if epoch.counter == 0:
        return DoctorResult(what, _("begins with the first request to a vendor"))
    try:
        recall(epoch.installation)
    except PlacesUnreadable as error:
        return DoctorResult(what, str(error), _("Start Redis."), _("Until it answers nothing is sent to vendors."))
    path = file_of(epoch.installation)
    if not path.exists():
        remedy = _("Set EPOCH_DIR to a folder that persists on this machine and that the worker can write to.")
        text = _("%s does not exist: only Redis records the state of the database.") % path
        cost = _("If Redis is emptied, an older backup goes unnoticed, and its orders are made twice.")
        return DoctorResult(what, text, remedy, cost)
    text = _("%(count)d steps, recorded in Redis and %(path)s") % {"count": epoch.counter, "path": path}
    return DoctorResult(what, text)


def _queues() -> Iterator[DoctorResult]:
    total = sum(queue.waiting for queue in read_queues().values())
    remedy = _("Check the worker's log and the first of these in the list of outgoing requests.")
    cost = _("Orders reach their vendors late: delivery dates slip.")
    yield _queue(_("Outgoing requests"), claimable(), remedy, cost, total=total)
    remedy = _("Check the worker's log and the first of these in the list.")
    yield from _unknown_kinds()
    cost = _("Staff and storefronts see an outdated state of orders.")
    yield _queue(_("Incoming webhooks"), Callback.objects.all(), remedy, cost)
    waiting = Push.objects.needing_attention().count()
    text = ngettext("%d needs attention", "%d need attention", waiting) % waiting
    yield DoctorResult(_("Outgoing requests"), text if waiting else _("none needs attention"))


def _unknown_kinds() -> Iterator[DoctorResult]:
    """Find what only a newer release can send, as after a way back."""
    kinds = Push.objects.open().exclude(kind__in=list(PUSH_HANDLERS)).order_by("kind").values_list("kind", flat=True)
    if names := list(kinds.distinct()):
        text = _("Outgoing requests unknown to this release are waiting: %s.") % ", ".join(names)
        remedy = _("Finish the upgrade, or decide on each of them in the list of outgoing requests.")
        yield DoctorResult(
            _("Outgoing requests"), text, remedy, _("They are not sent until workers of the newer release run.")
        )


def _queue(what: str, rows: QuerySet[Any], remedy: str, cost: str, *, total: int = 0) -> DoctorResult:
    overdue = rows.filter(next_at__lte=timezone.now() - LONGEST_DUE).order_by("next_at")
    oldest = overdue.values_list("next_at", flat=True).first()
    if oldest is None:
        return DoctorResult(what, _("nothing is overdue") + (f" ({total})" if total else ""))
    return DoctorResult(what, _("the oldest has been due for %s") % timesince(oldest), remedy, cost)


def _vendors() -> Iterator[DoctorResult]:
    names = live_accounts(Vendor, configured=True)
    if not names:
        remedy = _("Set a vendor's address and credentials (.env.example).")
        yield DoctorResult(_("Vendors"), _("none is set up"), remedy, _("Every order is held: nothing is made."))
    for name in names:
        check = check_vendor(name)
        text = f"{check.text} ({check.seconds:.1f} s)" if check.is_asked else check.text
        yield DoctorResult(
            vendor_title(name), text, check.remedy, _("Its orders wait and continue automatically once it answers.")
        )
