"""The catalogue read whole by one storefront, page by page, and then what a day changed.

Goals: 20,000 variants with their tiers and stocks in less than 60 s, the changes of a day in one request.
"""

import gzip
import http.client
import json
import time
from typing import Any

VARIANTS = 20_000
CHANGED = 400
PATH = "/api/v1/catalog/variants/"
START = "1970-01-01T00:00:00Z"


def main() -> None:
    """Measure both in turn and print them."""
    from benchmarks.catalog_pages import make_pages
    from benchmarks.catalog_sync import _sync
    from benchmarks.database import own_database
    from benchmarks.load import gunicorn

    with own_database("catalog_feed") as url:
        _sync(make_pages(VARIANTS))
        env = {"DATABASE_URL": url, "LOG_LEVEL": "ERROR", "API_REQUESTS_PER_KEY": "1000000/min"}
        headers = {"Authorization": f"Bearer {_make_key()}"}
        with gunicorn("backoffice.wsgi", env=env) as port:
            for packed in (False, True):
                client = _Client(port, headers | ({"Accept-Encoding": "gzip"} if packed else {}))
                begin = time.perf_counter()
                resume_at = _read_whole(client)
                seconds = time.perf_counter() - begin
                name = "gzip" if packed else "plain"
                print(
                    f"{name:5} {seconds:5.1f} s for {VARIANTS:,} variants in {client.requests} pages"
                    f" (goal: less than 60 s), {client.received / 1e6:.1f} MB"
                )
            _change(CHANGED)
            _read_changes(client, resume_at)


def _make_key() -> str:
    from backoffice.accounts.models import ApiKey, Shop

    shop = Shop.objects.create(code="BENCH", name="Benchmark")
    _row, key = ApiKey.objects.create_key(name="benchmark", shop=shop)
    return str(key)


class _Client:
    """One storefront over one kept connection."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = headers
        self.requests = self.received = 0
        self.tag = ""

    def get(self, query: str, **headers: str) -> Any:
        """Return the page, None where it is still what the tag in the headers names."""
        self.connection.request("GET", PATH + query, headers=self.headers | headers)
        answer = self.connection.getresponse()
        body = answer.read()
        self.requests += 1
        self.received += len(body)
        self.tag = answer.headers["ETag"]
        if answer.status == 304:
            return None
        if answer.status != 200:
            raise SystemExit(f"{answer.status}: {body[:200]!r}")
        return json.loads(gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body)


def _read_whole(client: _Client) -> str:
    page = client.get(f"?updated_since={START}")
    skus = {row["sku"] for row in page["results"]}
    while page["next_cursor"]:
        page = client.get(f"?updated_since={START}&cursor={page['next_cursor']}")
        skus |= {row["sku"] for row in page["results"]}
    if len(skus) != VARIANTS:
        raise SystemExit(f"{len(skus)} variants of {VARIANTS}")
    return str(page["resume_at"])


def _change(count: int) -> None:
    """Make so many variants dearer, and let some more leave the catalogue."""
    from django.db import transaction
    from django.utils import timezone

    from catalog.models import PriceTier, Variant
    from catalog.services.revisions import next_revision, stamp_revision

    changed = list(Variant.objects.order_by("pk").values_list("pk", flat=True)[: count + 20])
    with transaction.atomic():
        stamp = next_revision()
        PriceTier.objects.filter(variant__in=changed).update(price="9.99")
        Variant.objects.filter(pk__in=changed[count:]).update(gone_at=timezone.now())
        stamp_revision(stamp, variants=changed)


def _read_changes(client: _Client, resume_at: str) -> None:
    query = f"?updated_since={resume_at}&page_size=1000"
    begin = time.perf_counter()
    page = client.get(query)
    seconds = time.perf_counter() - begin
    print(f"{len(page['results'])} changed and {len(page['removed'])} removed in one request: {seconds:.2f} s")
    if page["next"] or len(page["results"]) != CHANGED or len(page["removed"]) != 20:
        raise SystemExit("not the changes of the day in one request")
    begin = time.perf_counter()
    if client.get(query, **{"If-None-Match": client.tag}) is not None:
        raise SystemExit("the same again is no 304")
    print(f"the same once more, not modified: {time.perf_counter() - begin:.2f} s")


if __name__ == "__main__":
    main()
