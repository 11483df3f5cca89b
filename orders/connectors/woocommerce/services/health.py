"""How a connection is doing: noted with each request that works or does not."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from backoffice.engine.services.clock import database_now
from orders.connectors.woocommerce.models import WooConnection
from orders.connectors.woocommerce.services.client import WooUnavailable

# After so many failed requests in a row people see it, while it is still tried.
PATIENCE = 5
ATTENTION = Q(needs_attention=True) | Q(send_stock=True, stock_failures__gte=PATIENCE)


def usable() -> QuerySet[WooConnection]:
    """Return the connections that may be asked now."""
    rested = Q(retry_at__isnull=True) | Q(retry_at__lte=Now())
    return WooConnection.objects.filter(rested, active=True)


def note_success(connection_id: int) -> None:
    """Record that a request worked."""
    failing = WooConnection.objects.filter(pk=connection_id, failing_since__isnull=False)
    failing.update(failures=0, failing_since=None, retry_at=None, last_failure="", needs_attention=False)


def note_failure(connection: WooConnection, error: WooUnavailable) -> None:
    """Record that one did not: the whole connection rests, since one try serves all."""
    steps = settings.WOOCOMMERCE_BACKOFF
    seconds = max(steps[min(connection.failures, len(steps) - 1)], error.retry_after or 0)
    rows = WooConnection.objects.filter(pk=connection.pk)
    rows.update(
        failures=F("failures") + 1,
        failing_since=Coalesce("failing_since", Now()),
        last_failure=error.text,
        retry_at=database_now() + timedelta(seconds=seconds),
        needs_attention=error.is_locked_out or connection.failures + 1 >= PATIENCE,
    )
