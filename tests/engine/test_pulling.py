"""The cursor of a list of changes: it moves when a pass is complete, and passes nothing over."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from backoffice.accounts.models import Shop
from backoffice.engine.models import Drift, PullCursor
from backoffice.engine.models.pull import PullKind
from backoffice.engine.services import pulling
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.pulling import OVERLAP, forget_old_drift, note_drift, read_on
from backoffice.vendors.change_pages import ChangePage
from backoffice.vendors.errors import VendorUnavailable

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=1)


class Vendor:
    """A list in pages of two, whose clock may differ from ours; may stop answering at a page."""

    def __init__(self, *, ahead: timedelta = timedelta(0)) -> None:
        self.ahead = ahead
        self.changes: list[tuple[str, datetime]] = []
        self.asked: list[tuple[datetime, str]] = []
        self.stops_at = ""

    def change(self, name: str) -> None:
        self.changes.append((name, database_now() + self.ahead))

    def pages(self, since: datetime, position: str) -> Iterator[ChangePage[Any]]:
        self.asked.append((since, position))
        rows = [report(name, at) for name, at in self.changes if at >= since]
        for start in range(int(position or 0), max(len(rows), 1), 2):
            if self.stops_at == str(start):
                raise VendorUnavailable("gone")
            after = start + 2
            yield ChangePage(tuple(rows[start:after]), str(after) if after < len(rows) else "")


def report(name: str, at: datetime) -> Any:
    return SimpleNamespace(
        vendor_id=name, reference=name, raw_state="PROCESSING", version=SimpleNamespace(updated_at=at)
    )


def read(vendor: Vendor, *, seconds: float | None = None) -> list[str]:
    found: list[str] = []
    read_on(
        "toy",
        PullKind.ORDERS,
        first=database_now() - LONG_AGO,
        pages=vendor.pages,
        apply=lambda one: found.append(one.reference),
        seconds=seconds,
    )
    return found


def cursor() -> PullCursor:
    return PullCursor.objects.get()


def age(moment: datetime) -> float:
    return (database_now() - moment).total_seconds()


@pytest.mark.parametrize("ahead", [-3600, 0, 3600])
def test_the_cursor_moves_to_the_newest_change_whatever_the_vendors_clock_says(ahead: int) -> None:
    vendor = Vendor(ahead=timedelta(seconds=ahead))
    vendor.change("A")
    assert read(vendor) == ["A"]
    assert age(cursor().since) == pytest.approx(max(-ahead, 0), abs=2)
    vendor.change("B")
    assert "B" in read(vendor)
    assert vendor.asked[1][0] == pytest.approx(cursor().since - OVERLAP, abs=timedelta(seconds=2))


def test_a_vendor_that_stops_answering_is_gone_on_with_at_the_same_page() -> None:
    vendor = Vendor()
    for name in "ABCDE":
        vendor.change(name)
    vendor.stops_at = "4"
    before = database_now() - LONG_AGO
    with pytest.raises(VendorUnavailable):
        read(vendor)
    assert (cursor().position, cursor().finished_at) == ("4", None)
    assert cursor().since == pytest.approx(before, abs=timedelta(seconds=2)), "nothing is passed over"
    vendor.stops_at = ""
    assert read(vendor) == ["E"]
    assert (cursor().position, age(cursor().since) < 60) == ("", True)


def test_a_run_out_of_time_is_gone_on_with_and_what_changed_meanwhile_comes_next() -> None:
    vendor = Vendor()
    for name in "ABC":
        vendor.change(name)
    assert read(vendor, seconds=0) == ["A", "B"]
    # The first row changes while the pass is interrupted, behind its back.
    vendor.changes[0] = ("A again", database_now())
    assert read(vendor, seconds=0) == ["C"]
    assert "A again" in read(vendor)


def test_a_fault_while_a_page_is_applied_reads_that_page_again() -> None:
    vendor = Vendor()
    for name in "ABC":
        vendor.change(name)

    def fail(one: Any) -> None:
        if one.reference == "C":
            raise RuntimeError("a fault of ours")

    first = database_now() - LONG_AGO
    with pytest.raises(RuntimeError):
        read_on("toy", PullKind.ORDERS, first=first, pages=vendor.pages, apply=fail, seconds=None)
    assert read(vendor) == ["C"]


def test_an_empty_list_moves_nothing_and_a_change_in_the_far_future_does_not_either() -> None:
    vendor = Vendor()
    assert read(vendor) == []
    assert age(cursor().since) > 86_000
    vendor.changes.append(("future", database_now() + timedelta(days=400)))
    read(vendor)
    assert age(cursor().since) < 60
    vendor.change("now")
    assert "now" in read(vendor)


def test_drift_is_noted_once_a_first_pass_is_complete_and_forgotten_after_a_month(shop: Shop) -> None:
    at = database_now() - timedelta(minutes=20)

    def note(changed_at: datetime) -> None:
        note_drift("toy", PullKind.ORDERS, report=report("A", changed_at), subject=shop)

    note(at)
    assert not Drift.objects.exists(), "at first everything is news"
    read(Vendor())
    note(database_now())
    assert not Drift.objects.exists(), "its webhook may still be on its way"
    note(at)
    row = Drift.objects.get()
    assert (row.vendor, row.reference, row.subject_id, row.changed_at) == ("toy", "A", shop.pk, at)
    assert forget_old_drift() == 0
    Drift.objects.update(found_at=database_now() - timedelta(days=pulling.DRIFT_DAYS, minutes=1))
    assert forget_old_drift() == 1
