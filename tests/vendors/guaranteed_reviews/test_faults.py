"""Telling orders to the sandbox while all goes wrong: nobody is invited twice, and nobody is forgotten."""

from collections import Counter
from typing import Any

import pytest

from backoffice.sandbox import Sandbox
from backoffice.vendors.errors import VendorAmbiguous, VendorAuthFailed, VendorUnavailable
from backoffice.vendors.export_messages import ExportResult, Unclear
from backoffice.vendors.guaranteed_reviews.adapter import GuaranteedReviews
from tests.vendors.guaranteed_reviews.told import order

DAYS = 86_400 * 11
ORDERS = [order(number) for number in range(1, 4)]


def invitations(sandbox: Sandbox) -> Counter[str]:
    sandbox.advance(DAYS)
    return Counter(event["id_order"] for event in sandbox.guaranteed_reviews.ledger.of_kind("invitation"))


def tell_as_the_engine_does(
    adapter: GuaranteedReviews, orders: list[Any], *, tries: int = 6
) -> dict[str, ExportResult]:
    """Send again after what is ambiguous or not available; one by one after what is unclear."""
    for _try in range(tries):
        try:
            told = adapter.export_orders(orders, group="WEB/de")
        except (VendorAmbiguous, VendorUnavailable):
            continue
        if isinstance(told, Unclear):
            assert len(orders) > 1
            each = [tell_as_the_engine_does(adapter, [one], tries=tries) for one in orders]
            return {key: verdict for verdicts in each for key, verdict in verdicts.items()}
        return {row.order_id: row.verdict for row in told}
    raise AssertionError("never told")


FAULTS = [
    {"kind": "cut_before"},
    {"kind": "cut_after"},
    {"kind": "status", "status": 500},
    {"kind": "status_after", "status": 500},
    {"kind": "status_after", "status": 502},
    {"kind": "hang", "seconds": 1},
    {"kind": "hang_after", "seconds": 1},
    {"kind": "too_many", "retry_after": 1},
    {"kind": "too_many"},
    {"kind": "broken_json"},
    {"kind": "truncated"},
    {"kind": "html"},
    {"kind": "empty"},
    {"kind": "redirect", "location": "http://127.0.0.1:1/"},
    {"kind": "maintenance"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(str(value) for value in fault.values()))
@pytest.mark.parametrize("encoding", ["form", "json"])
def test_each_customer_is_invited_once_whatever_happens(
    sandbox: Sandbox, adapter: GuaranteedReviews, settings: Any, fault: dict[str, Any], encoding: str
) -> None:
    settings.GUARANTEED_REVIEWS_ENCODING = encoding
    rule = sandbox.faults.add(**fault, vendor="guaranteed-reviews", times=2)
    verdicts = tell_as_the_engine_does(adapter, ORDERS)
    assert rule.hits == 2
    assert set(verdicts.values()) <= {ExportResult.TAKEN, ExportResult.KNOWN}
    assert invitations(sandbox) == {one.order_id: 1 for one in ORDERS}


def test_one_bad_order_blocks_no_other(sandbox: Sandbox, adapter: GuaranteedReviews) -> None:
    bad = order(9, email="")
    for skips in (False, True):
        sandbox.guaranteed_reviews.options.change(missing_skips_only=skips)
        verdicts = tell_as_the_engine_does(adapter, [*ORDERS, bad])
        assert verdicts.pop(bad.order_id) == ExportResult.REFUSED
        assert set(verdicts.values()) <= {ExportResult.TAKEN, ExportResult.KNOWN}
    assert invitations(sandbox) == {one.order_id: 1 for one in ORDERS}


def test_orders_that_are_known_in_part_are_found_out_one_by_one(sandbox: Sandbox, adapter: GuaranteedReviews) -> None:
    tell_as_the_engine_does(adapter, ORDERS[:1])
    assert isinstance(adapter.export_orders(ORDERS, group="WEB/de"), Unclear)
    assert set(tell_as_the_engine_does(adapter, ORDERS).values()) == {ExportResult.KNOWN}
    assert invitations(sandbox) == {one.order_id: 1 for one in ORDERS}


@pytest.mark.parametrize(
    "options",
    [
        {"numbers_as_text": True},
        {"partial_message": False},
        {"duplicate_status": 409},
        {"missing_status": 400, "problem_shape": "wordpress"},
        {"problem_shape": "wordpress", "problem_status_in_body": True},
        {"max_orders": 1},
    ],
)
def test_what_the_document_leaves_open_changes_nothing(
    sandbox: Sandbox, adapter: GuaranteedReviews, options: dict[str, Any]
) -> None:
    sandbox.guaranteed_reviews.options.change(**options)
    verdicts = tell_as_the_engine_does(adapter, [*ORDERS, order(9, lastname="")])
    assert verdicts.pop("1009") == ExportResult.REFUSED
    assert set(tell_as_the_engine_does(adapter, ORDERS).values()) == {ExportResult.KNOWN}
    assert invitations(sandbox) == {one.order_id: 1 for one in ORDERS}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"bad_key_status": 401},
        {"bad_key_status": 403, "problem_shape": "wordpress"},
        {"problem_shape": "wordpress"},
    ],
)
def test_a_wrong_key_stops_everything_and_invites_nobody(
    sandbox: Sandbox, adapter: GuaranteedReviews, settings: Any, options: dict[str, Any]
) -> None:
    sandbox.guaranteed_reviews.options.change(**options)
    settings.GUARANTEED_REVIEWS_KEYS = ["WEB=12/de/wrong-key"]
    with pytest.raises(VendorAuthFailed):
        adapter.export_orders(ORDERS, group="WEB/de")
    with pytest.raises(VendorAuthFailed):
        adapter.check()
    assert invitations(sandbox) == {}


def test_a_vendor_without_the_dedup_would_invite_twice(sandbox: Sandbox, adapter: GuaranteedReviews) -> None:
    """The control: the ledger sees a second invitation, if there is one."""
    sandbox.faults.add("cut_after", vendor="guaranteed-reviews", times=1)
    with pytest.raises(VendorAmbiguous):
        adapter.export_orders(ORDERS, group="WEB/de")
    sandbox.guaranteed_reviews._known.clear()
    tell_as_the_engine_does(adapter, ORDERS)
    assert set(invitations(sandbox).values()) == {2}
