"""Stores as settings name them, and one that fails as it is told to."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.conf import LazySettings

from backoffice.files.stores.base import StoreAway
from backoffice.files.stores.local import LocalStore

KEYS = {"access_key": "an-access-key", "secret_key": "a-secret-key"}
# Nothing listens there.
NOWHERE = "http://127.0.0.1:9"


def use_bucket(settings: LazySettings, *, endpoint: str, bucket: str = "orders", **options: Any) -> None:
    """Keep files there from now on, as FILES_S3_BUCKET and its like say."""
    usual = {
        "bucket_name": bucket, "endpoint_url": endpoint, "region_name": "us-east-1", "location": "back/office",
        "addressing_style": "path", "timeout": 5, "tries": 1, **KEYS,
    }  # fmt: skip
    s3 = {"BACKEND": "backoffice.files.stores.s3.S3Store", "OPTIONS": usual | options}
    settings.STORAGES = settings.STORAGES | {"default": s3, "s3": s3}
    settings.FILES_STORE, settings.FILES_S3_BUCKET = "s3", bucket


class UndeletingStore(LocalStore):
    """A folder whose files may not be deleted, as in a bucket without s3:DeleteObject."""

    def delete(self, name: str) -> None:
        raise StoreAway("Our key is not allowed to delete.", remedy="Allow it s3:DeleteObject.")


def refuse_deletions(settings: LazySettings, *, refused: bool = True) -> None:
    """Keep files in a folder that refuses every deletion, or no longer does."""
    name = "tests.files.buckets.UndeletingStore" if refused else "backoffice.files.stores.local.LocalStore"
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": name}}


class FaultyStore:
    """Answers each request with the next of `answers`: (status, headers, body), and breaks off where a body is short of
    its Content-Length.
    """

    def __init__(self) -> None:
        self.url = ""
        self.answers: deque[tuple[int, dict[str, str], bytes]] = deque()
        self.repeats = False
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    def refuse(self, code: str, *, status: int = 403) -> None:
        """Answer with an error of the protocol."""
        body = f"<Error><Code>{code}</Code><Message>It said so.</Message></Error>".encode()
        self.answers.append((status, {"Content-Length": str(len(body))}, body))


@contextmanager
def faulty_store() -> Iterator[FaultyStore]:
    """Listen on loopback while the block lasts."""
    store = FaultyStore()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            store.asked.append((self.command, self.path, dict(self.headers)))
            status, headers, body = store.answers[0] if store.repeats else store.answers.popleft()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.close_connection = True

        do_GET = do_PUT = do_HEAD = do_DELETE = answer

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    store.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
