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

from backoffice.engine.services import rate_limits
from backoffice.engine.services.foundations import missing_static_files
from backoffice.engine.services.pulling import count_drift
from backoffice.published_secrets import is_loopback
from backoffice.vendors.abilities import Vendor
from backoffice.vendors.registry import vendors_with
from backoffice.web.client_address import is_from_this_machine

_PUSHES = """
    SELECT vendor, state, count(*), coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)
      FROM engine_push WHERE state IN ('new', 'in_flight', 'unknown') GROUP BY vendor, state
"""
_CALLBACKS = """
    SELECT count(*), coalesce(extract(epoch from clock_timestamp() - min(received_at)), 0)
      FROM engine_callback WHERE next_at IS NOT NULL
"""
_NEEDS = "SELECT count(*) FROM engine_push WHERE needs_attention"
_BEAT = "SELECT extract(epoch from clock_timestamp() - at) FROM engine_heartbeat WHERE name = 'sweep'"
_LOCKED = "SELECT count(*) FROM engine_epoch WHERE found_at IS NOT NULL AND reconciled_at IS NULL"
_BREAKERS = "SELECT vendor, failures, coalesce(open_until > clock_timestamp(), false) FROM engine_integration"


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all; asks nobody else."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served, which needs PostgreSQL and the collected static files; 503 without.

    Redis is named beside it only: without it work goes on, found by the sweep. So is a restored
    database that nothing is sent from: orders are taken in meanwhile.
    """
    answer = {"database": _database(), "redis": _redis()}
    if answer["database"] == "ok":
        try:
            answer["sending"] = "stopped: run manage.py reconcile" if _row(_LOCKED)[0] else "ok"
        except DatabaseError:  # a table is missing
            answer["database"] = "run migrate"
    is_ready = answer["database"] == "ok"
    if missing_static_files():
        answer["static"] = "run collectstatic"
        is_ready = False
    return JsonResponse({"status": "ok" if is_ready else "unavailable", **answer}, status=200 if is_ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format. METRICS_TOKEN is asked for as a bearer token.

    Without one only this machine may read, and nobody where PUBLIC_URL is public: not every proxy says that it is one.
    """
    if not _may_read_metrics(request):
        return JsonResponse({"message": "Unauthenticated."}, status=401)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(DatabaseCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class DatabaseCollector(Collector):
    """Queue lengths, ages and breakers as they stand in the database at the moment of the scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._pushes()
        waiting, age = _row(_CALLBACKS)
        yield GaugeMetricFamily("backoffice_callbacks_waiting", "Callbacks not yet worked off", value=waiting)
        yield GaugeMetricFamily("backoffice_callback_oldest_seconds", "Age of the oldest of them", value=age)
        yield GaugeMetricFamily(
            "backoffice_pushes_needing_a_person", "Pushes that wait for a person", value=_row(_NEEDS)[0]
        )
        yield GaugeMetricFamily(
            "backoffice_restored", "1 until a restored database is compared with the vendors", value=_row(_LOCKED)[0]
        )
        beat = _row(_BEAT)
        if beat:
            yield GaugeMetricFamily("backoffice_sweep_age_seconds", "Seconds since the last sweep", value=beat[0])
        yield from self._vendors()
        drift = GaugeMetricFamily("backoffice_drift", "News of 24 hours that only a pull brought", labels=["vendor"])
        for vendor, number in count_drift(hours=24).items():
            drift.add_metric([vendor], number)
        yield drift

    def _pushes(self) -> Iterator[GaugeMetricFamily]:
        count = GaugeMetricFamily("backoffice_pushes_open", "Pushes not finished", labels=["vendor", "state"])
        age = GaugeMetricFamily("backoffice_push_oldest_seconds", "Age of the oldest", labels=["vendor", "state"])
        for vendor, state, number, oldest in _rows(_PUSHES):
            count.add_metric([vendor, state], number)
            age.add_metric([vendor, state], float(oldest))
        yield count
        yield age

    def _vendors(self) -> Iterator[GaugeMetricFamily]:
        failures = GaugeMetricFamily("backoffice_vendor_failures", "Failures in a row", labels=["vendor"])
        is_open = GaugeMetricFamily("backoffice_vendor_stopped", "1 while the breaker is open", labels=["vendor"])
        for vendor, number, stopped in _rows(_BREAKERS):
            failures.add_metric([vendor], number)
            is_open.add_metric([vendor], int(stopped))
        line = GaugeMetricFamily("backoffice_vendor_line_seconds", "Wait for the next call", labels=["vendor"])
        for vendor in vendors_with(Vendor, configured=True):
            line.add_metric([vendor], rate_limits.rate_limit_status(vendor).waiting)
        yield failures
        yield is_open
        yield line


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
