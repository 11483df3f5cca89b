"""What the pushes of the engine itself mean: subscribing to a vendor's webhooks, and ending that."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from backoffice.engine.models import Push, WebhookSubscription
from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.handlers import PushHandler, ReconcileResult, Recovery, push_kind
from backoffice.engine.services.webhook_subscriptions import SUBSCRIBE, UNSUBSCRIBE, note_ended, note_webhook
from backoffice.text.translatable import gettext as _t
from backoffice.vendors.abilities import ManagesWebhooks
from backoffice.vendors.errors import VendorNotFound


class WebhookHandler(PushHandler[ManagesWebhooks]):
    """A push about one subscription."""

    ability = ManagesWebhooks

    def begin(self, delivery: Delivery) -> None:
        super().begin(delivery)
        self.row = WebhookSubscription.objects.get(pk=self.push.subject_id)


@push_kind(SUBSCRIBE)
class Subscribe(WebhookHandler):
    """One that the vendor has for the same topic and address is taken; else it is made."""

    title = _("Subscribe to the vendor's webhooks")

    def if_sent_again(self, push: Push) -> list[str]:
        return [_t("The vendor's list is read first, so that no existing subscription is created twice.")]

    def deliver(self, delivery: Delivery) -> None:
        if self._note_listed():
            return
        create = partial(self.vendor.create_webhook, topic=self.vendor.WEBHOOK_TOPICS[self.row.topic], url=self.row.url)
        delivery.write("subscribe", create, partial(note_webhook, self.row))

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        return ReconcileResult.DONE if self._note_listed() else ReconcileResult.ABSENT

    def _note_listed(self) -> bool:
        """Return whether the vendor lists it; if so, record it, with the secret that the list or its page shows."""
        key = self.vendor.WEBHOOK_TOPICS.get(self.row.topic), self.row.url
        listed = self.delivery.read(self.vendor.list_webhooks)
        found = next((one for one in listed if (one.topic, one.url) == key), None)
        if found is not None and not found.secret:
            found = self.delivery.read(partial(self.vendor.read_webhook, found.vendor_id))
        if found is not None:
            self.delivery.record(partial(note_webhook, self.row, found))
        return found is not None


@push_kind(UNSUBSCRIBE)
class Unsubscribe(WebhookHandler):
    """Ending one twice is the same as once, so after a lost response it is simply requested again."""

    title = _("End the subscription")

    def recovery(self, push: Push) -> Recovery:
        return Recovery.REPEAT

    def deliver(self, delivery: Delivery) -> None:
        end = partial(self.vendor.delete_webhook, self.row.vendor_id)
        try:
            delivery.write("unsubscribe", end, lambda _response: note_ended(self.row))
        except VendorNotFound:
            delivery.record(partial(note_ended, self.row), step="")

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        return ReconcileResult.FOUND
