"""One request to each address, and what came of it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from psycopg.pq import TransactionStatus

from tests.pages.addresses import PageAddress

# What the Content-Security-Policy would not run.
INLINE = re.compile(
    r"<script(?![^>]*\ssrc=)(?![^>]*type=.application/json)[^>]*>|<style|\son[a-z]+=[\"']|javascript:", re.IGNORECASE
)
# What only a browser that takes names for markup would run; descriptions may be bold.
LET_THROUGH = re.compile(r"<img src=x onerror|<script>window\.hostile")


@dataclass(frozen=True)
class Answer:
    """What an address answered, with the number of its queries."""

    name: str
    address: str
    status: int
    queries: int
    is_html: bool
    is_page: bool
    wrong: tuple[str, ...]


def ask(client: Client, addresses: Iterable[PageAddress]) -> Iterator[Answer]:
    """Ask each of them. Caches are empty before each: what they keep is no part of a page's cost."""
    for one in addresses:
        for kept in caches.all():
            kept.clear()
        # Django keeps the last 9,000 queries, and counts none beyond.
        connection.queries_log.clear()
        # A page that the database refuses must not spoil those after it.
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            response = client.get(one.address)
            is_refused = connection.connection.info.transaction_status == TransactionStatus.INERROR
            transaction.set_rollback(is_refused)
        is_html = response.get("Content-Type", "").startswith("text/html") and response.status_code == 200
        text = response.content.decode() if is_html else ""
        # 503: the vendor that a design lies at is not there.
        is_wrong = response.status_code >= 500 and response.status_code != 503
        wrong = [f"status {response.status_code}"] if is_wrong else []
        wrong += [f"transaction aborted by {_cause(response)}"] if is_refused else []
        wrong += [f"markup: {found[0]}" for found in LET_THROUGH.finditer(text)]
        wrong += [f"inline: {found[0]}" for found in INLINE.finditer(text)]
        wrong += missing_headers(response, for_one=is_for_one(one))
        wrong += ["meta refresh"] if 'http-equiv="refresh"' in text.lower() else []
        is_page = "</html>" in text
        yield Answer(one.name, one.address, response.status_code, len(queries), is_html, is_page, tuple(wrong))


def is_for_one(page: PageAddress) -> bool:
    """Return whether who asks may keep the answer for a while: a picture, or what a shop reads."""
    pictures = any(word in page.name for word in ("picture", "thumbnail", "photo", "preview"))
    return pictures or page.address.startswith("/api/")


# Header -> what it has to say on every address. A browser then neither frames a page, nor guesses a type, nor tells
# others where somebody was; pages of staff and answers to shops are for nobody in between.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "",
    "Permissions-Policy": "camera=",
    "X-Request-ID": "",
}


def missing_headers(response: Any, *, for_one: bool = False) -> list[str]:
    """Return what the headers of an answer lack."""
    wrong = [f"header {name}" for name, text in HEADERS.items() if name not in response or text not in response[name]]
    kept = response.get("Cache-Control", "")
    # Answers to shops, and pictures, may be kept by who asked, and compared before they are used again.
    if response.status_code == 200 and "no-store" not in kept and not (for_one and "private" in kept):
        wrong += [f"may be kept: {kept!r}"]
    if "Server" in response or "X-Powered-By" in response:
        wrong += ["says what it runs on"]
    return wrong


def _cause(response: Any) -> str:
    error = response.exc_info[1] if getattr(response, "exc_info", None) else None
    return (
        repr(error.__cause__ or error)
        if error
        else f"a query whose error the page kept to itself ({response.status_code})"
    )


def ask_once(client: Client, addresses: Iterable[PageAddress]) -> Iterator[Answer]:
    """Ask for the page of every row, but for what is done with rows and for lists only until one shows something."""
    shown = set()
    for one in addresses:
        place = one.name, one.address.partition("?")[2]
        if place in shown and not one.name.endswith("_change"):
            continue
        (answer,) = ask(client, [one])
        if answer.status == 200:
            shown.add(place)
        yield answer
