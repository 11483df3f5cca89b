"""What happened, in the one order in which everybody reads it."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop


class _EventData(models.Model):
    """What is known of an event when it is caused: names and an address, never the contents of the thing."""

    topic = models.CharField(_("topic"), max_length=40)
    object_type = models.CharField(_("about"), max_length=32)
    object_id = models.CharField(_("about, ID"), max_length=100)
    # Below the root of the API's version: "orders/17/".
    path = models.TextField(_("address"))
    # A few short names by which a shop finds the thing at home: number, reference, SKU.
    details = models.JSONField(_("details"), default=dict, db_default={})

    class Meta:
        abstract = True


class RecordedEvent(_EventData):
    """An event on its way into the stream: written in the transaction that causes it, by a single insert.

    Ids are given before the commit, so an older one may appear after a newer: this table has no readers. Who brings
    events into the stream (`services/sequencing.py`) empties it.
    """

    # None: every shop's.
    # A row lives for a second: neither index nor check is worth what it costs whoever writes it.
    shop = models.ForeignKey(Shop, models.CASCADE, null=True, db_index=False, db_constraint=False, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.topic


class ShopEvent(_EventData):
    """An event in the stream; never changed. Its id is its place: whoever has read up to one has missed nothing."""

    shop = models.ForeignKey(
        Shop, models.CASCADE, null=True, db_index=False, related_name="webhook_events", verbose_name=_("shop")
    )
    # The how-manieth event of its thing, from 1.
    version = models.PositiveIntegerField(_("version"))
    created_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["shop", "id"], name="event_stream")]
        constraints = [
            models.UniqueConstraint(fields=["object_type", "object_id", "version"], name="one_event_per_version"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """What shops know it by; the same whoever sends it how often."""
        return f"evt_{self.pk:012d}"


def event_key(public_id: str) -> int | None:
    """Return the row's key of an id as shops know it; None for what is none."""
    prefix, _underscore, digits = public_id.partition("_")
    is_one = prefix == "evt" and digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 18
    return int(digits) if is_one else None
