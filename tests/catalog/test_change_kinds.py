"""Fulfiller's prices, search texts, stock and sales channels as change sets."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from backoffice.engine.models import Push
from backoffice.errors import Conflict, InvalidInput, NotAllowed
from catalog.models import ChangeKind, ChangeSetState, ChangeSource, Variant
from catalog.services.change_sets.approval import approve_change_set
from catalog.services.change_sets.editing import confirm_removals, make_change_set
from catalog.services.change_sets.restoring import reset_search_texts, restore
from catalog.services.change_sets.values import Value
from tests.api.storefront import make_variant
from tests.catalog.change_desk import FULFILLER, MERCHANT, Desk

PRICES = ChangeKind.FULFILLER_PRICES


def by_quantity(tiers: list[dict[str, float]]) -> dict[str, str]:
    return {str(tier["qty"]): str(tier["price"]) for tier in tiers}


def test_a_fulfillers_push_carries_every_tier_though_one_was_changed(desk: Desk) -> None:
    [sku] = desk.skus(1, vendor=FULFILLER, tiers=3)
    before = by_quantity(desk.held(sku)["purchase_prices"])
    first = next(iter(before))
    wish: dict[str, Value] = {sku: {"purchase": {first: "55.55"}}}
    done = desk.push(desk.make(wish, kind=PRICES, vendor=FULFILLER))
    assert done.state == ChangeSetState.VERIFIED
    held = desk.held(sku)
    assert by_quantity(held["purchase_prices"]) == before | {first: "55.55"}
    assert held["recommended_retail_prices"]


def test_a_tier_that_would_vanish_is_refused_until_it_is_ticked_and_can_be_restored(desk: Desk) -> None:
    [sku] = desk.skus(1, vendor=FULFILLER, tiers=3)
    before = desk.held(sku)
    gone = list(by_quantity(before["purchase_prices"]))[1]
    wish: dict[str, Value] = {sku: {"purchase": {gone: None}, "recommended": {gone: None}}}
    change_set = desk.check(desk.make(wish, kind=PRICES, vendor=FULFILLER))
    keys = [f"purchase:{gone}", f"recommended:{gone}"]
    assert change_set.changes.get().removals == keys
    with pytest.raises(Conflict) as refused:
        approve_change_set(change_set, user=desk.boss)
    assert refused.value.code == "unconfirmed"
    confirm_removals(change_set, sku=sku, keys=keys[:1], actor="author")
    with pytest.raises(Conflict):
        approve_change_set(change_set, user=desk.boss)
    assert desk.held(sku) == before
    assert not Push.objects.exists()
    confirm_removals(change_set, sku=sku, keys=keys, actor="author")
    done = desk.push(change_set)
    assert done.state == ChangeSetState.VERIFIED
    assert gone not in by_quantity(desk.held(sku)["purchase_prices"])
    back = desk.push(restore(done, actor="author"))
    assert back.state == ChangeSetState.VERIFIED
    for name in ("purchase_prices", "recommended_retail_prices", "rules"):
        assert desk.held(sku)[name] == before[name]


def test_only_what_would_vanish_can_be_ticked(desk: Desk) -> None:
    [sku] = desk.skus(1, vendor=FULFILLER)
    [first, *_others] = by_quantity(desk.held(sku)["purchase_prices"])
    change_set = desk.check(desk.make({sku: {"purchase": {first: "9.99"}}}, kind=PRICES, vendor=FULFILLER))
    with pytest.raises(InvalidInput):
        confirm_removals(change_set, sku=sku, keys=["purchase:1"], actor="author")


def test_the_largest_quantity_has_to_be_above_the_highest_tier(desk: Desk) -> None:
    [sku] = desk.skus(1, vendor=FULFILLER)
    highest = max(int(quantity) for quantity in by_quantity(desk.held(sku)["purchase_prices"]))
    wish: dict[str, Value] = {sku: {"order_max_qty": highest, "tier_price_qty_only": False}}
    change_set = desk.check(desk.make(wish, kind=PRICES, vendor=FULFILLER))
    assert [guard["code"] for guard in change_set.changes.get().guards] == ["max_qty"]
    with pytest.raises(Conflict):
        approve_change_set(change_set, user=desk.boss, override_reason="I insist")


def test_a_merchant_cannot_push_a_fulfillers_prices(desk: Desk) -> None:
    with pytest.raises(InvalidInput):
        desk.make({"A": {"purchase": {"1": "1.00"}}}, kind=PRICES, vendor=MERCHANT)


def test_search_texts_are_sent_complete_and_a_text_that_would_vanish_is_ticked(desk: Desk) -> None:
    [sku] = desk.skus(1)
    kind = ChangeKind.SEARCH_TEXTS
    first = desk.push(desk.make({sku: {"meta_title": "Pens", "meta_keywords": "pen, blue"}}, kind=kind))
    assert first.state == ChangeSetState.VERIFIED
    second = desk.check(desk.make({sku: {"meta_title": "Pens & more", "meta_keywords": None}}, kind=kind))
    assert second.changes.get().removals == ["meta_keywords"]
    confirm_removals(second, sku=sku, keys=["meta_keywords"], actor="author")
    assert desk.push(second).state == ChangeSetState.VERIFIED
    held = desk.held(sku)["overwrites"]
    assert (held["meta_title"], held["meta_keywords"]) == ("Pens & more", None)
    back = desk.push(restore(second, actor="author"))
    assert back.state == ChangeSetState.VERIFIED
    assert desk.held(sku)["overwrites"]["meta_keywords"] == "pen, blue"


def test_a_title_that_is_cut_off_in_search_results_is_flagged(desk: Desk) -> None:
    [sku] = desk.skus(1)
    change_set = desk.check(desk.make({sku: {"meta_title": "x" * 71}}, kind=ChangeKind.SEARCH_TEXTS))
    assert [(g["code"], g["blocking"]) for g in change_set.changes.get().guards] == [("too_long", False)]


def test_back_to_default_needs_its_permission_its_confirmation_and_every_tick(
    desk: Desk, person: Callable[..., User]
) -> None:
    [sku] = desk.skus(1)
    desk.push(desk.make({sku: {"meta_title": "Pens"}}, kind=ChangeKind.SEARCH_TEXTS))
    given: dict[str, Any] = {"vendor": MERCHANT, "skus": [sku], "title": "Back"}
    with pytest.raises(NotAllowed):
        reset_search_texts(**given, user=person("clerk", "approve_changeset"), confirmed=True)
    with pytest.raises(NotAllowed):
        reset_search_texts(**given, user=desk.boss, confirmed=False)
    change_set = desk.check(reset_search_texts(**given, user=desk.boss, confirmed=True))
    row = change_set.changes.get()
    assert row.removals[-1] == "seo_addresses"
    assert "meta_title" in row.removals
    with pytest.raises(Conflict):
        approve_change_set(change_set, user=desk.boss)
    confirm_removals(change_set, sku=sku, keys=row.removals, actor="author")
    assert desk.push(change_set).state == ChangeSetState.VERIFIED
    assert not any(desk.held(sku)["overwrites"].values())


def test_an_edit_cannot_smuggle_a_reset_in(desk: Desk) -> None:
    with pytest.raises(InvalidInput):
        desk.make({"A": {"reset": True}}, kind=ChangeKind.SEARCH_TEXTS)


def test_managed_stock_is_written_and_read_back(desk: Desk) -> None:
    [sku] = desk.skus(1, vendor=FULFILLER)
    before = desk.held(sku)
    done = desk.push(desk.make({sku: {"qty": 17, "available": True}}, kind=ChangeKind.STOCK, vendor=FULFILLER))
    assert done.state == ChangeSetState.VERIFIED
    assert desk.held(sku)["stock"] == 17
    back = desk.push(restore(done, actor="author"))
    assert back.state == ChangeSetState.VERIFIED
    assert (desk.held(sku)["stock"], desk.held(sku)["active"]) == (before["stock"], before["active"])


def test_a_merchant_takes_a_product_out_of_the_channels(desk: Desk) -> None:
    [sku] = [sku for sku in desk.skus(5) if desk.held(sku)["available"]][:1]
    done = desk.push(desk.make({sku: {"available": False}}, kind=ChangeKind.SYNC))
    assert (done.state, desk.held(sku)["available"]) == (ChangeSetState.VERIFIED, False)


@pytest.mark.parametrize("wanted", [{"qty": -1}, {"qty": True}, {"qty": "5"}, {"managed": 1}, {"amount": 3}])
def test_stock_that_makes_no_sense_is_refused(db: None, wanted: Value) -> None:
    with pytest.raises(InvalidInput):
        make_change_set("stock", vendor=FULFILLER, rows={"A": wanted}, title="", source=ChangeSource.EDITOR, actor="x")


def test_a_draft_names_the_variants_that_we_have_before_anything_is_compared(desk: Desk) -> None:
    ours, shared = make_variant("MP-OURS"), make_variant("MP-SHARED")
    own = Variant.objects.create(
        product=shared.product,
        vendor=FULFILLER,
        vendor_id="9",
        sku="MP-SHARED",
        changed_at=shared.changed_at,
        created_at=shared.created_at,
    )
    wish: dict[str, Value] = {sku: {"purchase": {"1": "5.00"}} for sku in ("MP-OURS", "MP-SHARED", "MP-NONE")}
    draft = make_change_set(PRICES, vendor=FULFILLER, rows=wish, title="t", source=ChangeSource.EDITOR, actor="author")
    linked = dict(draft.changes.values_list("sku", "variant"))
    assert linked == {"MP-OURS": ours.pk, "MP-SHARED": own.pk, "MP-NONE": None}
