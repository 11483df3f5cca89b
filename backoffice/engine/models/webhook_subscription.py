"""Subscriptions that we made at vendors."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import SealedJSONField


class WebhookSubscription(models.Model):
    """A vendor calls one of our addresses when something happens, and signs with a secret that we keep sealed."""

    vendor = models.CharField(_("vendor"), max_length=32)
    # The topic of our address ("order-created"); the vendor's own word for it stands in its adapter.
    topic = models.CharField(_("topic"), max_length=64)
    url = models.TextField(_("address"))
    # Empty until the vendor has made it.
    vendor_id = models.CharField(_("vendor ID"), max_length=64, blank=True)
    status = models.CharField(_("vendor status"), max_length=64, blank=True)
    # {"secret": ...}; None where the vendor has not shown it.
    secret = SealedJSONField(null=True, editable=False)
    created_by = models.CharField(_("requested by"), max_length=150, default="system")
    created_at = models.DateTimeField(_("requested"), auto_now_add=True)
    # What is deleted is still accepted for callbacks that were on their way.
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "topic", "url"], condition=Q(ended_at__isnull=True), name="one_webhook_per_topic"
            )
        ]

    def __str__(self) -> str:
        return f"{self.vendor} {self.topic}"

    @property
    def status_words(self) -> str:
        """How the vendor says it stands, for people; its own word where we know no other."""
        known = {"": _("created"), "active": _("active"), "inactive": _("disabled"), "disabled": _("disabled")}
        return str(known.get(self.status.strip().lower(), self.status))

    @property
    def is_made(self) -> bool:
        """Whether the vendor has it."""
        return bool(self.vendor_id)
