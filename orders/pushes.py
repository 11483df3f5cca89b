"""What the pushes of orders mean; each handler is a door to a service."""

from decimal import Decimal
from functools import partial

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from backoffice.models import Push
from backoffice.services.claims import Delivery
from backoffice.services.handlers import Finding, PushHandler, Recovery, push_kind
from backoffice.translatable import gettext as _t
from backoffice.vendors.errors import VendorError
from orders import campaign_pushes
from orders.models import Order, OrderEvent, VendorOrder
from orders.services.cancelling import Cancellation, refuse_cancellation
from orders.services.costs import find_purchase_cost, find_sales_value, spell_price
from orders.services.exports.batches import TELL
from orders.services.exports.telling import Telling, finish_batch, lock_orders, suppose_told
from orders.services.lifecycle import CANCEL, PLACE
from orders.services.placing.janitor import DISCARD, cancel_drafts
from orders.services.placing.refusals import note_refusal, suppose_placed
from orders.services.placing.searching import look_for_step
from orders.services.placing.single_call import SingleCall, suppose_sent, takes_one_call
from orders.services.placing.two_phases import Placement
from orders.services.reports.applying import apply_order_report


class VendorOrderHandler(PushHandler):
    """All pushes of orders are about a vendor order and change its order, which is locked first."""

    def lock(self, push: Push) -> None:
        order_id = VendorOrder.objects.values_list("order_id", flat=True).get(pk=push.subject_id)
        Order.objects.locked(order_id)

    def needs_person(self, push: Push) -> None:
        self.note(push, "push.needs_person", actor="system")

    def note(self, push: Push, kind: str, *, actor: str, **params: object) -> None:
        """A line in the order's timeline about the push."""
        row = VendorOrder.objects.get(pk=push.subject_id)
        words = {"vendor": row.vendor, "reference": row.reference, "push_kind": push.kind, "step": push.step}
        OrderEvent.objects.create(order_id=row.order_id, actor=actor, kind=kind, params=words | params, push=push)


@push_kind(PLACE)
class PlaceOrder(VendorOrderHandler):
    """A vendor order is created, filled and submitted at its vendor."""

    title = _("Place the order")

    def deliver(self, delivery: Delivery) -> None:
        if takes_one_call(delivery.push.vendor):
            SingleCall(delivery).run()
        else:
            Placement(delivery).run()

    def look(self, delivery: Delivery) -> Finding:
        if takes_one_call(delivery.push.vendor):
            return SingleCall(delivery).look()
        return look_for_step(Placement(delivery))

    def recovery(self, push: Push) -> Recovery:
        return Recovery.CALLBACK if takes_one_call(push.vendor) else Recovery.SEARCH

    def if_happened(self, push: Push) -> list[str]:
        if takes_one_call(push.vendor) or push.step != "create":
            return []
        return [
            _t("No other draft is made. The order is held until a poll finds the draft by its reference."),
            _t("If it did not happen after all, this part stays unmade until somebody places it anew."),
        ]

    def if_sent_again(self, push: Push) -> list[str]:
        if takes_one_call(push.vendor):
            return []
        if push.step == "create":
            return [
                _t("Another draft is made. Only one draft is ever submitted."),
                _t("If it did happen after all, there are two drafts: that costs nothing, and the other is cancelled."),
            ]
        return [
            _t("The vendor's order is read first: what is there already is not sent a second time."),
            _t("If it did happen after all, nothing is made twice: it is one order with one number."),
        ]

    def doubtful_step(self, push: Push) -> str:
        if takes_one_call(push.vendor):
            return "place"
        # One whose id is known is read before anything else is done with it.
        return "" if VendorOrder.objects.filter(pk=push.subject_id).exclude(vendor_id="").exists() else "create"

    def settle_seconds(self, push: Push) -> float:
        """What cannot be looked for may still be told by a callback: so long nobody is asked."""
        if takes_one_call(push.vendor):
            return float(settings.SIGN_CUSTOMISER_ECHO_SECONDS)
        return super().settle_seconds(push)

    def cost(self, push: Push) -> tuple[Decimal, str] | None:
        return find_purchase_cost(push.subject_id)

    def risk(self, push: Push) -> str:
        if not takes_one_call(push.vendor) or (sold := find_sales_value(push.subject_id)) is None:
            return ""
        text = _t("%(vendor)s names no purchase price; the customer paid %(price)s for this part, with tax.")
        return text % {"vendor": push.vendor, "price": spell_price(*sold)}

    def rejected(self, push: Push, error: VendorError) -> None:
        note_refusal(push, error)

    def decided(self, push: Push, *, happened: bool) -> None:
        self.note(push, "push.decided", actor="system", happened=happened)
        if happened and takes_one_call(push.vendor):
            suppose_sent(push)
        elif happened:
            suppose_placed(push)


@push_kind(CANCEL)
class CancelOrder(VendorOrderHandler):
    """The vendor is asked to cancel its part of an order; never before the placing of it is over."""

    title = _("Cancel the order")

    def if_sent_again(self, push: Push) -> list[str]:
        return [_t("The vendor's order is read first, then it is asked again. Cancelling twice does no harm.")]

    def deliver(self, delivery: Delivery) -> None:
        Cancellation(delivery).run()

    def look(self, delivery: Delivery) -> Finding:
        return Cancellation(delivery).look()

    def rejected(self, push: Push, error: VendorError) -> None:
        refuse_cancellation(push, text=error.text)

    def decided(self, push: Push, *, happened: bool) -> None:
        self.note(push, "push.decided", actor="system", happened=happened)
        if happened:  # the follow-up reads it again: the vendor's word, not the person's, is what counts
            push.follow_up = push.payload


@push_kind(DISCARD)
class DiscardDrafts(VendorOrderHandler):
    """Given-up drafts are cancelled at the vendor. One that was submitted behind our back is an alarm."""

    title = _("Clear away given-up drafts")

    def recovery(self, push: Push) -> Recovery:
        return Recovery.REPEAT

    def deliver(self, delivery: Delivery) -> None:
        for report in cancel_drafts(delivery):
            delivery.record(partial(apply_order_report, report, source="answer", push=delivery.push))

    def look(self, delivery: Delivery) -> Finding:
        # Reading and cancelling again is harmless: a draft costs nothing, a cancelled one stays cancelled.
        return Finding.FOUND


@push_kind(TELL)
class TellOrders(PushHandler):
    """A vendor is told of a batch of orders, which it knows by their ids: told twice, they do no harm."""

    title = _("Tell of orders")

    def recovery(self, push: Push) -> Recovery:
        return Recovery.REPEAT

    def lock(self, push: Push) -> None:
        lock_orders(push)

    def deliver(self, delivery: Delivery) -> None:
        Telling(delivery).run()

    def look(self, delivery: Delivery) -> Finding:
        return Telling(delivery).look()

    def confirmed(self, push: Push) -> None:
        finish_batch(push)

    def decided(self, push: Push, *, happened: bool) -> None:
        if happened:
            suppose_told(push)


# Registered by being imported.
__all__ = ["campaign_pushes"]
