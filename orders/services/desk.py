"""What the order desk notes on an order: whose it is, tags, a note. None of it moves the order."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction

from backoffice.errors import InvalidInput
from backoffice.text.cleaning import trim
from backoffice.text.translatable import gettext as _
from orders.models import Order

LONGEST_TAG = 40
MOST_TAGS = 20
LONGEST_NOTE = 5000


@transaction.atomic
def assign_order(order: Order, *, assignee: User | None, actor: str) -> Order:
    """The order is that person's, or nobody's; no line in the timeline when it was so already."""
    order = Order.objects.locked(order.pk)
    if order.assignee_id == (assignee.pk if assignee else None):
        return order
    order.assignee = assignee
    order.save(update_fields=["assignee", "updated_at"])
    if assignee is None:
        order.events.create(actor=actor, kind="order.unassigned")
    else:
        order.events.create(actor=actor, kind="order.assigned", params={"to": assignee.get_username()})
    return order


@transaction.atomic
def tag_order(order: Order, *, tags: Iterable[str], actor: str) -> Order:
    """The order has these tags, in this order, without repeats. Raises InvalidInput for too long or too many."""
    order = Order.objects.locked(order.pk)
    wanted = list(dict.fromkeys(tag for one in tags if (tag := trim(one))))
    too_long = [tag for tag in wanted if len(tag) > LONGEST_TAG]
    if too_long or len(wanted) > MOST_TAGS:
        text = _("At most %(most)s tags of up to %(longest)s characters.") % {"most": MOST_TAGS, "longest": LONGEST_TAG}
        raise InvalidInput(text, errors={"tags": [text]})
    if order.tags != wanted:
        order.tags = wanted
        order.save(update_fields=["tags", "updated_at"])
        order.events.create(actor=actor, kind="order.tagged", params={"tags": wanted})
    return order


@transaction.atomic
def write_note(order: Order, *, note: str, actor: str) -> Order:
    """The order's note is that text. Raises InvalidInput beyond 5,000 characters."""
    order = Order.objects.locked(order.pk)
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        text = _("A note has at most %(longest)s characters.") % {"longest": LONGEST_NOTE}
        raise InvalidInput(text, errors={"note": [text]})
    if order.note != note:
        order.note = note
        order.save(update_fields=["note", "updated_at"])
        order.events.create(actor=actor, kind="order.noted", params={"note": note})
    return order
