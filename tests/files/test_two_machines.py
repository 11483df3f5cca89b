"""Two machines that share PostgreSQL, Redis and a bucket, and no disk: each a web server and a worker, all real
processes. What one takes in the other reads, and either goes on where the other began.
"""

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from backoffice.engine.services.sweep import sweep
from backoffice.sandbox import Sandbox, running_sandbox
from catalog.models import TableImport, TableImportState
from fulfillment.models import Carrier, Label, ProductionOrder
from fulfillment.services.labels import fetch_label
from fulfillment.services.production_pulling import ProductionPull
from orders.models import HoldReason, Order, ShopFile, VendorOrder
from orders.services.files.store import link_file
from tests.faults.conftest import environment_for, free_port
from tests.faults.storefront import open_shop
from tests.faults.system import System, wait_until
from tests.files.buckets import KEYS
from tests.orders.pdfs import make_pdf

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("s3")]
PDF, SKU = make_pdf((100, 50)), "TPD123LD02LAXALOP"
# Numbers of the orders that both workers send, and of the one that the second sends alone.
TOGETHER, LAST = range(2, 10), 10
UNREAD = (TableImportState.WAITING, TableImportState.READING)
FULFILLER = {"MYPROMO_FULFILLER_CLIENT_ID": "2", "MYPROMO_FULFILLER_CLIENT_SECRET": "sandbox-fulfiller-secret"}


class Machine(System):
    """One of several: its own folders, its own port."""

    def begin_web(self) -> None:
        bind = ["--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--threads", "2"]
        self.start("web", sys.executable, "-m", "gunicorn", "backoffice.wsgi", *bind, "--log-level", "error")

    def begin_worker(self) -> None:
        quiet = ["--loglevel", "INFO", "--without-gossip", "--without-mingle", "--pool", "solo"]
        self._start_celery("worker", "worker", *quiet, "-n", f"{self.folder.name}@%h")

    def is_ready(self) -> bool:
        """Return whether all that was begun is up."""
        web = not self.has("web") or self._web_answers()
        return web and (not self.has("worker") or self.is_consuming("worker"))

    def tasks_taken(self) -> int:
        """Return how many tasks its worker has taken until now."""
        return (self.folder / "worker.log").read_text(errors="replace").count("] received")

    def has(self, name: str) -> bool:
        return name in self._running

    def post(self, path: str, *, key: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {key}", **more.pop("headers", {})}
        answer = requests.post(f"{self.url}/api/v1/{path}", headers=headers, timeout=20, **more)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def fetch(self, address: str, **more: Any) -> requests.Response:
        return requests.get(f"{self.url}{urlsplit(address).path}", timeout=20, **more)


@pytest.fixture
def sandbox(settings: Settings, transactional_db: None) -> Iterator[Sandbox]:
    with running_sandbox(manual_clock=True, rate_limit=0, late_every=0, fetch_files=False) as sandbox:
        settings.MYPROMO_URL = sandbox.url
        settings.MYPROMO_CALLBACK_SECRET = "a callback secret of thirty-two characters"
        for name, value in FULFILLER.items():
            setattr(settings, name, value)
        yield sandbox


def environment(store: str, *, server: str, bucket: str) -> dict[str, str]:
    if store == "local":
        return {"FILES_STORE": "local"}
    return {
        "FILES_S3_BUCKET": bucket,
        "FILES_S3_ENDPOINT": server,
        "FILES_S3_REGION": "us-east-1",
        "FILES_S3_ACCESS_KEY": KEYS["access_key"],
        "FILES_S3_SECRET_KEY": KEYS["secret_key"],
        "FILES_S3_PATH_STYLE": "1",
    }


@pytest.fixture
def machines(
    request: pytest.FixtureRequest, sandbox: Sandbox, s3_server: str, bucket: str, tmp_path: Path
) -> Iterator[list[Machine]]:
    made = []
    for name in ("one", "two"):
        folder, port = tmp_path / name, free_port()
        folder.mkdir()
        own = {"VAR_DIR": str(folder), "EPOCH_DIR": str(folder / "epoch"), "CHECK_PRINT_FILES": "1"}
        places = environment(request.param, server=s3_server, bucket=bucket)
        made.append(Machine(environment_for(sandbox, port=port) | FULFILLER | own | places, folder=folder, port=port))
    yield made
    for machine in made:
        for name in ("web", "worker"):
            if machine.has(name):
                machine.kill_group(name)  # nothing that they would still finish is asked for
        machine.stop()
    connection.close()


def wait_for(condition: Any, *, what: str, machines: list[Machine]) -> None:
    def looked() -> bool:
        sweep()
        return bool(condition())

    try:
        wait_until(looked, seconds=60, what=what, every=0.2)
    except AssertionError as error:
        logs = "\n".join(one.log(name) for one in machines for name in ("web", "worker") if one.has(name))
        raise AssertionError(f"{error}\n{logs}") from None


def order_of(file: str, *, number: int) -> dict[str, Any]:
    return {
        "reference": f"SHOP-{number}", "placed_at": "2026-11-20T10:30:00Z", "currency": "EUR", "total": "6.45",
        "customer": {"email": "jana@example.com", "firstname": "Jana", "lastname": "Größer"},
        "recipient": {
            "firstname": "Jana", "lastname": "Größer", "street": f"Hauptstraße {number}", "zip": "10115",
            "city": "Berlin", "country_code": "DE",
        },
        "lines": [{
            "reference": "1", "sku": SKU, "quantity": 5, "unit_price": "1.29",
            "files": [{"file_id": file, "type": "front"}],
        }],
    }  # fmt: skip


def place(machine: Machine, *, key: str, file: str, number: int) -> None:
    headers = {"Idempotency-Key": f"key-{number}"}
    machine.post("orders/", key=key, json=order_of(file, number=number), headers=headers)


def signed_in() -> dict[str, str]:
    client = Client()
    client.force_login(User.objects.create_superuser("anna"))
    return {"sessionid": client.cookies["sessionid"].value, "csrftoken": "a" * 32}


def supplied_label(sandbox: Sandbox) -> Label:
    Carrier.objects.bulk_create(Carrier(key=key, name=key) for key in ("ups", "dhl", "gls"))
    (key,) = sandbox.mypromo.examples.make(1, kind="label")
    assert not ProductionPull("mypromo-fulfiller").run().stopped
    return ProductionOrder.objects.get(vendor_id=str(key)).labels.get()


def sent(number: int) -> bool:
    return VendorOrder.objects.filter(order__reference=f"SHOP-{number}", state="submitted").exists()


def send_together(machines: list[Machine], *, key: str, file: str) -> None:
    """Have some orders sent while both workers run, and both do some of it."""
    wait_for(lambda: all(machine.is_ready() for machine in machines), what="both are up", machines=machines)
    before = [machine.tasks_taken() for machine in machines]
    for number in TOGETHER:
        place(machines[number % 2], key=key, file=file, number=number)

    def both_worked() -> bool:
        return all(machine.tasks_taken() > taken for machine, taken in zip(machines, before, strict=True))

    wait_for(lambda: all(map(sent, TOGETHER)) and both_worked(), what="both sent them together", machines=machines)


def upload_table(machine: Machine, *, cookies: dict[str, str]) -> None:
    table = io.StringIO()
    csv.writer(table).writerows([["sku", "stock"], ["NOBODY", 1]])
    form = {"kind": "stock", "blanks": "keep", "csrfmiddlewaretoken": cookies["csrftoken"]}
    upload = reverse("admin:catalog_tableimport_upload")
    answer = requests.post(
        f"{machine.url}{upload}", data=form, files={"file": ("stock.csv", table.getvalue())}, cookies=cookies,
        allow_redirects=False, timeout=20,
    )  # fmt: skip
    assert answer.status_code == 302


@pytest.mark.parametrize("machines", ["s3"], indirect=True)
def test_what_one_machine_takes_in_the_other_reads_and_either_goes_on(
    machines: list[Machine], sandbox: Sandbox
) -> None:
    one, two = machines
    key, cookies, label = open_shop(), signed_in(), supplied_label(sandbox)
    for machine in machines:
        machine.begin_web()
    one.begin_worker()
    wait_for(lambda: all(machine.is_ready() for machine in machines), what="all are up", machines=machines)

    file = one.post("files/", key=key, data=PDF, headers={"Content-Type": "application/pdf"})["id"]
    assert two.fetch(link_file(file)).content == PDF
    fetch_label(label, actor="anna", dispatch_on=timezone.localdate())
    place(two, key=key, file=file, number=1)
    wait_for(lambda: sent(1) and Label.objects.get().is_kept, what="the first worker did both", machines=machines)
    document = reverse("admin:fulfillment_productionorder_document", args=["label", label.pk])
    printed = two.fetch(document, cookies=cookies)
    assert (printed.status_code, printed.content[:5]) == (200, b"%PDF-")

    two.begin_worker()
    send_together(machines, key=key, file=file)
    one.kill_group("worker")
    place(one, key=key, file=file, number=LAST)
    upload_table(one, cookies=cookies)
    wait_for(
        lambda: sent(LAST) and TableImport.objects.exclude(state__in=UNREAD).exists(),
        what="the second worker did both", machines=machines,
    )  # fmt: skip
    numbers = Order.objects.values_list("number", flat=True)
    # The sandbox made one more itself, for the label.
    made = Counter(order["reference"] for order in sandbox.ledger.physical_orders() if order["reference"] in numbers)
    assert (len(made), set(made.values())) == (LAST, {1})
    assert ShopFile.objects.count() == 1
    assert not any(path.is_file() for machine in machines for path in (machine.folder / "media").rglob("*"))


@pytest.mark.parametrize("machines", ["local"], indirect=True)
def test_with_a_disk_of_its_own_the_other_finds_nothing(machines: list[Machine], sandbox: Sandbox) -> None:
    """The control."""
    one, two = machines
    key = open_shop()
    one.begin_web()
    two.begin_worker()
    wait_for(lambda: all(machine.is_ready() for machine in machines), what="all are up", machines=machines)
    file = one.post("files/", key=key, data=PDF, headers={"Content-Type": "application/pdf"})["id"]
    assert one.fetch(link_file(file)).status_code == 200
    place(one, key=key, file=file, number=1)
    held = Order.objects.filter(holds__reason=HoldReason.BAD_FILE)
    wait_for(held.exists, what="the order is held for a file that is not there", machines=machines)
    assert not sent(1)
