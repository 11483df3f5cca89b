"""Reading what changed since a moment from lists that know days only and come in an order that no document names."""

import json
import math
import random
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import Raw

from backoffice.vendors.mypromo.changes import read_changes

MIDNIGHT = datetime(2026, 11, 29, tzinfo=UTC)
PER_PAGE = 15
ORDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "newest change first": lambda row: (-row["at"], row["id"]),
    "oldest change first": lambda row: (row["at"], row["id"]),
    "by number": lambda row: row["id"],
    "by number, newest first": lambda row: -row["id"],
}


class Vendor:
    """A list of orders, each changed at some second of one day; counts the pages that were asked for."""

    def __init__(self, *, number: int, order: str) -> None:
        chance = random.Random(1)
        self.rows = [{"id": n, "at": chance.uniform(0, 86_400)} for n in range(1, number + 1)]
        self.order = ORDERS[order]
        self.calls = 0
        # What happens while the list is read, after each page.
        self.meanwhile: Callable[[], None] = lambda: None

    def get(self, params: dict[str, str]) -> bytes:
        assert params["updated_from"] == "2026-11-29"
        self.calls += 1
        rows = sorted(self.rows, key=self.order)
        start = (int(params["page"]) - 1) * PER_PAGE
        body = {"data": rows[start : start + PER_PAGE], "meta": {"last_page": math.ceil(len(rows) / PER_PAGE)}}
        answer = json.dumps(body).encode()
        self.meanwhile()
        return answer

    def changed_since(self, moment: datetime) -> set[int]:
        return {row["id"] for row in self.rows if MIDNIGHT + timedelta(seconds=row["at"]) >= moment}


def readable(rows: Iterable[Raw]) -> Iterator[Any]:
    for raw in rows:
        row = json.loads(bytes(raw))
        version = SimpleNamespace(updated_at=MIDNIGHT + timedelta(seconds=row["at"]))
        yield SimpleNamespace(vendor_id=str(row["id"]), version=version)


def read(vendor: Vendor, *, since: datetime, pages: int | None = None, position: str = "") -> tuple[set[int], str]:
    """Return the numbers read, and where to go on: after so many pages, or at the end."""
    found: set[int] = set()
    last = ""
    changes = read_changes(vendor.get, readable, since=since, position=position, per_page=PER_PAGE)
    for count, page in enumerate(changes, 1):
        found |= {int(report.vendor_id) for report in page.reports}
        last = page.position
        if count == pages:
            break
    return found, last


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("number", [0, 1, 15, 16, 400])
def test_all_that_changed_is_read_in_whichever_order_it_comes(order: str, number: int) -> None:
    vendor = Vendor(number=number, order=order)
    since = MIDNIGHT + timedelta(hours=20)
    found, _ = read(vendor, since=since)
    assert found >= vendor.changed_since(since)


@pytest.mark.parametrize("order", ["newest change first", "oldest change first"])
def test_late_on_a_day_with_many_changes_only_the_new_ones_are_read(order: str) -> None:
    vendor = Vendor(number=6000, order=order)
    since = MIDNIGHT + timedelta(hours=23, minutes=50)
    found, _ = read(vendor, since=since)
    assert found >= vendor.changed_since(since)
    assert vendor.calls <= len(vendor.changed_since(since)) // PER_PAGE + 3


def test_a_list_by_number_is_read_whole_however_new_its_first_rows_are() -> None:
    """The latest orders stand first and changed last, so it looks as if newest changes came first: until an old one."""
    vendor = Vendor(number=100, order="by number, newest first")
    for row in vendor.rows:
        row["at"] = 60.0 * row["id"]
    vendor.rows[4]["at"] = 86_000.0
    found, _ = read(vendor, since=MIDNIGHT + timedelta(hours=1, minutes=30))
    assert 5 in found


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("pages", [1, 2, 7])
def test_reading_goes_on_at_the_page_where_it_was_interrupted(order: str, pages: int) -> None:
    vendor = Vendor(number=400, order=order)
    since = MIDNIGHT + timedelta(hours=18)
    position, found, runs = "", set[int](), 0
    while position or not runs:
        some, position = read(vendor, since=since, pages=pages, position=position)
        found |= some
        runs += 1
    assert found >= vendor.changed_since(since)
    assert vendor.calls <= 30


@pytest.mark.parametrize("order", ORDERS)
def test_what_changes_while_the_list_is_read_hides_nothing_that_had_changed_before(order: str) -> None:
    vendor = Vendor(number=600, order=order)
    since = MIDNIGHT + timedelta(hours=12)
    before = vendor.changed_since(since)
    chance = random.Random(2)

    def change_some() -> None:
        for row in chance.sample(vendor.rows, 3):
            row["at"] = 86_400.0 + vendor.calls

    vendor.meanwhile = change_some
    found, _ = read(vendor, since=since)
    unchanged = {row["id"] for row in vendor.rows if row["at"] < 86_400}
    assert found >= before & unchanged
