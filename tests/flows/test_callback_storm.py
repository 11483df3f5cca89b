"""Callbacks in any order, repeated, forged, cut short, hostile: what we know at the end is what is true."""

import base64
import json
import random
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import requests
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from backoffice.engine.models import Callback, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.reported import Reported
from backoffice.engine.services.callbacks import replay_callbacks, work_due_callbacks
from backoffice.engine.services.reports import ReportApplication
from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.vendors.abilities import CallsSecretAddresses
from backoffice.vendors.registry import vendor_type
from fulfillment.models import Shipment, ShipmentLine
from orders.models import Order, OrderEvent, VendorOrder, VendorOrderLine
from orders.services.reports import applying
from tests.flows.callback_history import Told, live_through, make_rows

pytestmark = [pytest.mark.race, pytest.mark.xdist_group("storm"), pytest.mark.django_db(transaction=True)]

SECRET = "a callback secret of thirty-two characters"
# Orders, and the callbacks about them: few enough for every run, and as many as an hour brings for `make soak`.
STORMS = [(12, 250), pytest.param(200, 5000, marks=pytest.mark.soak)]
FEW = 16
SEED = 2_026
HOSTILE = (
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe\x00",
    b'{"id": NaN}',
    b'{"id": 1e999, "items": [], "recipient": {}}',
    b'{"id": ' + b"9" * 5000 + b', "items": [], "recipient": {}}',
    b'{"reference": "\\u0000"}',
    b'{"reference": "\\ud800", "items": [], "recipient": {}}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"production_order_items": [], "id": 1}',
    b'{"job_id": 5, "status": "SUCCESSS"}',
    b"<!doctype html><title>502</title>",
)


@pytest.fixture
def sandbox(settings: LazySettings) -> Iterator[Sandbox]:
    with running_sandbox(manual_clock=True, rate_limit=0, late_every=0) as sandbox:
        settings.MYPROMO_URL = sandbox.url
        settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "sandbox-merchant-secret"
        settings.MYPROMO_CALLBACK_SECRET = SECRET
        settings.MYPROMO_REQUESTS_PER_MINUTE = 10_000_000
        yield sandbox


@pytest.mark.parametrize(("orders", "callbacks"), STORMS)
def test_callbacks_in_any_order_end_where_the_same_in_order_end(
    sandbox: Sandbox, client: Client, live_server: Any, orders: int, callbacks: int
) -> None:
    chance = random.Random(SEED)
    told = live_through(sandbox, make_rows(orders))
    storm = stir(told, callbacks=callbacks, chance=chance)
    assert len(storm) == callbacks
    send_over_http(storm[:200], url=live_server.url)
    for body in storm[200:]:
        assert post(client, body).status_code == 200
    refuse_forged(client, told, chance=chance)

    work_off(threads=2)

    after_storm = facts()
    states = Counter(Callback.objects.values_list("state", flat=True))
    assert not {CallbackState.NEW, CallbackState.QUARANTINED} & set(states), states
    assert states[CallbackState.STALE] > 0
    assert sum(Callback.objects.values_list("seen", flat=True)) == callbacks

    before_replay = whole_tables()
    replay_callbacks(Callback.objects.all())
    work_off(threads=2)
    assert whole_tables() == before_replay

    start_over(orders=orders)
    for one in told:
        assert post(client, one.body).status_code == 200
    work_off(threads=1)
    assert facts() == after_storm


def test_if_the_last_arrival_won_most_orders_would_end_wrong(
    sandbox: Sandbox, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without comparing before setting, the same storm does harm."""
    told = live_through(sandbox, make_rows(FEW))
    for one in told:
        post(client, one.body)
    work_off(threads=1)
    in_order = facts()
    start_over(orders=FEW)
    bodies = [one.body for one in told]
    random.Random(SEED).shuffle(bodies)
    monkeypatch.setattr(Reported, "newest_version", None)
    monkeypatch.setattr(applying, "is_known", lambda report, vendor_order: False)
    monkeypatch.setattr(ReportApplication, "_moves_state", lambda application: True)

    for body in bodies:
        post(client, body)
    work_off(threads=1)

    wrong = [number for number, row in facts()["orders"].items() if row != in_order["orders"][number]]
    assert len(wrong) >= FEW / 2, f"{len(wrong)} of {FEW}"


def stir(told: list[Told], *, callbacks: int, chance: random.Random) -> list[bytes]:
    """Return every callback, filled up with what is cut short, hostile and, for 30 %, repeated; in any order."""
    bodies = [one.body for one in told]
    repeats = int(callbacks * 0.3)
    bad = [body[: chance.randrange(len(body))] for body in chance.sample(bodies, min(150, len(bodies) // 2))] + list(
        HOSTILE
    )
    strangers = [_of_a_stranger(body, number) for number, body in enumerate(chance.sample(bodies, 35))]
    storm = [*bodies, *bad, *strangers][: callbacks - repeats]
    storm += chance.choices(storm, k=callbacks - len(storm))
    chance.shuffle(storm)
    return storm


def _of_a_stranger(body: bytes, number: int) -> bytes:
    """Return an order that somebody placed in the vendor's own portal."""
    order = json.loads(body)
    return json.dumps(order | {"id": 10**6 + number, "reference": f"PORTAL-{number}"}).encode()


def headers(*, secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"mypromo:{secret}".encode()).decode()}


def address(*, token: str = "") -> str:
    return f"/callbacks/mypromo/orders/{token or vendor_type('mypromo', CallsSecretAddresses).callback_path_token()}/"


def post(client: Client, body: bytes, *, path: str = "", **more: Any) -> Any:
    return client.post(path or address(), body, content_type="application/json", headers=more.get("headers", headers()))


def send_over_http(bodies: Iterable[bytes], *, url: str) -> None:
    with requests.Session() as session:
        for body in bodies:
            answer = session.post(url + address(), body, headers=headers() | {"Content-Type": "application/json"})
            assert answer.status_code == 200


def refuse_forged(client: Client, told: list[Told], *, chance: random.Random) -> None:
    """Check that with a wrong secret, without one, or at a wrong address it is refused, and leaves nothing."""
    before = Callback.objects.count()
    for one in chance.sample(told, 100):
        forged = one.body.replace(b'"status":"PENDING"', b'"status":"FINISHED"') + b" "
        assert post(client, forged, headers=headers(secret=SECRET[:-1])).status_code == 401
        assert post(client, forged, headers={}).status_code == 401
        assert post(client, forged, path=address(token="0" * 32)).status_code == 401
    assert Callback.objects.count() == before


def work_off(*, threads: int) -> None:
    """Process callbacks until nothing is due now; orphans wait for their next time."""

    def work() -> None:
        try:
            while work_due_callbacks():
                pass
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def facts() -> dict[str, Any]:
    """Return what we believe of every order, by names that outlast our own ids; without the times of our own clock."""
    orders = Order.objects.values_list("number", "state", "production", "shipment", "late", "ship_by")
    return {
        "orders": {number: row for number, *row in orders},
        "vendor orders": set(
            VendorOrder.objects.values_list(
                "reference", "vendor_id", "state", "raw_state", "reported_at", "reported_history_id", "reported_rank",
                "shipping_earliest", "shipping_latest", "late",
            )
        ),
        "lines": set(
            VendorOrderLine.objects.values_list("vendor_order__reference", "reference", "vendor_id", "raw_state")
        ),
        "shipments": set(
            Shipment.objects.values_list(
                "vendor_order__reference", "vendor_id", "carrier", "tracking_code", "tracking_url", "raw_state",
                "delivered", "delivered_at", "late",
            )
        ),
        "shipped": set(ShipmentLine.objects.values_list("shipment__vendor_id", "line_vendor_id", "sku", "quantity")),
        "history": set(
            OrderEvent.objects.filter(kind="vendor.history").values_list("order__number", "source_key", "at")
        ),
    }  # fmt: skip


def whole_tables() -> dict[str, list[tuple[Any, ...]]]:
    """Return every column of every row of all that callbacks may change, but the callbacks' own bookkeeping."""
    tables = (Order, VendorOrder, VendorOrderLine, Shipment, ShipmentLine, OrderEvent, Push)
    found = {}
    for model in tables:
        names = [field.attname for field in model._meta.concrete_fields]
        found[model.__name__] = list(model._default_manager.order_by("pk").values_list(*names))
    return found


def start_over(*, orders: int) -> None:
    """Restore the orders as before any callback."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE engine_callback_by_month, engine_callbackkey, orders_order CASCADE")
    make_rows(orders)
