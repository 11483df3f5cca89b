"""The timeline of a production order."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.engine.models.event import VendorTimelineEvent
from fulfillment.models.production_order import ProductionOrder


class ProductionEvent(VendorTimelineEvent):
    """One line of a production order's timeline; `fulfillment.admin.production_page.timeline` has the sentences."""

    production_order = models.ForeignKey(
        ProductionOrder, models.CASCADE, related_name="events", verbose_name=_("production order")
    )

    class Meta(VendorTimelineEvent.Meta):
        indexes = [models.Index(fields=["production_order", "at"], name="production_timeline")]
        constraints = [
            models.UniqueConstraint(
                fields=["production_order", "source_key"],
                condition=~Q(source_key=""),
                name="one_production_event_per_source",
            )
        ]
