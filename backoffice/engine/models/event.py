"""What all timelines share."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.change_context import current_change
from backoffice.engine.models.callback import Callback
from backoffice.engine.models.push import Push
from backoffice.model_fields import TranslatableJSONField


class TimelineEvent(models.Model):
    """One line of a timeline: who or what did what, when; never changed. Sentences by kind belong to the thing."""

    at = models.DateTimeField(_("time"), default=timezone.now)
    # A user's name, "shop:WEB", "vendor:name", "rule:7" or "system".
    actor = models.CharField(_("by"), max_length=150)
    kind = models.CharField(_("kind"), max_length=64)
    params = TranslatableJSONField(default=dict)
    # The change of many rows that it belongs to.
    change = models.UUIDField(null=True, default=current_change, editable=False)

    class Meta:
        abstract = True
        verbose_name = _("event")
        verbose_name_plural = _("timeline")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.kind


class VendorTimelineEvent(TimelineEvent):
    """A line of a thing that vendors report on: with the push or callback that it came with."""

    push = models.ForeignKey(Push, models.SET_NULL, null=True, related_name="+")
    # Callbacks go after some months, by whole partitions: by then it names nothing.
    callback = models.ForeignKey(Callback, models.SET_NULL, null=True, related_name="+", db_constraint=False)
    # Set for lines of the vendor's own history, which come again with every report.
    source_key = models.CharField(max_length=100, blank=True)

    class Meta(TimelineEvent.Meta):
        abstract = True
