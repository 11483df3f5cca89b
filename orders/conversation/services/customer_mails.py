"""The kinds of mail that customers get about their orders, in the words we ship."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from backoffice.amounts import money
from backoffice.mail.models import Mail, MailState
from backoffice.mail.services.kinds import Audience, MailKind, Variable, mail_kind
from backoffice.mail.services.rendering import safe_name
from backoffice.text.translatable import gettext
from orders.conversation.models import Comment
from orders.models import Order, OrderEvent, OrderState, ShipmentState

_OF_ORDERS: dict[str, Variable] = {
    "number": Variable(_("our order number"), "WEB-100042"),
    "reference": Variable(_("the shop's order number"), "4711"),
    "shop": Variable(_("name of the shop"), _("Printed with love")),
    "customer_name": Variable(_("name of the customer"), "Jana Größer"),
    "lines": Variable(_("ordered items, one per line"), _("5 × Mug\n100 × Pen")),
    "total": Variable(_("total, gross"), _("€189.00")),
}
# What became of a mail -> the line in the timeline.
_LINES = {
    MailState.SENT: "mail.sent",
    MailState.SKIPPED: "mail.skipped",
    MailState.FAILED: "mail.failed",
    MailState.UNKNOWN: "mail.unknown",
}


class OrderMail(MailKind):
    """A mail to the customer of an order; what became of it is a line of its timeline."""

    audience = Audience.CUSTOMER
    variables = _OF_ORDERS
    # The order goes nowhere any more: only the cancellation itself and messages of staff are still of use.
    outlives_cancellation = False

    def recipient(self, mail: Mail) -> str:
        return self.order_of(mail).customer_email

    def still_wanted(self, mail: Mail) -> str:
        if self.order_of(mail).is_test:
            return gettext("This is a test order: the customer gets no e-mail.")
        if self.order_of(mail).state == OrderState.CANCELLED and not self.outlives_cancellation:
            return gettext("The order was cancelled in the meantime.")
        return ""

    def context(self, mail: Mail) -> Mapping[str, Any]:
        order = self.order_of(mail)
        with translation.override(mail.language):
            total = money(order.total, order.currency)
        return {
            "number": order.number,
            "reference": order.reference,
            "shop": order.shop.name,
            "customer_name": safe_name(order.customer_name),
            "lines": "\n".join(f"{line.quantity} × {line.name or line.sku}" for line in order.lines.all()),
            "total": total,
        }

    def follow(self, mail: Mail) -> None:
        params = {
            "mail": mail.pk,
            "mail_kind": mail.kind,
            "to": mail.recipient,
            "subject": mail.subject_line,
            "text": mail.cause,
        }
        kind, actor = _LINES[MailState(mail.state)], mail.decided_by or "system"
        OrderEvent.objects.create(order_id=mail.subject_id, actor=actor, kind=kind, params=params)

    def order_of(self, mail: Mail) -> Order:
        """Return the order as it is now: read once for each try, which has a row of its own in memory."""
        if "order" not in vars(mail):
            vars(mail)["order"] = Order.objects.select_related("shop").defer("search").get(pk=mail.subject_id)
        order: Order = vars(mail)["order"]
        return order


@mail_kind("order.received")
class OrderReceivedMail(OrderMail):
    title = _("Order received")
    hint = _("Immediately when an order comes in.")
    subject_line = _("Your order {{ reference }}")
    body = _(
        "Hello {{ customer_name }},\n\n"
        "thank you for your order {{ reference }}. We have received it:\n\n"
        "{{ lines }}\n\n"
        "Total: {{ total }}\n\n"
        "We will write again as soon as it is on its way.\n\n"
        "Kind regards\n{{ shop }}"
    )


@mail_kind("order.shipped")
class OrderShippedMail(OrderMail):
    title = _("Parcel shipped")
    hint = _("For each parcel, with its tracking code.")
    variables = _OF_ORDERS | {
        "carrier": Variable(_("carrier"), "DPD"),
        "tracking_code": Variable(_("tracking code"), "01906000000042"),
        "tracking_link": Variable(_("tracking link"), "https://tracking.example.com/01906000000042", is_link=True),
        "partial": Variable(_("a sentence if more parcels follow, otherwise empty"), _("More parcels will follow.")),
    }
    subject_line = _("Your order {{ reference }} is on its way")
    body = _(
        "Hello {{ customer_name }},\n\n"
        "your parcel with order {{ reference }} is on its way.\n\n"
        "Carrier: {{ carrier }}\nTracking code: {{ tracking_code }}\nTrack it here: {{ tracking_link }}\n\n"
        "{{ partial }}\n\n"
        "Kind regards\n{{ shop }}"
    )

    def context(self, mail: Mail) -> Mapping[str, Any]:
        partial = self.order_of(mail).shipment == ShipmentState.PARTIAL
        with translation.override(mail.language):
            more = str(OrderShippedMail.variables["partial"].example) if partial else ""
        carrier = mail.params.get("carrier", "")
        return {
            **super().context(mail),
            "carrier": carrier.upper() if len(carrier) <= 4 else carrier,
            "tracking_code": mail.params.get("tracking_code", ""),
            "tracking_link": mail.params.get("url", ""),
            "partial": more,
        }


@mail_kind("order.delayed")
class OrderDelayedMail(OrderMail):
    title = _("Order delayed")
    hint = _("Once, when an order is not shipped or delivered by its date.")
    variables = _OF_ORDERS | {"ship_by": Variable(_("new date, if the vendor gives one"), _("3 December"))}
    subject_line = _("Your order {{ reference }} is delayed")
    body = _(
        "Hello {{ customer_name }},\n\nyour order {{ reference }} is taking longer than planned. We are sorry "
        "about that, and are doing what we can to get it to you.\n\nIt should be shipped by {{ ship_by }}.\n\nKind "
        "regards\n{{ shop }}"
    )

    def still_wanted(self, mail: Mail) -> str:
        order = self.order_of(mail)
        if not order.late or order.shipment == ShipmentState.DELIVERED:
            return gettext("The order is no longer late.")
        return super().still_wanted(mail)

    def context(self, mail: Mail) -> Mapping[str, Any]:
        order = self.order_of(mail)
        is_ahead = order.ship_by is not None and order.ship_by > timezone.now()
        with translation.override(mail.language):
            day = _ship_day(order) if is_ahead else ""
        return {**super().context(mail), "ship_by": day}


@mail_kind("order.cancelled")
class OrderCancelledMail(OrderMail):
    title = _("Order cancelled")
    hint = _("When an order is cancelled, by you, the shop or the vendor.")
    outlives_cancellation = True
    subject_line = _("Your order {{ reference }} has been cancelled")
    body = _(
        "Hello {{ customer_name }},\n\nyour order {{ reference }} has been cancelled. Nothing from it will be sent "
        "to you.\n\nIf you have questions, just reply to this e-mail.\n\nKind regards\n{{ shop }}"
    )


@mail_kind("order.message")
class OrderMessageMail(OrderMail):
    title = _("Message or question about an order")
    hint = _("When staff write to a customer from an order's page, for example with a question that holds the order.")
    outlives_cancellation = True
    variables = _OF_ORDERS | {
        "message": Variable(_("text written by staff"), _("Your street is too long for the label. May we shorten it?"))
    }
    subject_line = _("About your order {{ reference }}")
    body = _("Hello {{ customer_name }},\n\n{{ message }}\n\nKind regards\n{{ shop }}")

    def context(self, mail: Mail) -> Mapping[str, Any]:
        comment = Comment.objects.get(pk=mail.occasion.removeprefix("comment:"))
        return {**super().context(mail), "message": comment.text}


def _ship_day(order: Order) -> str:
    """Return the day by which the order ships, in the active language."""
    return date_format(timezone.localtime(order.ship_by), "DATE_FORMAT")
