"""Vendors that act upon our orders: told twice they act once. Cards: drafted for nothing, paid once."""

from typing import Any

import pytest

from backoffice.sandbox import Sandbox
from backoffice.vendors import abilities
from backoffice.vendors.card_messages import RemoteCardState
from backoffice.vendors.errors import VendorAmbiguous, VendorRejected, VendorUnavailable
from backoffice.vendors.export_messages import ExportResult
from tests.vendors.contract.calls import CARD, MAILING
from tests.vendors.contract.profile import Profile
from tests.vendors.contract.registry import each_with

exporting = each_with(abilities.ExportsOrders)
mailing = each_with(abilities.SendsCards)
DONE = {ExportResult.TAKEN, ExportResult.KNOWN}


@exporting
def test_an_order_told_twice_counts_once(vendor: Any, sandbox: Sandbox, profile: Profile) -> None:
    order = profile.export(501)
    for _ in range(2):
        [told] = vendor.export_orders([order], group=profile.group)
        assert (told.order_id, told.verdict in DONE) == (order.order_id, True)
    assert profile.acted_upon(sandbox, order.order_id) == 1


@exporting
@pytest.mark.parametrize("fault", ["cut_after", "hang_after", "too_many", "cut_before"])
def test_an_order_whose_answer_was_lost_is_told_again(
    fault: str, vendor: Any, sandbox: Sandbox, profile: Profile, settings: Any
) -> None:
    """Certain or not, telling again is the way out; that it was told before is no refusal."""
    settings.VENDOR_READ_TIMEOUT = 0.3 if fault == "hang_after" else 10
    order = profile.export(510 + len(fault))
    sandbox.faults.add(fault, vendor=profile.app, times=1, seconds=1)
    with pytest.raises((VendorAmbiguous, VendorUnavailable)):
        vendor.export_orders([order], group=profile.group)
    [told] = vendor.export_orders([order], group=profile.group)
    assert told.verdict in DONE
    assert profile.acted_upon(sandbox, order.order_id) == 1


@exporting
def test_policies_are_data_and_a_good_order_has_no_obstacle(vendor: Any, profile: Profile) -> None:
    assert vendor.EXPORT_CONSENT in ("accepts_letters", "accepts_review_request")
    assert vendor.export_batch_size() >= 1
    assert vendor.find_export_obstacle(profile.export(1)) == ""
    assert vendor.export_group(shop_code="WEB", language="DE") == profile.group
    if not vendor.TAKES_CORRECTIONS:
        with pytest.raises(VendorRejected):
            vendor.export_orders([profile.export(1)], group=profile.group, corrected=True)


@mailing
def test_drafts_of_cards_are_listed_however_often_they_are_made(vendor: Any, profile: Profile) -> None:
    made = [vendor.create_cards(profile.template).vendor_id for _ in range(2)]
    assert set(made) <= {draft.vendor_id for draft in vendor.list_drafts()}
    for order_id in made:
        vendor.delete_cards(order_id)
        vendor.delete_cards(order_id)
    assert not set(made) & {draft.vendor_id for draft in vendor.list_drafts()}
    assert vendor.read_cards(made) == {}


@mailing
def test_a_draft_whose_answer_was_lost_is_among_the_drafts(vendor: Any, sandbox: Sandbox, profile: Profile) -> None:
    before = {draft.vendor_id for draft in vendor.list_drafts()}
    sandbox.faults.add("cut_after", vendor=profile.app, method="POST", times=1)
    with pytest.raises(VendorAmbiguous):
        vendor.create_cards(profile.template)
    [made] = [draft for draft in vendor.list_drafts() if draft.vendor_id not in before]
    assert made.state is RemoteCardState.DRAFT
    vendor.delete_cards(made.vendor_id)


@mailing
def test_recipients_that_may_be_there_are_read_before_any_is_sent_again(
    vendor: Any, sandbox: Sandbox, profile: Profile
) -> None:
    made = vendor.create_cards(profile.template).vendor_id
    sandbox.faults.add("cut_after", vendor=profile.app, method="PUT", times=1)
    with pytest.raises(VendorAmbiguous):
        vendor.add_recipients(made, [CARD])
    [held] = vendor.read_recipients(made)
    assert (held.address.lastname, held.address.zip5) == (CARD.lastname, CARD.zip5)
    vendor.delete_cards(made)


@mailing
def test_a_checkout_whose_answer_was_lost_shows_in_the_order(vendor: Any, sandbox: Sandbox, profile: Profile) -> None:
    made = vendor.create_cards(profile.template).vendor_id
    vendor.add_recipients(made, [CARD])
    assert vendor.price_cards(made, MAILING).total > 0
    sandbox.faults.add("cut_after", vendor=profile.app, path="checkout", method="POST", times=1)
    with pytest.raises(VendorAmbiguous):
        vendor.check_out_cards(made, MAILING)
    assert vendor.read_cards([made])[made].state not in (RemoteCardState.DRAFT, RemoteCardState.UNKNOWN)
    sandbox.advance(30)
    assert len(sandbox.others[profile.app].ledger.of_kind("charge")) == 1


@mailing
def test_a_status_of_cards_that_no_document_names_is_kept_and_unknown(
    vendor: Any, sandbox: Sandbox, profile: Profile
) -> None:
    made = vendor.create_cards(profile.template).vendor_id
    words = {'"status":"[^"]*"': '"status":"Baking"'}
    sandbox.faults.add("reworded", vendor=profile.app, method="GET", words=words, times=1)
    report = vendor.read_cards([made])[made]
    assert (report.state, report.raw_state) == (RemoteCardState.UNKNOWN, "Baking")
    vendor.delete_cards(made)
