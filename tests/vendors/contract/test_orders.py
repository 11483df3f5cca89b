"""Orders at a vendor: drafted, submitted once, found again, followed to the parcel; and what may be ordered at all."""

import contextlib
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import pytest
from django.utils.module_loading import import_string
from pytest_django import Settings

from backoffice.sandbox import Sandbox
from backoffice.vendors import abilities
from backoffice.vendors.errors import VendorAmbiguous, VendorNotFound, VendorRejected, VendorUnavailable
from backoffice.vendors.messages import RANK, OrderReport, RemoteOrderState
from tests.vendors.connections import Outside
from tests.vendors.contract.profile import Profile
from tests.vendors.contract.registry import REGISTRY, each_with

SINCE = datetime.now(UTC).date() - timedelta(days=1)
# The sandbox is shared: no two tests use one reference.
_numbers = itertools.count(1)
drafting = each_with(abilities.TakesDraftOrders)
NOBODYS = "987654321"


@pytest.fixture
def reference() -> str:
    return f"CONTRACT-{next(_numbers)}"


@pytest.fixture
def ledger(sandbox: Sandbox, profile: Profile) -> Any:
    """Return what this vendor will make and charge for."""
    return sandbox.ledger if profile.app == "mypromo" else sandbox.others[profile.app].ledger


@pytest.fixture
def strike(sandbox: Sandbox, profile: Profile) -> Callable[..., Any]:
    """Do the next write of the vendor, and lose its answer."""
    return lambda kind="cut_after", **rule: sandbox.faults.add(kind, vendor=profile.app, **({"times": 1} | rule))


def draft(vendor: Any, profile: Profile, reference: str) -> OrderReport:
    """Return a draft with all its lines, however the vendor takes them."""
    order = profile.order(reference)
    made = vendor.create_order(order)
    held = {line.reference for line in made.lines}
    for line in order.lines:
        if line.reference not in held:
            vendor.add_line(made.vendor_id, line)
    return vendor.read_order(made.vendor_id)


def made(ledger: Any, reference: str) -> list[Any]:
    """Return what will be made and charged for under this reference."""
    return [order for order in ledger.physical_orders() if order["reference"] == reference]


def made_of(ledger: Any, reference: str) -> int:
    return len(made(ledger, reference))


def soon(reconcile: Callable[[], list[Any]], *, is_done: bool) -> bool:
    """Return whether there is one, as soon as the vendor has done it; or none, where it never will."""
    deadline = time.monotonic() + (5 if is_done else 0)
    while is_done and not reconcile() and time.monotonic() < deadline:
        time.sleep(0.05)
    return len(reconcile()) == is_done


@drafting
def test_a_draft_holds_what_was_agreed_and_costs_nothing(vendor, profile, reference, ledger) -> None:
    report = draft(vendor, profile, reference)
    agreed = profile.order(reference).lines
    assert (report.vendor, report.reference, report.state) == (profile.app, reference, RemoteOrderState.DRAFT)
    assert [(line.reference, line.sku, line.quantity) for line in report.lines] == [
        (line.reference, line.sku, line.quantity) for line in agreed
    ]
    assert all(line.vendor_id for line in report.lines)
    assert made_of(ledger, reference) == 0


@drafting
def test_a_draft_whose_answer_was_lost_is_found_by_its_reference(vendor, profile, reference, strike, ledger) -> None:
    assert vendor.find_orders(reference, since=SINCE) == []
    strike(method="POST", path="orders$")
    with pytest.raises(VendorAmbiguous):
        vendor.create_order(profile.order(reference))
    for trust_filter in (True, False):
        [found] = vendor.find_orders(reference, since=SINCE, trust_filter=trust_filter)
        assert (found.reference, found.state) == (reference, RemoteOrderState.DRAFT)
    assert made_of(ledger, reference) == 0


# What is struck, and whether the vendor has done the work.
MISHAPS: list[tuple[str, dict[str, Any], bool]] = [
    ("status", {"status": 500}, False),
    ("status_after", {"status": 500}, True),
    ("hang", {"seconds": 1}, False),
    ("hang_after", {"seconds": 1}, True),
    ("late", {"seconds": 0.4}, True),
    ("cut_before", {}, False),
    ("cut_after", {}, True),
    ("broken_json", {}, True),
    ("truncated", {}, True),
    ("slow_body", {"seconds": 4}, True),
    ("html", {}, True),
    ("empty", {}, True),
    ("too_many", {"retry_after": 3}, False),
    ("redirect", {"location": "http://127.0.0.1:1/"}, False),
    ("maintenance", {}, False),
]


@drafting
def test_no_fault_makes_done_work_look_undone(vendor, profile, reference, strike, settings: Settings) -> None:
    """Only what is certainly not done may be sent again without a look; whatever was done is found."""
    vendor.check()  # a token is at hand
    for kind, how, is_done in MISHAPS:
        settings.VENDOR_READ_TIMEOUT = 0.15
        rule = strike(kind, method="POST", path="orders$", **how)
        name = f"{reference}-{kind}"
        with pytest.raises((VendorAmbiguous, VendorUnavailable)) as raised:
            vendor.create_order(profile.order(name))
        assert rule.hits == 1
        assert not (is_done and isinstance(raised.value, VendorUnavailable)), kind
        settings.VENDOR_READ_TIMEOUT = 10
        # The vendor may commit after we gave up: what a settle time is for.
        assert soon(partial(vendor.find_orders, name, since=SINCE), is_done=is_done), kind


@drafting
def test_a_submission_whose_answer_was_lost_shows_in_the_order(vendor, profile, reference, strike, ledger) -> None:
    made = draft(vendor, profile, reference)
    strike(path=f"orders/{made.vendor_id}/")
    with pytest.raises(VendorAmbiguous):
        vendor.submit_order(made.vendor_id)
    assert RANK[vendor.read_order(made.vendor_id).state] >= RANK[RemoteOrderState.SUBMITTED]
    assert made_of(ledger, reference) == 1


@drafting
def test_a_submission_that_never_arrived_left_a_draft(vendor, profile, reference, strike, ledger) -> None:
    made = draft(vendor, profile, reference)
    strike("cut_before", path=f"orders/{made.vendor_id}/")
    with pytest.raises(VendorAmbiguous):
        vendor.submit_order(made.vendor_id)
    assert vendor.read_order(made.vendor_id).state == RemoteOrderState.DRAFT
    assert made_of(ledger, reference) == 0


@drafting
def test_the_same_order_sent_twice_makes_at_most_another_draft(vendor, profile, reference, ledger) -> None:
    made = [vendor.create_order(profile.order(reference)).vendor_id]
    with contextlib.suppress(VendorRejected):
        made.append(vendor.create_order(profile.order(reference)).vendor_id)
    assert sorted(one.vendor_id for one in vendor.find_orders(reference, since=SINCE)) == sorted(made)
    assert len(set(made)) == len(made)
    assert made_of(ledger, reference) == 0


@drafting
def test_submitting_twice_makes_one(vendor, profile, reference, ledger) -> None:
    made = draft(vendor, profile, reference)
    vendor.submit_order(made.vendor_id)
    with contextlib.suppress(VendorRejected):
        vendor.submit_order(made.vendor_id)
    assert made_of(ledger, reference) == 1


@drafting
def test_a_cancelled_draft_is_still_found_and_is_not_made(vendor, profile, reference, ledger) -> None:
    made = draft(vendor, profile, reference)
    assert vendor.cancel_order(made.vendor_id).state == RemoteOrderState.CANCELLED
    [found] = vendor.find_orders(reference, since=SINCE)
    assert found.state == RemoteOrderState.CANCELLED
    with pytest.raises(VendorRejected):
        vendor.submit_order(made.vendor_id)
    assert made_of(ledger, reference) == 0


@drafting
def test_an_order_is_followed_to_its_parcel_and_never_goes_back(sandbox, vendor, profile, reference) -> None:
    made = vendor.submit_order(draft(vendor, profile, reference).vendor_id)
    seen = [made]
    for _ in range(60):
        sandbox.advance(0.5)
        seen.append(vendor.read_order(made.vendor_id))
        if seen[-1].state == RemoteOrderState.IN_PRODUCTION and seen[-2].state != RemoteOrderState.IN_PRODUCTION:
            with pytest.raises(VendorRejected):
                vendor.cancel_order(made.vendor_id)
    assert seen[-1].state == RemoteOrderState.DONE
    assert {report.state for report in seen} >= {RemoteOrderState.IN_PRODUCTION}
    assert [report.version for report in seen] == sorted(report.version for report in seen)
    [parcel] = seen[-1].shipments
    assert parcel.tracking_code
    assert parcel.carrier == parcel.carrier.lower()
    assert [(line.reference, line.quantity) for line in parcel.lines] == [
        (line.reference, line.quantity) for line in profile.order(reference).lines
    ]


@drafting
def test_a_status_that_no_document_names_is_kept_and_unknown(vendor, profile, reference, strike) -> None:
    made = draft(vendor, profile, reference)
    word = f'"status": ?"{made.raw_state}"'
    strike("reworded", path=f"orders/{made.vendor_id}$", words={word: '"status":"Baking, ü"'})
    report = vendor.read_order(made.vendor_id)
    assert (report.state, report.raw_state) == (RemoteOrderState.UNKNOWN, "Baking, ü")


@drafting
def test_what_is_not_there_is_not_found(vendor, profile, reference) -> None:
    for call in (vendor.read_order, vendor.submit_order, vendor.cancel_order):
        with pytest.raises(VendorNotFound):
            call(NOBODYS)
    with pytest.raises(VendorNotFound):
        vendor.add_line(NOBODYS, profile.line)
    assert vendor.find_orders(reference, since=SINCE) == []


@drafting
def test_changes_can_be_read_on_from_every_page(sandbox, vendor, profile, reference) -> None:
    """From the place of any page on come those that the pages behind it have."""
    made = {draft(vendor, profile, f"{reference}-{number}").vendor_id for number in range(5)}
    profile.shorten_pages(sandbox, 2)
    since = sandbox.clock.now() - timedelta(hours=1)
    pages = list(vendor.order_changes(since=since))
    assert made <= {report.vendor_id for page in pages for report in page.reports}
    assert [bool(page.position) for page in pages] == [True] * (len(pages) - 1) + [False]
    for number, page in list(enumerate(pages))[:-1][-3:]:
        rest = {report.vendor_id for other in pages[number + 1 :] for report in other.reports}
        again = vendor.order_changes(since=since, position=page.position)
        assert rest <= {report.vendor_id for other in again for report in other.reports}


@each_with(abilities.TakesOrders)
def test_limits_are_data_and_are_checked_before_anything_leaves(name: str, profile: Profile, reference: str) -> None:
    kind = import_string(REGISTRY[name])
    order = profile.order(reference)
    assert kind.check_order(order) == []
    assert 1 <= kind.MAX_LINES_WITH_DOCUMENTS <= kind.MAX_LINES
    assert {"street", "zip", "city", "country_code"} <= set(kind.ADDRESS_LIMITS)
    for field, (_least, most) in kind.ADDRESS_LIMITS.items():
        assert f"recipient.{field}" in complaints(kind, order, **{field: "x" * (most + 1)}), field
    for field in ("zip", "city", "country_code"):
        assert f"recipient.{field}" in complaints(kind, order, **{field: ""}), field


def complaints(kind: Any, order: Any, **changes: str) -> set[str]:
    """Return the fields of the recipient that have errors."""
    recipient = msgspec.structs.replace(order.recipient, **changes)
    return {error.field for error in kind.check_order(msgspec.structs.replace(order, recipient=recipient))}


@each_with(abilities.TakesOrdersAtOnce)
def test_an_order_in_one_call_is_made_each_time_and_its_outcome_is_never_guessed(
    vendor, profile, reference, strike, sandbox, ledger, settings: Settings
) -> None:
    profile.fill(sandbox, vendor)
    for kind, how, is_done in MISHAPS:
        settings.VENDOR_READ_TIMEOUT = 0.15
        strike(kind, **how)
        name = f"{reference}-{kind}"
        with pytest.raises((VendorAmbiguous, VendorUnavailable)) as raised:
            vendor.place_order(profile.order(name))
        assert not (is_done and isinstance(raised.value, VendorUnavailable)), kind
        assert soon(partial(made, ledger, name), is_done=is_done), kind
        settings.VENDOR_READ_TIMEOUT = 10
        assert vendor.place_order(profile.order(name)).vendor_id
        assert made_of(ledger, name) == 1 + is_done
    assert import_string(REGISTRY[vendor.name]).confirmation_seconds() >= 0


@drafting
def test_the_lines_of_an_exchange_show_no_secret(vendor, profile, reference, outside: Outside) -> None:
    draft(vendor, profile, reference)
    assert outside.exchanges
    for secret in profile.secrets:
        assert secret not in repr(outside.exchanges)
