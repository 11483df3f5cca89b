"""Somebody who never ordered: what another ordered for her, and what stands about her all around it."""

from dataclasses import replace

from django.utils import timezone

from backoffice.mail.models import Mail
from fulfillment.models import ProductionOrder
from orders.complaints.models import Complaint, ComplaintCause
from orders.models import Order, OrderDocument, StrayOrder
from tests.api.storefront import CARD, build_order
from tests.privacy.lives import OTTO, Life, World, _connect, _keep_around, _market, _produce, _rule, _write_about

OMA = Life(
    "Wilhelmine", "Urgroßtantner", "oma@tantner.example", "wu@tantner.example", "Tannenzäpfelweg 33", "+49 170 55667788"
)
# As an order of Otto's table names her.
IN_TABLE = replace(OMA, second_email=OTTO.email)


def give(world: World) -> Order:
    """Have Otto order for her, and all happen around it; return the order."""
    order = _order(world)
    for step in (_write_about, _market, _produce, _connect, _rule, _keep_around):
        step(OMA, world, order)
    ProductionOrder.objects.filter(vendor_id=f"P{order.pk}").update(shipper=OTTO.address)
    _complain(order)
    OrderDocument.objects.create(order=order, kind="label", url=f"https://x.example/{OMA.last}", tracking_code=OMA.last)
    StrayOrder.objects.create(
        vendor="mypromo", vendor_id=f"S{order.pk}", reference=f"{order.number}-9", shop=order.shop, number=order.number,
        vendor_state="submitted", state="dismissed", report={"recipient": OMA.address}, reason=OMA.name,
    )  # fmt: skip
    Mail.objects.create(
        kind="orders.shipped", subject_type="orders.order", subject_id=order.pk, recipient=OTTO.email, language="en",
        shop=order.shop, subject_line=f"Dear {OTTO.name}", text=f"It is on its way to {OMA.first} {OMA.last}",
        state="sent", created_by="system", params={"name": OTTO.name, "to": OMA.street}, finished_at=timezone.now(),
    )  # fmt: skip
    return order


def _order(world: World) -> Order:
    files = [{"url": f"https://files.example.com/{OMA.last}.pdf", "type": "front"}]
    line = {"reference": "1", "sku": CARD, "quantity": 100, "unit_price": "1.29", "files": files}
    lines = [line | {"custom_properties": {"engraving": OMA.name}}]
    customer = {"email": OTTO.email, "firstname": OTTO.first, "lastname": OTTO.last, "phone": OTTO.phone}
    body = build_order(
        reference=f"S-{OMA.first}", customer=customer, recipient=OMA.address, invoice_address=OTTO.address, lines=lines,
        gift_message=f"For {OMA.first} {OMA.last} from {OTTO.first}",
    )  # fmt: skip
    answer = world.storefront.place(body, key=f"key-{OMA.first}")
    assert answer.status_code == 201, answer.content
    return Order.objects.get(pk=answer.json()["id"])


def _complain(order: Order) -> None:
    now = timezone.now()
    Complaint.objects.create(
        order=order, vendor="mypromo", cause=ComplaintCause.values[0], text=f"{OMA.last} got nothing, {OTTO.name} said",
        opened_by="mara", deadline=now, ended_at=now, token="gift",
    )  # fmt: skip
