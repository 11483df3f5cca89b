"""Telling the merchant: the whole order is POSTed to the callback address given with it, once, never again.

mypromo's API document names no retry, no signature and no event id, so there are none.
"""

import base64
import http.client
import random
import re
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from backoffice.sandbox.clock import iso
from backoffice.sandbox.mypromo.order_store import Order, OrderStore
from backoffice.sandbox.mypromo.order_views import by_id
from backoffice.sandbox.mypromo.outgoing import send
from backoffice.sandbox.options import Options
from backoffice.sandbox.wire import JSON_TYPE, dumps

_HEADER_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)")
_KEPT = 20_000


class UnsupportedAuth(ValueError):
    """An auth object the sandbox cannot use."""


def auth_headers(auth: dict[str, Any] | None) -> dict[str, str]:
    """Return the headers an auth object asks for. Raises UnsupportedAuth for oauth1 and oauth2.

    A header string that reads `Name: value` is that header; `Bearer: …` (the document's example) and any other
    text are the value of Authorization.
    """
    if not auth:
        return {}
    if "basic" in auth:
        pair = f"{auth['basic']['username']}:{auth['basic']['password']}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    if "header" not in auth:
        raise UnsupportedAuth("the sandbox cannot do OAuth towards a callback")
    line = _HEADER_LINE.fullmatch(auth["header"])
    if line and line[1].lower() != "bearer":
        return {line[1]: line[2]}
    return {"Authorization": auth["header"]}


class Callbacks:
    """Sends callbacks from a small pool of threads and remembers what was sent.

    `sent` holds dicts of at, order, kind, url, status (0: no answer), error and body (the JSON text).
    """

    def __init__(self, *, options: Options, store: OrderStore, seed: int = 0) -> None:
        self._options = options
        self._store = store
        self._random = random.Random(seed)
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sandbox-callback")
        self._held_back: list[tuple[Order, str, int | None, bytes]] = []
        self._under_way = 0
        self._changed = threading.Condition()
        self.sent: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self.dropped = 0

    def emit(self, order: Order, kind: str, *, shipment: int | None = None) -> None:
        """Send a callback about an order or one of its packages soon, as the options bend it."""
        if self._endpoint(order) is None:
            return
        job = (order, kind, shipment, self._body(order))
        with self._changed:
            if self._random.random() < self._options.callback_drop:
                self.dropped += 1
                return
            copies = 2 if self._random.random() < self._options.callback_double else 1
            batch = self._mixed([job] * copies)
        for ready in batch:
            self._start(ready)

    def send_now(self, order: Order, kind: str) -> None:
        """Send a callback and wait for its answer."""
        if self._endpoint(order) is not None:
            with self._changed:
                self._under_way += 1
            self._deliver(order, kind, None, self._body(order))

    def release(self) -> None:
        """Send what shuffling still holds back."""
        with self._changed:
            batch, self._held_back = self._held_back, []
            self._random.shuffle(batch)
        for job in batch:
            self._start(job)

    def wait(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is under way; False when that takes longer than `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way == 0, timeout)

    def stop(self) -> None:
        """Send nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _mixed(self, jobs: list[Any]) -> list[Any]:
        if not self._options.callback_shuffle:
            return jobs
        self._held_back += jobs
        if len(self._held_back) < self._options.callback_shuffle:
            return []
        batch, self._held_back = self._held_back, []
        self._random.shuffle(batch)
        return batch

    def _start(self, job: tuple[Order, str, int | None, bytes]) -> None:
        if self._options.callback_delay:
            self._store.clock.call_later(self._options.callback_delay, partial(self._submit, job))
        else:
            self._submit(job)

    def _submit(self, job: tuple[Order, str, int | None, bytes]) -> None:
        with self._changed:
            self._under_way += 1
        try:
            self._pool.submit(self._deliver, *job)
        except RuntimeError:  # stopped meanwhile
            self._done()

    def _deliver(self, order: Order, kind: str, shipment: int | None, body: bytes) -> None:
        status, error = 0, ""
        url, auth = self._endpoint(order) or ("", None)
        try:
            headers = {"Content-Type": JSON_TYPE, "Accept": JSON_TYPE, "User-Agent": "mypromo sandbox"}
            headers |= auth_headers(auth)
            status = send("POST", url, headers=headers, body=body, timeout=self._options.callback_timeout)
        except (OSError, http.client.HTTPException, ValueError) as failed:
            error = f"{type(failed).__name__}: {failed}"
        finally:
            self._note(order, kind, shipment, body, url=url, status=status, error=error)
            self._done()

    def _note(
        self, order: Order, kind: str, shipment: int | None, body: bytes, *, url: str, status: int, error: str
    ) -> None:
        at = iso(self._store.now())
        record = {"at": at, "order": order["id"], "kind": kind, "url": url, "status": status, "error": error}
        self.sent.append({**record, "body": body.decode()})
        what = f"order #{order['id']}" if shipment is None else f"package #{shipment}"
        self._store.tell(order, f"Callback for {what} sent. (HTTP {status})", touch=False)

    def _done(self) -> None:
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    def _endpoint(self, order: Order) -> tuple[str, dict[str, Any] | None] | None:
        if order["callback"]:
            return order["callback"]["url"], order["callback"].get("auth")
        if self._options.callback_url:
            return self._options.callback_url, self._options.callback_auth
        return None

    def _body(self, order: Order) -> bytes:
        with self._store.lock:
            return dumps(by_id(order))
