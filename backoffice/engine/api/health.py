"""For whoever watches over the processes: is it alive, is it ready, how long are the queues.

`/metrics` answers what the database says, so every process answers the same and none has to remember anything.
"""

import hmac
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from redis import Redis
from redis.exceptions import RedisError

from backoffice.engine.services.foundations import missing_static_files
from backoffice.engine.services.migrating import is_migrated
from backoffice.engine.services.pulling import count_drift
from backoffice.engine.services.queue_ages import read_ages, read_lengths
from backoffice.engine.services.rate_limits import rate_limit_statuses
from backoffice.published_secrets import is_loopback
from backoffice.vendors.abilities import Vendor
from backoffice.vendors.registry import live_accounts
from backoffice.web.client_address import is_from_this_machine

_PUSHES = """
    SELECT vendor, state, count(*), coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)
      FROM engine_push WHERE state IN ('new', 'in_flight', 'unknown') GROUP BY vendor, state
"""
_CALLBACKS = """
    SELECT count(*), coalesce(extract(epoch from clock_timestamp() - min(received_at)), 0)
      FROM engine_callback_by_month WHERE next_at IS NOT NULL
"""
_NEEDS = "SELECT count(*) FROM engine_push WHERE needs_attention"
_BEAT = "SELECT extract(epoch from clock_timestamp() - at) FROM engine_heartbeat WHERE name = 'sweep'"
_BACKUP = "SELECT extract(epoch from clock_timestamp() - at) FROM engine_heartbeat WHERE name = 'backup'"
_LOCKED = "SELECT count(*) FROM engine_epoch WHERE found_at IS NOT NULL AND reconciled_at IS NULL"
_BREAKERS = "SELECT vendor, failures, coalesce(open_until > clock_timestamp(), false) FROM engine_integration"


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process answers at all; ask nobody else."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when requests can be served, which needs PostgreSQL with all tables of this release and the collected
    static files; 503 without.

    Redis is named beside it only: without it work goes on, found by the sweep. So is a restored
    database that nothing is sent from: orders are taken in meanwhile.
    """
    parts = {"database": _database(), "redis": _redis()}
    if parts["database"] == "ok":
        try:
            parts["sending"] = "stopped: run manage.py reconcile" if _row(_LOCKED)[0] else "ok"
            if not is_migrated():
                parts["database"] = "run migrate"
        except DatabaseError:  # a table is missing
            parts["database"] = "run migrate"
    if missing_static_files():
        parts["static"] = "run collectstatic"
    is_ready = parts["database"] == "ok" and "static" not in parts
    return JsonResponse({"status": "ok" if is_ready else "unavailable", **parts}, status=200 if is_ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus' text format. METRICS_TOKEN is required as a bearer token.

    Without one only this machine may read, and nobody where PUBLIC_URL is public: not every proxy says that it is one.
    """
    if not _may_read_metrics(request):
        return JsonResponse({"message": "Unauthenticated."}, status=401)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(DatabaseCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class DatabaseCollector(Collector):
    """Queue lengths, ages and breakers as they stand in the database when it is scraped."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        pushes = _rows(_PUSHES)
        lengths, ages = {row[:2]: row[2] for row in pushes}, {row[:2]: row[3] for row in pushes}
        yield _gauge("backoffice_pushes_open", "Pushes not finished", lengths, "vendor", "state")
        yield _gauge("backoffice_push_oldest_seconds", "Age of the oldest", ages, "vendor", "state")
        waiting, age = _row(_CALLBACKS)
        yield _gauge("backoffice_callbacks_waiting", "Callbacks not yet worked off", waiting)
        yield _gauge("backoffice_callback_oldest_seconds", "Age of the oldest of them", age)
        yield _gauge("backoffice_pushes_needing_a_person", "Pushes that wait for a person", _row(_NEEDS)[0])
        text = "1 until a restored database is compared with the vendors"
        yield _gauge("backoffice_restored", text, _row(_LOCKED)[0])
        if beat := _row(_BEAT):
            yield _gauge("backoffice_sweep_age_seconds", "Seconds since the last sweep", beat[0])
        if backup := _row(_BACKUP):
            yield _gauge("backoffice_backup_age_seconds", "Seconds since manage.py backup ended well", backup[0])
        queue_ages = {(queue,): age for queue, age in read_ages().items()}
        waiting_tasks = {(queue,): length for queue, length in read_lengths().items()}
        yield _gauge("backoffice_queue_age_seconds", "How long the oldest work has been due", queue_ages, "queue")
        yield _gauge("backoffice_queue_tasks", "Tasks in Redis", waiting_tasks, "queue")
        breakers = _rows(_BREAKERS)
        failures, stopped = {row[:1]: row[1] for row in breakers}, {row[:1]: row[2] for row in breakers}
        limits = rate_limit_statuses(live_accounts(Vendor, configured=True))
        waits = {(name,): limit.waiting for name, limit in limits.items()}
        drift = {(name,): number for name, number in count_drift(hours=24).items()}
        yield _gauge("backoffice_vendor_failures", "Failures in a row", failures, "vendor")
        yield _gauge("backoffice_vendor_stopped", "1 while the breaker is open", stopped, "vendor")
        yield _gauge("backoffice_vendor_line_seconds", "Wait for the next call", waits, "vendor")
        yield _gauge("backoffice_drift", "News of 24 hours that only a pull brought", drift, "vendor")


def _gauge(name: str, text: str, values: Any, *labels: str) -> GaugeMetricFamily:
    """Return a metric of one value; with labels, of a value for each of their combinations."""
    if not labels:
        return GaugeMetricFamily(name, text, value=values)
    metric = GaugeMetricFamily(name, text, labels=labels)
    for key, value in values.items():
        metric.add_metric(key, float(value))
    return metric


def _database() -> str:
    try:
        _row("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    return "ok"


def _redis() -> str:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as redis:
            redis.ping()
    except RedisError as error:
        return type(error).__name__
    return "ok"


def _may_read_metrics(request: HttpRequest) -> bool:
    if not settings.METRICS_TOKEN:
        return is_loopback(urlsplit(settings.PUBLIC_URL).hostname or "") and is_from_this_machine(request)
    given = request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _row(statement: str) -> tuple[Any, ...]:
    rows = _rows(statement)
    return rows[0] if rows else ()
