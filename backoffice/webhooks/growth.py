"""How long events and their deliveries are kept."""

from django.db.models import Exists, OuterRef, Q

from backoffice.engine.services.retention import bounded_elsewhere, forget, keep
from backoffice.webhooks.models import ShopEvent, WebhookDelivery
from backoffice.webhooks.models.delivery import OPEN_DELIVERIES


def _superseded() -> Q:
    """Return which events may go: the newest of a thing says its version, and open deliveries need theirs."""
    newer = ShopEvent.objects.filter(
        object_type=OuterRef("object_type"), object_id=OuterRef("object_id"), version__gt=OuterRef("version")
    )
    open_ones = WebhookDelivery.objects.filter(event=OuterRef("pk"), state__in=OPEN_DELIVERIES)
    return Q(Exists(newer)) & ~Q(Exists(open_ones))


forget(
    "webhooks.WebhookDelivery", older="finished_at", than="WEBHOOK_EVENT_DAYS",
    only="once it was delivered or given up", where=lambda: ~Q(state__in=OPEN_DELIVERIES),
)  # fmt: skip
forget(
    "webhooks.ShopEvent", older="created_at", than="WEBHOOK_EVENT_DAYS", only="the newest of each thing always",
    where=_superseded,
)  # fmt: skip
bounded_elsewhere("webhooks.DeliveryAttempt", kept="`WEBHOOK_LOG_DAYS` days", by="deleted by `clear_exchanges`")
bounded_elsewhere("webhooks.RecordedEvent", kept="a second, on its way into the stream", by="deleted by the sequencer")
keep("webhooks.WebhookEndpoint", because="as many as shops set up")
