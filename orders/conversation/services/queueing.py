"""Which mails follow from what happens: rows, written in the transaction in which it happens."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User

from backoffice.mail.models import Mail
from backoffice.mail.services.choices import shops_that_send, staff_who_want
from backoffice.mail.services.queueing import queue_mails
from orders.conversation.models import Comment, EnquiryReply, Mention
from orders.models import Enquiry, Order, OrderEvent

ORDER, ENQUIRY, USER = Order._meta.label_lower, Enquiry._meta.label_lower, User._meta.label_lower

# A line of the timeline -> the mail that customers get.
MAILED: Mapping[str, str] = {
    "order.received": "order.received",
    "order.cancelled": "order.cancelled",
    "order.late": "order.delayed",
    "shipment.sent": "order.shipped",
}


def queue_customer_mails(events: Sequence[OrderEvent]) -> None:
    """Queue what these lines of timelines mean to customers. One query for each kind of line, one for the orders."""
    orders = _orders_of(events)
    by_kind: dict[str, list[OrderEvent]] = defaultdict(list)
    for event in events:
        by_kind[MAILED[event.kind]].append(event)
    for kind, some in by_kind.items():
        shops = shops_that_send(kind, {orders[event.order_id].shop_id for event in some})
        real = (event for event in some if not orders[event.order_id].is_test)
        wanted = [event for event in real if orders[event.order_id].shop_id in shops]
        queue_mails([order_mail(orders[event.order_id], kind, event=event) for event in wanted])


def queue_assigned_mails(events: Sequence[OrderEvent]) -> None:
    """Tell people that orders were assigned to them by somebody else."""
    given = [event for event in events if event.params.get("to") and event.params["to"] != event.actor]
    if not given:
        return
    people = User.objects.filter(username__in={event.params["to"] for event in given})
    wanting = {row.user.get_username(): row for row in staff_who_want("staff.assigned", users=people)}
    queue_mails(
        Mail(
            kind="staff.assigned",
            subject_type=ORDER,
            subject_id=event.order_id,
            occasion=f"event:{event.pk}",
            recipient=row.user.email,
            user=row.user,
            language=row.language,
            created_by=event.actor,
        )
        for event in given
        if (row := wanting.get(event.params["to"]))
    )


def queue_mention_mails(mentions: Iterable[Mention]) -> None:
    """Tell those who are named and want to know by mail."""
    named = {mention.user_id: mention for mention in mentions}
    if not named:
        return
    queue_mails(
        Mail(
            kind="staff.mention",
            subject_type=ORDER,
            subject_id=named[row.user_id].comment.order_id,
            occasion=f"mention:{named[row.user_id].pk}",
            recipient=row.user.email,
            user=row.user,
            language=row.language,
            created_by=named[row.user_id].comment.author_name,
        )
        for row in staff_who_want("staff.mention", users=[mention.user for mention in named.values()])
    )


def queue_message(comment: Comment) -> None:
    """Mail a message to the customer of an order."""
    order = comment.order
    mail = order_mail(order, "order.message", occasion=f"comment:{comment.pk}", created_by=comment.author_name)
    queue_mails([mail])


def queue_reply(reply: EnquiryReply) -> None:
    """Mail a reply to who filled in the form."""
    enquiry = reply.enquiry
    queue_mails(
        [
            Mail(
                kind="enquiry.reply",
                subject_type=ENQUIRY,
                subject_id=enquiry.pk,
                occasion=f"reply:{reply.pk}",
                recipient=enquiry.email,
                shop=enquiry.shop,
                language=enquiry.shop.language.lower() if enquiry.shop else "en",
                created_by=reply.author_name,
            )
        ]
    )


def order_mail(
    order: Order, kind: str, *, event: OrderEvent | None = None, occasion: str = "", created_by: str = "system"
) -> Mail:
    """Return a mail to the customer, unsaved. There is one of each kind an order, but one for each parcel."""
    if event is not None and kind == "order.shipped":
        occasion = f"event:{event.pk}"
    return Mail(
        kind=kind,
        subject_type=ORDER,
        subject_id=order.pk,
        occasion=occasion,
        recipient=order.customer_email,
        shop=order.shop,
        language=order.shop.language.lower(),
        params=_params(event),
        created_by=event.actor if event else created_by,
    )


def _params(event: OrderEvent | None) -> dict[str, Any]:
    names = ("carrier", "tracking_code", "url")
    return {name: event.params[name] for name in names if name in event.params} if event else {}


def _orders_of(events: Sequence[OrderEvent]) -> dict[int, Order]:
    known = {event.order_id: event.order for event in events if OrderEvent.order.is_cached(event)}
    missing = {event.order_id for event in events} - known.keys()
    if missing:
        known |= Order.objects.select_related("shop").defer("search").in_bulk(missing)
    return known


FOLLOWED: Mapping[Callable[[Sequence[OrderEvent]], None], frozenset[str]] = {
    queue_customer_mails: frozenset(MAILED),
    queue_assigned_mails: frozenset({"order.assigned"}),
}
