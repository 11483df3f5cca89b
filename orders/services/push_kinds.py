"""The kinds of pushes that are about a part of an order, and what all of them have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone

from backoffice.engine.models import Push, PushAttempt
from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.handlers import PushHandler, V
from backoffice.engine.services.pushes import queue_push
from backoffice.text.translatable import gettext as _
from backoffice.vendors.errors import VendorNotFound, VendorRejected, VendorUnavailable
from backoffice.vendors.registry import is_for_tests, vendor_title
from orders.models import Order, OrderEvent, VendorOrder

PLACE, CANCEL, DISCARD = "orders.place", "orders.cancel", "orders.discard"


class VendorOrderHandler(PushHandler[V]):
    """A push about a vendor order, which changes its order: that is locked first.

    Whatever it does, it begins with the proof that push, part and credentials are of one account, and that a test goes
    to an account for tests, and nothing else does: by the rows as they are now, so that no setting and no lost worker
    makes a real order of a test, or one of another account.
    """

    def begin(self, delivery: Delivery) -> None:
        super().begin(delivery)
        part = VendorOrder.objects.filter(pk=delivery.push.subject_id)
        [(is_test, account)] = part.values_list("order__is_test", "vendor")
        if not account == delivery.push.vendor == delivery.vendor.name:
            text = _("This order is at %(account)s but was due to be sent to %(vendor)s: nothing was sent.")
            params = {"account": vendor_title(account), "vendor": vendor_title(delivery.push.vendor)}
            raise VendorRejected(text % params)
        if is_test is is_for_tests(delivery.push.vendor):
            return
        text = _("%(vendor)s produces everything it receives, and this is a test order: nothing was sent.")
        if not is_test:
            text = _("%(vendor)s is for tests only, and this is not a test order: nothing was sent.")
        raise VendorRejected(text % {"vendor": vendor_title(delivery.push.vendor)})

    def lock(self, push: Push) -> None:
        order_id = VendorOrder.objects.values_list("order_id", flat=True).get(pk=push.subject_id)
        Order.objects.locked(order_id)

    @contextmanager
    def patient_with_new(self) -> Iterator[None]:
        """Take a 404 for what the vendor was asked to create within the settle time for "not yet": one machine of its
        may know the order before another does. Raise VendorUnavailable then, which is tried again.
        """
        try:
            yield
        except VendorNotFound as error:
            since = timezone.now() - timedelta(seconds=self.settle_seconds(self.push))
            pushes = Push.objects.filter(subject_type=self.push.subject_type, subject_id=self.push.subject_id)
            created = PushAttempt.objects.filter(push__in=pushes, step="create", started_at__gt=since)
            if not created.exclude(status=404).exists():
                raise
            raise VendorUnavailable(error.text, status=error.status, excerpt=error.excerpt) from error

    def needs_attention(self, push: Push) -> None:
        self.note(push, "push.needs_attention", push_kind=push.kind, step=push.step)

    def decided(self, push: Push, *, happened: bool) -> None:
        self.note(push, "push.decided", push_kind=push.kind, step=push.step, happened=happened)

    def note(self, push: Push, kind: str, **params: object) -> None:
        """Write a line about the push into the order's timeline."""
        row = VendorOrder.objects.get(pk=push.subject_id)
        params = {"vendor": row.vendor, "reference": row.reference, **params}
        OrderEvent.objects.create(order_id=row.order_id, actor="system", kind=kind, params=params, push=push)


def place_payload(vendor_order: VendorOrder) -> dict[str, int]:
    """Return what bounds how often one push may begin anew."""
    return {"first_generation": vendor_order.generation}


def queue_placing(vendor_order: VendorOrder, *, actor: str, not_before: datetime | None = None) -> Push:
    """Have the vendor order placed. Merged: an earlier push may be about to withdraw because the order was held, or was
    to be cancelled, and gets a follow-up then.
    """
    return queue_push(
        PLACE,
        vendor=vendor_order.vendor,
        subject=vendor_order,
        actor=actor,
        payload=place_payload(vendor_order),
        merge=True,
        not_before=not_before,
    )


def discard_draft(vendor_order: VendorOrder, vendor_id: str, *, actor: str) -> Push:
    """Give up that id at the vendor for good, and have it cancelled there. The row must be locked."""
    if vendor_id not in vendor_order.abandoned_ids:
        vendor_order.abandoned_ids = [*vendor_order.abandoned_ids, vendor_id]
        vendor_order.save(update_fields=["abandoned_ids", "updated_at"])
    return queue_push(
        DISCARD, vendor=vendor_order.vendor, subject=vendor_order, actor=actor, payload={"ids": [vendor_id]}, merge=True
    )


def is_taken_back(vendor_order: VendorOrder) -> bool:
    """Return whether its vendor was asked to cancel this very order of its, so that the part can be changed."""
    asked = Push.objects.about(vendor_order).filter(kind=CANCEL, payload__take_back=vendor_order.vendor_id)
    return bool(vendor_order.vendor_id) and asked.exists()
