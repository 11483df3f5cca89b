"""Old drafts: they hold customers' data, and nobody goes on with them."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from orders.drafts.models import DraftOrder

MOST_AT_ONCE = 500


@transaction.atomic
def clear_old_drafts() -> int:
    """Delete drafts that nobody has saved for DRAFT_DAYS, whether they became an order or not: that is its own. Those
    in use right now stay. Return how many.
    """
    since = timezone.now() - timedelta(days=settings.DRAFT_DAYS)
    old = DraftOrder.objects.filter(updated_at__lt=since).order_by("updated_at")
    keys = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:MOST_AT_ONCE])
    DraftOrder.objects.filter(pk__in=keys).delete()
    return len(keys)
