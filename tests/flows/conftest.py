"""The whole way of an order between our engine and the sandbox, over real HTTP, with the clock moved by hand."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone
from pytest_django import Settings

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.callbacks import store_callback, work_due_callbacks
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.vendors.abilities import CallsUs
from backoffice.vendors.base import CallbackRequest
from backoffice.vendors.registry import vendor_type
from orders.models import Order
from orders.services.lifecycle import release_order
from tests.orders.rows import make_order

SECRET = "a long secret for callbacks"
PATIENCE_SECONDS = 20


class Postbox:
    """Stands where mypromo's callbacks arrive: keeps each until the test lets it in."""

    def __init__(self) -> None:
        self.waiting: list[CallbackRequest] = []
        postbox = self

        class Slot(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                postbox.waiting.append(CallbackRequest(topic="orders", headers=headers, body=body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing: the test shows what matters."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Slot)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def settle(self) -> None:
        """Wait until no more come: the sandbox sends from threads of its own."""
        count = -1
        while count != len(self.waiting):
            count = len(self.waiting)
            time.sleep(0.15)

    def settle_after_the_first(self) -> None:
        """Wait for one to come, then until no more do."""
        deadline = time.monotonic() + 10
        while not self.waiting and time.monotonic() < deadline:
            time.sleep(0.02)
        self.settle()

    def let_in(self, requests: list[CallbackRequest] | None = None) -> None:
        """Store what has arrived, as the view does, and work it off."""
        if requests is None:
            requests, self.waiting = self.waiting, []
        for request in requests:
            assert vendor_type("mypromo", CallsUs).verify_callback(request)
            store_callback("mypromo", request, source_ip="127.0.0.1")
        while work_due_callbacks():
            pass


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox()
    yield box
    box.close()


@pytest.fixture
def sandbox(settings: Settings, postbox: Postbox, db: None) -> Iterator[Sandbox]:
    """Run a mypromo whose time stands still, with settings that make waiting short."""
    with running_sandbox(manual_clock=True, rate_limit=0, late_every=0) as sandbox:
        settings.MYPROMO_URL = sandbox.url
        settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "sandbox-merchant-secret"
        settings.MYPROMO_CALLBACK_SECRET = SECRET
        settings.MYPROMO_SANDBOX = True
        settings.MYPROMO_REQUESTS_PER_MINUTE = 60_000
        settings.PUBLIC_URL = postbox.url
        settings.VENDOR_READ_TIMEOUT = 0.3
        settings.PUSH_SETTLE_SECONDS = 0.2
        settings.PUSH_RETRY_BACKOFF = [0.01]
        yield sandbox


@pytest.fixture
def work() -> Callable[[], None]:
    return work_off


def work_off(*, patience: float = PATIENCE_SECONDS) -> None:
    """Deliver every push as soon as it is due, as the workers do, until none is open. `patience` is in seconds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        waiting = Push.objects.filter(state__in=[PushState.NEW, PushState.UNKNOWN])
        if not waiting.exists():
            return
        for push_id in waiting.filter(next_at__lte=timezone.now()).order_by("pk").values_list("pk", flat=True):
            deliver(push_id)
        time.sleep(0.005)
    raise AssertionError(f"Still open: {list(Push.objects.open().values('kind', 'state', 'step', 'cause'))}")


@pytest.fixture
def place(sandbox: Sandbox, work: Callable[[], None]) -> Callable[..., Order]:
    """Make an order, release it and have it placed at the sandbox."""

    def placed(*lines: dict[str, object], **changes: object) -> Order:
        order = release_order(make_order(*lines, **changes), actor="tester")
        work()
        order.refresh_from_db()
        return order

    return placed
