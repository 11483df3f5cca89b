"""Five shops with five accounts at mypromo, replayed over real HTTP by the sandbox: each client is an account there."""

import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.utils import timezone
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.sandbox.options import Client
from backoffice.vendor_accounts.models import VendorAccount
from backoffice.vendor_accounts.services.accounts import AccountValues, add_account
from orders.models import Order
from orders.services.lifecycle import release_order
from tests.orders.rows import make_order

CODES = ("ONE", "TWO", "THREE", "FOUR", "FIVE")
PATIENCE_SECONDS = 20


def client_of(code: str) -> Client:
    """Return the sandbox's client of the shop's account."""
    return Client(client_id=f"client-{code.lower()}", client_secret=f"secret-of-{code.lower()}")


@pytest.fixture
def running() -> Iterator[Sandbox]:
    clients = [Client(client_id="1", client_secret="sandbox-merchant-secret"), *map(client_of, CODES)]
    with running_sandbox(manual_clock=True, rate_limit=0, late_every=0) as sandbox:
        sandbox.settings.clients = clients
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox, settings: Settings, db: None) -> Sandbox:
    """Have the environment's account set up, and short waits."""
    settings.MYPROMO_URL = running.url
    settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "sandbox-merchant-secret"
    settings.MYPROMO_CALLBACK_SECRET = "the secret of the environment's account"
    settings.MYPROMO_SANDBOX = True
    settings.MYPROMO_REQUESTS_PER_MINUTE = 60_000
    settings.ALLOW_PRIVATE_FILE_HOSTS = True
    settings.PUSH_SETTLE_SECONDS = 0.2
    settings.PUSH_RETRY_BACKOFF = [0.01]
    return running


@pytest.fixture
def accounts(sandbox: Sandbox) -> dict[str, VendorAccount]:
    """Have a shop with an account of its own for each code."""
    return {code: open_account(code) for code in CODES}


def open_account(code: str, **changes: object) -> VendorAccount:
    shop = Shop.objects.create(code=code, name=f"Shop {code.lower()}")
    client = client_of(code)
    credentials = {"MYPROMO_CLIENT_ID": client.client_id, "MYPROMO_CLIENT_SECRET": client.client_secret}
    values = {"title": code.capitalize(), "shops": [shop], "requests_per_minute": 60_000.0, "credentials": credentials}
    return add_account("mypromo", AccountValues(**(values | changes)), actor="tester")  # type: ignore[arg-type]


def released(code: str, *, shop: Shop | None = None) -> Order:
    """Release an order of the shop; nothing has left yet."""
    order = make_order(shop=shop or Shop.objects.get(code=code))
    release_order(order, actor="tester", anyway=True)
    return order


def work(rows: Callable[[], Sequence[int]] | None = None) -> None:
    """Deliver what is due, until nothing is open but what waits for somebody."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        waiting = Push.objects.filter(state__in=[PushState.NEW, PushState.UNKNOWN])
        if not waiting.exists():
            return
        for pk in waiting.filter(next_at__lte=timezone.now()).order_by("pk").values_list("pk", flat=True):
            deliver(pk)
        time.sleep(0.005)
    raise AssertionError(f"Still open: {list(Push.objects.open().values('vendor', 'kind', 'state', 'cause'))}")
