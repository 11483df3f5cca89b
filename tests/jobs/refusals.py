"""Orders whose vendor has refused them, without any vendor."""

from django.db import transaction

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.handlers import handler_of
from backoffice.engine.services.pushes import close_push
from backoffice.vendors.errors import FieldError, VendorRejected
from orders.models import Order
from orders.services.lifecycle import release_order

TEXT = "The given data was invalid."


@transaction.atomic
def refuse(order: Order, *, field: str = "recipient.street", text: str = "Too long.") -> Order:
    """Return the order, released and refused by its vendor."""
    release_order(order, actor="test")
    push = Push.objects.get(kind="orders.place", subject_id=order.vendor_orders.get().pk)
    errors = (FieldError(field, text),)
    raw = [{"field": one.field, "text": one.text} for one in errors]
    close_push(push, PushState.FAILED, cause=TEXT, errors=raw, needs_attention=True)
    handler_of(push).rejected(push, VendorRejected(TEXT, errors=errors))
    order.refresh_from_db()
    return order
