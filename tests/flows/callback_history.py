"""What mypromo would have told of many orders: every body, in the order in which it would have been sent."""

import json
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from backoffice.sandbox import Sandbox
from backoffice.sandbox.mypromo.order_views import by_id
from backoffice.sandbox.wire import Request, dumps
from orders.models import Order, VendorOrder
from orders.services.placing.planning import plan_vendor_orders
from tests.orders.rows import FILE, make_order

# How orders go on their way; each SKU leads the sandbox's orders another way.
COURSES = (
    "TPD123LD02LAXALOP",
    "SANDBOX-TWO-PARCELS",
    "SANDBOX-SHORT",
    "SANDBOX-FINISH-FIRST",
    "SANDBOX-NO-FILE",
    "SANDBOX-STUCK",
    "SANDBOX-LATE",
    "SANDBOX-TRANSFER-ERROR",
)
STEP_SECONDS = 0.7


@dataclass(frozen=True)
class Told:
    """One body of a callback and the order it is about."""

    number: str
    body: bytes


def make_rows(count: int, *, first_vendor_id: int = 1) -> list[Order]:
    """Make released orders of two lines, each placed at mypromo under an id known beforehand."""
    orders = []
    for index in range(count):
        sku = COURSES[index % len(COURSES)]
        order = make_order({"sku": sku, "quantity": 10, "files": [FILE]}, {"quantity": 5}, state="released")
        [row] = plan_vendor_orders(order)
        # Made before the vendor says anything of it, also when the rows are made anew for the same history.
        made = timezone.now() - timedelta(days=1)
        VendorOrder.objects.filter(pk=row.pk).update(vendor_id=str(first_vendor_id + index), created_at=made)
        orders.append(order)
    return orders


def live_through(sandbox: Sandbox, orders: list[Order]) -> list[Told]:
    """Let mypromo make the orders, one begun after the other, until the last is begun: they end at different places.

    The sandbox's clock must be moved by hand, and its callbacks go nowhere.
    """
    token = _token(sandbox)
    told: list[Told] = []
    newest: dict[str, bytes] = {}
    for order in orders:
        vendor_id = _place(sandbox, order, token=token, told=told)
        newest[order.number] = b""
        _listen(sandbox, newest, told)
        sandbox.advance(STEP_SECONDS / 10)
        assert str(vendor_id) == order.vendor_orders.get().vendor_id
    for _ in range(6):
        sandbox.advance(STEP_SECONDS)
        _listen(sandbox, newest, told)
    return told


def _place(sandbox: Sandbox, order: Order, *, token: str, told: list[Told]) -> int:
    address = order.addresses.get()
    names = ("firstname", "lastname", "street", "zip", "city", "country_code")
    recipient = {name: getattr(address, name) for name in names}
    [row] = order.vendor_orders.all()
    draft = _ask(sandbox, "v1/orders", token=token, reference=row.reference, recipient=recipient)
    for line in row.lines.select_related("line"):
        _hear(sandbox, order.number, draft["id"], told)
        body = {"reference": line.reference, "sku": line.line.sku, "quantity": line.line.quantity}
        _ask(sandbox, f"v1/orders/{draft['id']}/items", token=token, files=line.line.files, **body)
    _hear(sandbox, order.number, draft["id"], told)
    _ask(sandbox, f"v1/orders/{draft['id']}/submit", token=token)
    return int(draft["id"])


def _listen(sandbox: Sandbox, newest: dict[str, bytes], told: list[Told]) -> None:
    """Note the orders that changed. That a callback was sent joins their history, as at mypromo, without a new time."""
    for held in list(sandbox.mypromo.store.held.values()):
        body = dumps(by_id(held))
        if newest.get(held["reference"]) != body:
            told.append(Told(held["reference"], body))
            sandbox.mypromo.store.tell(held, f"Callback for order #{held['id']} sent. (HTTP 200)", touch=False)
            newest[held["reference"]] = dumps(by_id(held))
            told.append(Told(held["reference"], newest[held["reference"]]))


def _hear(sandbox: Sandbox, number: str, vendor_id: int, told: list[Told]) -> None:
    told.append(Told(number, dumps(by_id(sandbox.mypromo.store.held[vendor_id]))))


def _token(sandbox: Sandbox) -> str:
    client = {"client_id": "1", "client_secret": "sandbox-merchant-secret", "grant_type": "client_credentials"}
    return str(_ask(sandbox, "oauth/token", token="", **client)["access_token"])


def _ask(sandbox: Sandbox, path: str, *, token: str, **body: object) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    content = json.dumps(body).encode() if body else b""
    answer = sandbox.mypromo.handle(Request(method="POST", path=path, headers=headers, body=content))
    assert answer.status in (200, 201), answer.body
    found: dict[str, object] = json.loads(answer.whole())
    return found
