"""What the contract suite has to know of mypromo's two accounts."""

import base64
from collections.abc import Callable
from typing import Any

from django.conf import settings

from backoffice.sandbox import Sandbox
from backoffice.vendors.base import CallbackRequest
from backoffice.vendors.batch_messages import StockUpdate, SyncUpdate
from backoffice.vendors.messages import FileLink, LineToPlace, OrderToPlace, RemoteLineKind
from backoffice.vendors.responses import read_errors
from tests.vendors.contract.profile import Profile
from tests.vendors.mypromo.samples import FOLDER, address, sample

SECRETS = ("callback-secret-now", "callback-secret-before")
CLIENTS = ("sandbox-merchant-secret", "sandbox-fulfiller-secret")
EMPTY = "a 404 for a list is an empty one"
MERCHANT_DIFFERS = {
    **{
        (method, "404"): EMPTY
        for method in ("find_orders", "list_orders", "order_changes", "iter_products", "iter_market", "list_jobs")
    },
    ("read_job", "404"): "a job is not known for a while: it counts as queued",
}
SHARED = "both accounts may ask for it; only the other is asked by the product"
NOT_NEEDED = "one of their 42 routes; the lists have it all"
BESIDE = {
    **dict.fromkeys(("read_product", "read_country", "read_state", "read_carrier"), NOT_NEEDED),
    "callback_path_token": "what its addresses end in",
}
FULFILLER_DIFFERS = {
    **{
        (method, "404"): EMPTY
        for method in ("list_production_orders", "production_changes", "iter_products", "list_jobs")
    },
    ("read_job", "404"): MERCHANT_DIFFERS["read_job", "404"],
    **{
        (method, "redirect"): "a GET that writes is not fulfilled by another address: certainly not done"
        for method in ("request_generic_label", "download_label")
    },
}
LINE = LineToPlace(
    reference="1",
    kind=RemoteLineKind.FILES,
    quantity=100,
    sku="MP-F1-C0000003",
    files=(FileLink(url="https://files.example.com/a4.pdf", type="front"),),
)
SAMPLES = {"orders": "orders.get.200.json", "production": "production_orders.get.200.json", "jobs": "jobs.get.200.json"}


def settings_at(url: str) -> dict[str, Any]:
    return {
        "MYPROMO_URL": url,
        "MYPROMO_CLIENT_ID": "1",
        "MYPROMO_CLIENT_SECRET": CLIENTS[0],
        "MYPROMO_FULFILLER_CLIENT_ID": "2",
        "MYPROMO_FULFILLER_CLIENT_SECRET": CLIENTS[1],
        "MYPROMO_CALLBACK_SECRET": SECRETS[0],
        "MYPROMO_CALLBACK_SECRET_PREVIOUS": SECRETS[1],
        "MYPROMO_SANDBOX": True,
    }


def order(reference: str) -> OrderToPlace:
    return OrderToPlace(reference=reference, recipient=address(), lines=(LINE,))


def documented_errors() -> list[str | tuple[str, str]]:
    """Return the texts of all answers with an error in its document, those of its fields too, and of a failed job."""
    found: list[str | tuple[str, str]] = ["100 of 500 entries contain errors."]
    for file in sorted(FOLDER.glob("*.[45]??*.json")):
        message, errors = read_errors(file.read_bytes())
        found += [message, *((error.field, error.text) for error in errors)]
    return found


def callbacks(topic: str) -> list[CallbackRequest]:
    """Return callbacks in each of the shapes in which the secret may come back."""
    body = sample(SAMPLES[topic])
    basic = base64.b64encode(f"mypromo:{SECRETS[0]}".encode()).decode()
    headers = [
        {"authorization": f"Basic {basic}"},
        {"authorization": f"Bearer {SECRETS[1]}"},
        {"x-callback-secret": SECRETS[0]},
    ]
    return [CallbackRequest(topic=topic, headers=given, body=body) for given in headers]


def shorten_pages(sandbox: Sandbox, rows: int) -> None:
    sandbox.settings.change(page_cap=rows)


def fill_as_merchant(sandbox: Sandbox, vendor: Any) -> None:
    """Create orders and jobs."""
    for number in range(1, 5):
        vendor.create_order(order(f"WEB-{number}"))
        vendor.update_sync([SyncUpdate(sku=LINE.sku, available=True)])
    sandbox.advance(10)


def fill_as_fulfiller(sandbox: Sandbox, vendor: Any) -> None:
    """Create production orders and jobs."""
    sandbox.mypromo.examples.make(4)
    for _ in range(4):
        vendor.update_stock_fulfiller([StockUpdate(sku=LINE.sku, available=True)])
    sandbox.advance(10)


def profile(
    fill: Callable[[Sandbox, Any], None], *, beside: dict[str, str], differs: dict[tuple[str, str], str]
) -> Profile:
    link: Callable[[], str] = lambda: settings.MYPROMO_URL + "v1/files/1"  # noqa: E731
    return Profile(
        settings=settings_at,
        secrets=[*SECRETS, *CLIENTS],
        app="mypromo",
        url=lambda sandbox: sandbox.url,
        documented_503=True,
        documented_403=True,
        documented_errors=documented_errors(),
        link=link,
        order=order,
        line=LINE,
        shorten_pages=shorten_pages,
        empty_page='{"data": [], "links": {}, "meta": {}}',
        callbacks=callbacks,
        callbacks_name_their_topic=True,
        fill=fill,
        beside=BESIDE | beside,
        differs=differs,
    )


PROFILES = {
    "mypromo": profile(
        fill_as_merchant, beside={"download": SHARED, "download_label": SHARED}, differs=MERCHANT_DIFFERS
    ),
    "mypromo-fulfiller": profile(fill_as_fulfiller, beside={"read_preview": SHARED}, differs=FULFILLER_DIFFERS),
}
