"""What the pushes of the project itself mean: subscribing to what vendors tell, and ending it."""

from django.utils.translation import gettext_lazy as _

from backoffice.engine.models import Push, WebhookSubscription
from backoffice.engine.services.claims import Delivery
from backoffice.engine.services.handlers import PushHandler, ReconcileResult, Recovery, push_kind
from backoffice.engine.services.webhook_subscriptions import SUBSCRIBE, UNSUBSCRIBE, note_ended, note_webhook
from backoffice.text.translatable import gettext as _t
from backoffice.vendors.abilities import ManagesWebhooks
from backoffice.vendors.errors import VendorNotFound
from backoffice.vendors.sign_messages import Webhook


def _row(delivery: Delivery) -> WebhookSubscription:
    return WebhookSubscription.objects.get(pk=delivery.push.subject_id)


def _find(delivery: Delivery, row: WebhookSubscription) -> Webhook | None:
    """Ours in the vendor's list, with its secret where the list or its own page shows it."""
    vendor = delivery.vendor_as(ManagesWebhooks)
    topic = vendor.WEBHOOK_TOPICS.get(row.topic)
    listed = delivery.read(vendor.list_webhooks)
    found = next((one for one in listed if (one.topic, one.url) == (topic, row.url)), None)
    if found is not None and not found.secret:
        vendor_id = found.vendor_id
        found = delivery.read(lambda: vendor.read_webhook(vendor_id))
    return found


@push_kind(SUBSCRIBE)
class Subscribe(PushHandler):
    """One that the vendor has for the same topic and address is taken; else it is made."""

    title = _("Subscribe to the vendor's news")

    def if_sent_again(self, push: Push) -> list[str]:
        return [_t("The vendor's list is read first: a subscription that is there is not made a second time.")]

    def deliver(self, delivery: Delivery) -> None:
        row = _row(delivery)
        found = _find(delivery, row)
        if found is not None:
            delivery.record(lambda: note_webhook(row, found))
            return
        vendor = delivery.vendor_as(ManagesWebhooks)
        topic = vendor.WEBHOOK_TOPICS[row.topic]
        delivery.write(
            "subscribe",
            lambda: vendor.create_webhook(topic=topic, url=row.url),
            lambda webhook: note_webhook(row, webhook),
        )

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        row = _row(delivery)
        found = _find(delivery, row)
        if found is None:
            return ReconcileResult.ABSENT
        delivery.record(lambda: note_webhook(row, found))
        return ReconcileResult.DONE


@push_kind(UNSUBSCRIBE)
class Unsubscribe(PushHandler):
    """Ending one twice is the same as once, so a lost answer is simply asked for again."""

    title = _("End the subscription")

    def recovery(self, push: Push) -> Recovery:
        return Recovery.REPEAT

    def deliver(self, delivery: Delivery) -> None:
        row = _row(delivery)
        try:
            delivery.write(
                "unsubscribe",
                lambda: delivery.vendor_as(ManagesWebhooks).delete_webhook(row.vendor_id),
                lambda _answer: note_ended(row),
            )
        except VendorNotFound:
            delivery.record(lambda: note_ended(row), step="")

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        return ReconcileResult.FOUND
