"""Annotations of an order: whose it is, tags, notes. None of it moves the order."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from backoffice.accounts.services.visibility import sees_shop
from backoffice.engine.services.changes import set_changed
from backoffice.errors import InvalidInput, NotAllowed
from backoffice.text.cleaning import trim
from backoffice.text.translatable import gettext as _
from orders.models import Order
from orders.services.hooks import on_note

LONGEST_TAG = 40
MOST_TAGS = 20
LONGEST_NOTE = 5000


def assign_order(order: Order, *, assignee: User | None, actor: str) -> Order:
    """Assign the order to that person, or to nobody. Raise NotAllowed for somebody who does not see its shop."""
    if assignee is None:
        return _annotate(order, "assignee_id", None, actor=actor, kind="order.unassigned")
    if not sees_shop(assignee, order.shop_id):
        raise NotAllowed(_("%(name)s has no access to orders of this shop.") % {"name": assignee.get_username()})
    params = {"to": assignee.get_username()}
    return _annotate(order, "assignee_id", assignee.pk, actor=actor, kind="order.assigned", params=params)


def tag_order(order: Order, *, tags: Iterable[str], actor: str) -> Order:
    """Give the order these tags, in this order, without repeats. Raise InvalidInput for too long or too many."""
    requested = list(dict.fromkeys(tag for one in tags if (tag := trim(one))))
    if len(requested) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in requested):
        text = _("At most %(most)s tags of up to %(longest)s characters.") % {"most": MOST_TAGS, "longest": LONGEST_TAG}
        raise InvalidInput(text, errors={"tags": [text]})
    return _annotate(order, "tags", requested, actor=actor, kind="order.tagged", params={"tags": requested})


@transaction.atomic
def retag_order(order: Order, *, given: Iterable[str], shown: Iterable[str], actor: str) -> Order:
    """Add and remove the tags by which `given` differs from what was `shown`: those that somebody else changed
    meanwhile stay as they are. Raise InvalidInput as `tag_order`.
    """
    order = Order.objects.locked(order.pk)
    requested, before = ([tag for one in tags if (tag := trim(one))] for tags in (given, shown))
    removed = set(before) - set(requested)
    kept = [tag for tag in order.tags if tag not in removed]
    added = [tag for tag in requested if tag not in before]
    if order.tags == before:
        return tag_order(order, tags=requested, actor=actor)
    return tag_order(order, tags=[*kept, *added], actor=actor)


@transaction.atomic
def write_note(order: Order, *, note: str, actor: str) -> None:
    """Add a comment to the order; an empty one adds nothing. Raise InvalidInput beyond 5,000 characters."""
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        text = _("A note can have at most %(longest)s characters.") % {"longest": LONGEST_NOTE}
        raise InvalidInput(text, errors={"note": [text]})
    for keep in on_note if note else ():
        keep(order, note, actor=actor)


@transaction.atomic
def _annotate(
    order: Order, name: str, value: Any, *, actor: str, kind: str, params: Mapping[str, Any] | None = None
) -> Order:
    """Set the field, with a line in the timeline unless it was so already. Return the order as it is then."""
    order = Order.objects.locked(order.pk)
    if set_changed(order, {name: value}):
        order.save(update_fields=[name, "updated_at"])
        order.events.create(actor=actor, kind=kind, params=params or {})
    return order
