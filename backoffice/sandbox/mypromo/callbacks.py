"""Telling merchants and fulfillers: the whole thing is POSTed to the callback address given, once, never again.

mypromo's API document names no retry, no signature and no event id, so there are none.
"""

import base64
import http.client
import random
import re
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from backoffice.sandbox.clock import iso
from backoffice.sandbox.mypromo.order_store import Order, OrderStore
from backoffice.sandbox.mypromo.order_views import by_id
from backoffice.sandbox.options import Options
from backoffice.sandbox.outgoing import send
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


@dataclass(slots=True, frozen=True, kw_only=True)
class Outgoing:
    """One callback: what it is about, the body as it was then, and what is to be noted about the answer."""

    kind: str  # order, package, job or production_order
    key: int  # of the order, job or production order
    url: str
    auth: dict[str, Any] | None
    body: bytes
    note: Callable[[int], None]


class Callbacks:
    """Sends callbacks from a small pool of threads and remembers what was sent.

    `sent` holds dicts of at, kind, the number (under `order`, `job` or `production_order`), url, status (0: no
    answer), error and body (the JSON text).
    """

    def __init__(self, *, options: Options, store: OrderStore, seed: int = 0) -> None:
        self._options = options
        self._store = store
        self._random = random.Random(seed)
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sandbox-callback")
        self._held_back: list[Outgoing] = []
        self._under_way = 0
        self._changed = threading.Condition()
        self.sent: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self.dropped = 0

    def emit(self, order: Order, kind: str, *, shipment: int | None = None) -> None:
        """Send a callback about an order or one of its packages soon, as the options bend it."""
        if (outgoing := self._about_order(order, kind, shipment=shipment)) is not None:
            self._emit(outgoing)

    def emit_job(self, key: int, view: dict[str, Any], callback: dict[str, Any] | None) -> None:
        """Send a callback about a job to the address its batch came with, if any."""
        if callback:
            data: dict[str, Any] = {"kind": "job", "key": key, "note": lambda status: None}
            self._emit(Outgoing(url=callback["url"], auth=callback.get("auth"), body=dumps(view), **data))

    def emit_production(self, key: int, view: dict[str, Any], *, note: Callable[[int], None]) -> None:
        """Send a callback about a production order to the address kept at the fulfiller, if any."""
        if url := self._options.fulfiller_callback_url:
            data: dict[str, Any] = {"kind": "production_order", "key": key, "note": note}
            self._emit(Outgoing(url=url, auth=self._options.fulfiller_callback_auth, body=dumps(view), **data))

    def send_now(self, order: Order, kind: str) -> None:
        """Send a callback about an order and wait for its answer."""
        if (outgoing := self._about_order(order, kind)) is not None:
            with self._changed:
                self._under_way += 1
            self._deliver(outgoing)

    def release(self) -> None:
        """Send what shuffling still holds back."""
        with self._changed:
            batch, self._held_back = self._held_back, []
            self._random.shuffle(batch)
        for outgoing in batch:
            self._start(outgoing)

    def wait(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is under way; False when that takes longer than `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way == 0, timeout)

    def stop(self) -> None:
        """Send nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _about_order(self, order: Order, kind: str, *, shipment: int | None = None) -> Outgoing | None:
        callback = order["callback"] or {"url": self._options.callback_url, "auth": self._options.callback_auth}
        if not callback["url"]:
            return None
        what = f"order #{order['id']}" if shipment is None else f"package #{shipment}"
        with self._store.lock:
            body = dumps(by_id(order))
        return Outgoing(
            kind=kind,
            key=order["id"],
            url=callback["url"],
            auth=callback.get("auth"),
            body=body,
            note=lambda status: self._store.tell(order, f"Callback for {what} sent. (HTTP {status})", touch=False),
        )

    def _emit(self, outgoing: Outgoing) -> None:
        with self._changed:
            if self._random.random() < self._options.callback_drop:
                self.dropped += 1
                return
            copies = 2 if self._random.random() < self._options.callback_double else 1
            batch = self._mixed([outgoing] * copies)
        for ready in batch:
            self._start(ready)

    def _mixed(self, batch: list[Outgoing]) -> list[Outgoing]:
        if not self._options.callback_shuffle:
            return batch
        self._held_back += batch
        if len(self._held_back) < self._options.callback_shuffle:
            return []
        batch, self._held_back = self._held_back, []
        self._random.shuffle(batch)
        return batch

    def _start(self, outgoing: Outgoing) -> None:
        if self._options.callback_delay:
            self._store.clock.call_later(self._options.callback_delay, partial(self._submit, outgoing))
        else:
            self._submit(outgoing)

    def _submit(self, outgoing: Outgoing) -> None:
        with self._changed:
            self._under_way += 1
        try:
            self._pool.submit(self._deliver, outgoing)
        except RuntimeError:  # stopped meanwhile
            self._done()

    def _deliver(self, outgoing: Outgoing) -> None:
        status, error = 0, ""
        try:
            headers = {"Content-Type": JSON_TYPE, "Accept": JSON_TYPE, "User-Agent": "mypromo sandbox"}
            headers |= auth_headers(outgoing.auth)
            timeout = self._options.callback_timeout
            status, _ = send("POST", outgoing.url, headers=headers, body=outgoing.body, timeout=timeout)
        except (OSError, http.client.HTTPException, ValueError) as failed:
            error = f"{type(failed).__name__}: {failed}"
        finally:
            self._record(outgoing, status=status, error=error)
            outgoing.note(status)
            self._done()

    def _record(self, outgoing: Outgoing, *, status: int, error: str) -> None:
        about = "order" if outgoing.kind == "package" else outgoing.kind
        data = {"at": iso(self._store.now()), "kind": outgoing.kind, about: outgoing.key, "url": outgoing.url}
        self.sent.append({**data, "status": status, "error": error, "body": outgoing.body.decode()})

    def _done(self) -> None:
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()
