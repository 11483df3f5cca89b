"""What came becomes an order: once, whatever repeats and in whatever order it comes.

Whoever works on an order of WooCommerce has its row locked, and writes our order, that row and the end of the message
in one transaction. Nothing of a message that fails is kept but why; it is tried again, then people see it.
"""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.services.clock import database_now
from backoffice.errors import Conflict, DomainError, InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import join_sentences
from orders.connectors.woocommerce.models import MessageState, WooConnection, WooMessage, WooOrder
from orders.connectors.woocommerce.services.building import build_new_order
from orders.connectors.woocommerce.services.contents import WooContent, read_content
from orders.connectors.woocommerce.services.following import ACTOR, follow_change, snapshot
from orders.connectors.woocommerce.services.mapping import Unmapped, find_skus, keep_products
from orders.connectors.woocommerce.services.queueing import queue_standing
from orders.models import Order
from orders.services.change_labels import describe_errors
from orders.services.intake.input import NewOrder
from orders.services.intake.taking import place_order, refusing_taken_reference
from orders.services.restore.adopting import complete_adopted

logger = logging.getLogger(__name__)

# After so many tries people see it, while it is still tried.
PATIENCE = 5
# So many errors of an order are named.
MOST_NAMED = 10
DELETED = "order.deleted"
_IN_BIN = "trash"


@transaction.atomic
def process_next() -> bool:
    """Work on the message that has waited longest. Return False when none is due."""
    due = WooMessage.objects.filter(state=MessageState.NEW, next_at__lte=Now(), connection__active=True)
    free = due.select_for_update(skip_locked=True, of=("self",)).select_related("connection__shop")
    message = free.order_by("next_at", "pk").first()
    if message is None:
        return False
    try:
        with transaction.atomic():
            state = _apply(message)
    except Unmapped as error:
        keep_products(error.products)
        _block(message, error)
    except DomainError as error:
        _block(message, error)
    except OperationalError:
        raise
    except Exception as error:
        # A fault of ours must not stop the orders behind it, nor lose this one.
        logger.exception("Message %s of WooCommerce cannot be processed", message.pk)
        _put_back(message, error)
    else:
        _end(message, state)
    return True


def _apply(message: WooMessage) -> MessageState:
    content = read_content(bytes(message.body))
    message.woo_id, message.number = content.id, content.number[:50]
    row = _locked(message)
    if message.topic == DELETED:
        content.status = _IN_BIN
        if row.order is not None:
            follow_change(row, content, new=None)
            message.order = row.order
        row.status = content.status
        row.save(update_fields=["status"])
        # It names no time: what waits for a decision would come in all the same once that is made.
        _end_blocked(_blocked_before(message))
        return MessageState.APPLIED
    message.modified_at = content.modified
    if content.modified is None:
        raise InvalidInput(_("The order has no modification time (date_modified_gmt)."), errors={})
    if row.modified_at is not None and content.modified < row.modified_at:
        message.order = row.order
        return MessageState.KNOWN
    return _take(message, row, content)


def _locked(message: WooMessage) -> WooOrder:
    key: dict[str, Any] = {"connection": message.connection, "woo_id": message.woo_id}
    WooOrder.objects.get_or_create(**key)
    return WooOrder.objects.select_for_update(of=("self",)).select_related("order", "connection__shop").get(**key)


def _take(message: WooMessage, row: WooOrder, content: WooContent) -> MessageState:
    connection = row.connection
    if row.order is not None and row.order.keeps_no_copy:
        _note(row, content)
        message.order = row.order
        return MessageState.KNOWN
    is_paid = content.status in connection.paid_statuses
    if row.order is None and row.status == _IN_BIN and _is_deleted(message):
        return MessageState.KNOWN
    if row.order is None and not is_paid:
        _note(row, content)
        return MessageState.UNPAID
    if row.order is not None and not is_paid:
        follow_change(row, content, new=None)
        state = MessageState.APPLIED
    elif row.order is None and _is_old(content, connection):
        # Not noted: with an earlier start it comes in all the same.
        return MessageState.OLD
    else:
        new = build_new_order(content, connection=connection, skus=find_skus(connection, content.line_items))
        if row.order is not None:
            state = MessageState.APPLIED if follow_change(row, content, new=new) else MessageState.KNOWN
        else:
            row.order = _place(new, shop=connection.shop)
            row.taken, state = snapshot(new, content), MessageState.APPLIED
            _remark(row.order, content)
    _note(row, content)
    message.order = row.order
    if row.order is not None:
        queue_standing(row.order)
    return state


def _is_deleted(message: WooMessage) -> bool:
    """Return whether it was deleted after this was said of it, which came in earlier."""
    of_it = WooMessage.objects.filter(connection=message.connection, woo_id=message.woo_id, topic=DELETED)
    return of_it.filter(state=MessageState.APPLIED, pk__gt=message.pk).exists()


def _place(new: NewOrder, *, shop: Shop) -> Order:
    """Return the new order, or one that was brought in without its shop after a restore, completed."""
    try:
        with refusing_taken_reference(new, shop=shop), transaction.atomic():
            return place_order(new, shop=shop, actor=ACTOR, hold_invalid=True).order
    except Conflict as error:
        completed = complete_adopted(new, shop=shop) if error.code == "reference_taken" else None
        if completed is None:
            raise
        return completed


def _is_old(content: WooContent, connection: WooConnection) -> bool:
    """Return whether it was paid before the start, or all was done before there was a connection."""
    paid, completed = content.paid, content.completed
    if paid is not None and paid < connection.first_order_at:
        return True
    return completed is not None and completed < connection.created_at


def _note(row: WooOrder, content: WooContent) -> None:
    """Keep the newest that is known of the order."""
    row.status, row.modified_at = content.status[:40], content.modified
    row.save()


def _remark(order: Order, content: WooContent) -> None:
    """Have in the timeline what the customer wrote."""
    if content.customer_note:
        text = _("The customer wrote: %(text)s") % {"text": content.customer_note[:2000]}
        order.events.create(actor=ACTOR, kind="order.remark", params={"text": text})


def _end(message: WooMessage, state: MessageState) -> None:
    message.state, message.processed_at = state, timezone.now()
    message.cause, message.needs_attention = "", False
    if message.order is not None and message.order.keeps_no_copy:
        message.body = b""  # of who was erased no copy is kept
    message.save()


def _block(message: WooMessage, error: DomainError) -> None:
    """Leave it to people; of one order only the newest message is theirs."""
    message.state, message.needs_attention = MessageState.BLOCKED, True
    message.cause = _spell(error)
    message.save()
    if message.woo_id is not None and message.modified_at is not None:
        _end_blocked(_blocked_before(message).filter(modified_at__lte=message.modified_at))


def _blocked_before(message: WooMessage) -> QuerySet[WooMessage]:
    """Return what people have before them of the same order, and came earlier."""
    return WooMessage.objects.filter(
        connection=message.connection_id, state=MessageState.BLOCKED, woo_id=message.woo_id, pk__lt=message.pk
    )


def _end_blocked(messages: QuerySet[WooMessage]) -> None:
    messages.update(state=MessageState.KNOWN, needs_attention=False, cause="", processed_at=Now())


def _spell(error: DomainError) -> str:
    if isinstance(error, InvalidInput) and error.errors:
        named = dict(list(error.errors.items())[:MOST_NAMED])
        return join_sentences(error.text, *describe_errors(named))
    return error.text


def _put_back(message: WooMessage, error: Exception) -> None:
    steps = settings.WOOCOMMERCE_BACKOFF
    message.attempts += 1
    message.next_at = database_now() + timedelta(seconds=steps[min(message.attempts, len(steps)) - 1])
    message.needs_attention = message.attempts >= PATIENCE
    text = _("It cannot be processed now (%(error)s). We will try again.")
    message.cause = text % {"error": type(error).__name__}
    message.save()
