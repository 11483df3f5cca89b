"""From a wish to a verified change: what is compared, approved, sent, and read back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from backoffice.engine.services.pushes import queue_push
from backoffice.engine.services.sending import deliver
from backoffice.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from catalog.labels import describe_event
from catalog.models import (
    CatalogRules,
    Category,
    CategoryRule,
    ChangeSetState,
    ChangeState,
    Product,
    Variant,
    VendorJob,
)
from catalog.services.change_sets.approval import approve_change_set
from catalog.services.change_sets.editing import add_changes, remove_changes
from catalog.services.change_sets.restoring import restore
from catalog.services.change_sets.values import Value
from catalog.services.pushing import starting
from catalog.services.pushing.starting import push_change_set, push_due_change_sets, schedule_change_set, start_push
from tests.catalog.change_desk import Desk


def test_a_pushed_change_is_read_back_and_verified(desk: Desk) -> None:
    skus = desk.skus(3)
    before = {sku: desk.held(sku) for sku in skus}
    done = desk.push(desk.make(desk.moved(skus)))
    assert (done.state, done.counts["verified"]) == (ChangeSetState.VERIFIED, 3)
    for change in done.changes.all():
        held = desk.held(change.sku)
        assert {str(tier["qty"]): str(tier["price"]) for tier in held["sales_prices"]} != {
            str(tier["qty"]): str(tier["price"]) for tier in before[change.sku]["sales_prices"]
        }
        assert change.state == ChangeState.VERIFIED
        assert change.read_back is not None
        assert change.read_back["sales"].keys() >= change.after["sales"].keys()
    assert [event.kind for event in done.events.all()] == [
        "changeset.made",
        "changeset.checked",
        "changeset.approved",
        "changeset.pushing",
        "changeset.batches",
        "changeset.verified",
    ]


def test_the_timeline_names_the_skus_that_somebody_put_in_and_took_out(desk: Desk) -> None:
    """New rows are not recorded by the audit trail themselves."""
    skus = desk.skus(2)
    change_set = desk.make(desk.moved(skus[:1]))
    add_changes(change_set, rows=desk.moved(skus[1:]), actor="mara")
    remove_changes(change_set, skus=skus[:1], actor="mara")
    named = [(event.kind, event.actor, event.params["skus"]) for event in change_set.events.order_by("pk")]
    assert named == [
        ("changeset.made", "author", skus[:1]),
        ("changeset.edited", "mara", skus[1:]),
        ("changeset.removed", "mara", skus[:1]),
    ]
    edited = change_set.events.get(kind="changeset.edited")
    assert describe_event(edited) == f"Edited: 1 SKU, {skus[1]}"
    edited.params["skus"] = [f"SKU-{number}" for number in range(9)]
    assert describe_event(edited).endswith("SKU-4, …")


def test_restoring_gives_back_byte_for_byte_what_the_vendor_held(desk: Desk) -> None:
    skus = desk.skus(5)
    before = desk.sales(skus)
    done = desk.push(desk.make(desk.moved(skus)))
    assert desk.sales(skus) != before
    back = desk.push(restore(done, actor="author"))
    assert back.state == ChangeSetState.VERIFIED
    assert desk.sales(skus) == before


def test_only_the_quantities_that_differ_are_sent(desk: Desk) -> None:
    [sku] = desk.skus(1, tiers=3)
    tiers = desk.held(sku)["sales_prices"]
    wish = {str(tier["qty"]): str(tier["price"]) for tier in tiers} | {str(tiers[1]["qty"]): "77.7"}
    change_set = desk.check(desk.make({sku: {"sales": wish}}))
    assert change_set.changes.get().after["sales"] == {str(tiers[1]["qty"]): "77.7"}


def test_rows_that_change_nothing_are_dropped_by_the_check(desk: Desk) -> None:
    rows = desk.moved(desk.skus(3), percent=0)
    change_set = desk.check(desk.make(rows))
    assert (change_set.changes.count(), change_set.counts["rows"], change_set.counts["unchanged"]) == (0, 0, 3)
    with pytest.raises(Conflict) as refused:
        approve_change_set(change_set, user=desk.boss)
    assert refused.value.code == "empty"


def test_a_row_of_an_sku_that_the_vendor_does_not_list_blocks_for_good(desk: Desk) -> None:
    change_set = desk.check(desk.make({"NO-SUCH": {"sales": {"1": "2.00"}}}))
    assert change_set.changes.get().guards[0]["code"] == "unknown_sku"
    with pytest.raises(Conflict):
        approve_change_set(change_set, user=desk.boss, override_reason="because I say so")
    change_set.refresh_from_db()
    assert change_set.state == ChangeSetState.CHECKED


@pytest.mark.parametrize(
    "wanted",
    [
        {"sales": {"0": "1.00"}},
        {"sales": {"50": "-1"}},
        {"sales": {"50": "1.00001"}},
        {"sales": {"50": None}},
        {"sales": {"50": "NaN"}},
        {"sales": {"50": 1.1}},
        {"sale": {"50": "1.00"}},
        {},
    ],
)
def test_wishes_that_make_no_sense_are_refused_by_sku(desk: Desk, wanted: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.make({"A": {"sales": {"50": "1.00"}}, "B": wanted})
    assert list(refused.value.errors) == ["B"]


def test_editing_joins_wishes_and_makes_a_draft_of_a_checked_set(desk: Desk) -> None:
    [sku, other] = desk.skus(2)
    change_set = desk.check(desk.make({sku: {"sales": {"50": "9.00"}}, other: {"sales": {"50": "9.00"}}}))
    change_set = add_changes(change_set, rows={sku: {"sales": {"100": "8.00"}}}, actor="second")
    assert (change_set.state, change_set.authors) == (ChangeSetState.DRAFT, ["author", "second"])
    assert change_set.changes.get(sku=sku).requested == {"sales": {"50": "9.00", "100": "8.00"}}
    remove_changes(change_set, skus=[other], actor="author")
    assert list(change_set.changes.values_list("sku", flat=True)) == [sku]


def test_an_approved_set_cannot_be_edited(desk: Desk) -> None:
    skus = desk.skus(2)
    change_set = desk.approve(desk.make(desk.moved(skus)))
    with pytest.raises(IllegalTransition):
        add_changes(change_set, rows={skus[0]: {"sales": {"50": "1.00"}}}, actor="author")
    assert change_set.changes.get(sku=skus[0]).requested == desk.moved(skus)[skus[0]]


def test_who_made_a_large_change_cannot_approve_it(desk: Desk) -> None:
    change_set = desk.check(desk.make(desk.moved(desk.skus(1), percent=11)))
    with pytest.raises(NotAllowed) as refused:
        approve_change_set(change_set, user=desk.author)
    assert refused.value.code == "own_approval"
    change_set.refresh_from_db()
    assert (change_set.state, change_set.approved_by) == (ChangeSetState.CHECKED, "")
    assert not Push.objects.exists()
    assert approve_change_set(change_set, user=desk.boss).approved_by == "boss"


def test_a_small_change_may_be_approved_by_its_author(desk: Desk) -> None:
    change_set = desk.check(desk.make(desk.moved(desk.skus(1), percent=2)))
    assert approve_change_set(change_set, user=desk.author).state == ChangeSetState.APPROVED


def test_the_number_of_skus_passes_the_threshold_of_the_shop(desk: Desk) -> None:
    shop = Shop.objects.create(name="Web", code="WEB")
    CatalogRules.objects.create(shop=shop, approval_skus=2)
    change_set = desk.check(desk.make(desk.moved(desk.skus(2), percent=1), shop=shop))
    with pytest.raises(NotAllowed):
        approve_change_set(change_set, user=desk.author)


def test_approving_and_pushing_need_their_permissions(desk: Desk, person: Callable[..., User]) -> None:
    nobody = person("nobody", "view_changeset")
    change_set = desk.check(desk.make(desk.moved(desk.skus(1))))
    with pytest.raises(NotAllowed):
        approve_change_set(change_set, user=nobody)
    change_set = approve_change_set(change_set, user=desk.boss)
    with pytest.raises(NotAllowed):
        push_change_set(change_set, user=nobody)
    change_set.refresh_from_db()
    assert change_set.state == ChangeSetState.APPROVED
    assert not Push.objects.exists()


def test_a_price_below_the_purchase_price_needs_an_override_with_a_reason(
    desk: Desk, person: Callable[..., User]
) -> None:
    [sku] = desk.skus(1)
    tiers = desk.held(sku)["purchase_prices"]
    change_set = desk.check(desk.make({sku: {"sales": {str(tiers[0]["qty"]): "0.01"}}}))
    assert [g["code"] for g in change_set.changes.get().guards if g["blocking"]] == ["below_purchase"]
    assert change_set.changes.get().guards[0]["text"].startswith("Below the purchase price (")
    with translation.override("de"):
        assert change_set.changes.get().guards[0]["text"].startswith("Unter dem Einkaufspreis (")
    with pytest.raises(Conflict):
        approve_change_set(change_set, user=desk.boss)
    with pytest.raises(NotAllowed):
        approve_change_set(change_set, user=person("clerk", "approve_changeset"), override_reason="clearance")
    change_set = approve_change_set(change_set, user=desk.boss, override_reason="clearance")
    assert (change_set.override_by, change_set.override_reason) == ("boss", "clearance")


def test_floor_and_largest_move_are_those_of_the_nearest_category(desk: Desk) -> None:
    [sku] = desk.skus(1)
    now = timezone.now()
    product = Product.objects.create(vendor="mypromo", vendor_id="1", changed_at=now, created_at=now)
    product.categories.add(Category.objects.create(vendor="mypromo", path="Office/Pens/Metal"))
    Variant.objects.create(product=product, vendor="mypromo", vendor_id="2", sku=sku, changed_at=now, created_at=now)
    rules = CatalogRules.objects.create(shop=Shop.objects.create(name="Web", code="WEB"), largest_move=90)
    CategoryRule.objects.create(rules=rules, category_path="Office", largest_move=80)
    CategoryRule.objects.create(rules=rules, category_path="Office/Pens", largest_move=3, margin_floor=99)
    change_set = desk.check(desk.make(desk.moved([sku], percent=5)))
    assert {g["code"] for g in change_set.changes.get().guards if g["blocking"]} == {"below_floor", "move_too_large"}


def test_dearer_with_quantity_is_flagged_and_blocks_nothing(desk: Desk) -> None:
    [sku] = desk.skus(1, tiers=2)
    tiers = desk.held(sku)["sales_prices"]
    wish = {str(tiers[-1]["qty"]): str(tiers[0]["price"] + 1)}
    change_set = desk.check(desk.make({sku: {"sales": wish}}))
    assert [(g["code"], g["blocking"]) for g in change_set.changes.get().guards] == [("dearer_with_quantity", False)]
    assert change_set.counts["blocking"] == 0


def test_what_the_vendor_changed_meanwhile_puts_the_set_back_to_checked(desk: Desk) -> None:
    [sku, other] = desk.skus(2)
    change_set = desk.approve(desk.make(desk.moved([sku, other])))
    tiers = desk.held(sku)["sales_prices"]
    desk.sandbox.mypromo.catalogue.change_own(sku, merchant="1", sales=[[tiers[0]["qty"], 123.45]])
    type(change_set).objects.update(snapshot_at=timezone.now() - timedelta(minutes=11))
    change_set.refresh_from_db()
    push_change_set(change_set, user=desk.boss)
    change_set = desk.work_off(change_set)
    assert (change_set.state, change_set.approved_by) == (ChangeSetState.CHECKED, "")
    assert change_set.events.order_by("-pk")[0].params["changed"] == [sku]
    assert change_set.changes.get(sku=sku).before["sales"][str(tiers[0]["qty"])] == "123.45"
    assert not VendorJob.objects.exists()
    assert desk.sandbox.ledger.total("PATCH") == 0


def test_an_old_snapshot_that_still_holds_lets_the_set_go(desk: Desk) -> None:
    change_set = desk.approve(desk.make(desk.moved(desk.skus(2))))
    type(change_set).objects.update(snapshot_at=timezone.now() - timedelta(minutes=11))
    change_set.refresh_from_db()
    push_change_set(change_set, user=desk.boss)
    assert desk.work_off(change_set).state == ChangeSetState.VERIFIED


def test_a_scheduled_set_leaves_when_its_time_has_come(desk: Desk) -> None:
    change_set = desk.approve(desk.make(desk.moved(desk.skus(1))))
    change_set = schedule_change_set(change_set, at=timezone.now() + timedelta(hours=1), user=desk.boss)
    assert push_due_change_sets() == 0
    type(change_set).objects.update(scheduled_for=timezone.now() - timedelta(seconds=1))
    assert push_due_change_sets() == 1
    assert desk.work_off(change_set).state == ChangeSetState.VERIFIED


@pytest.mark.parametrize("kind", [starting.COMPARE, starting.SEND, starting.VERIFY])
def test_a_push_queued_behind_the_approvals_back_sends_nothing(desk: Desk, kind: str) -> None:
    [sku] = desk.skus(1)
    before = desk.held(sku)
    change_set = desk.check(desk.make(desk.moved([sku])))
    job = VendorJob.objects.create(change_set=change_set, vendor="mypromo", number=1)
    change_set.changes.update(job=job)
    queue_push(kind, vendor="mypromo", subject=job if kind == starting.SEND else change_set, actor="mallory")
    desk.work_once()
    assert Push.objects.get().cause
    assert desk.held(sku) == before
    assert desk.sandbox.ledger.total("PATCH") == 0
    with pytest.raises(IllegalTransition):
        start_push(change_set, actor="mallory")


def test_rows_changed_after_the_approval_do_not_leave(desk: Desk) -> None:
    [sku] = desk.skus(1)
    change_set = desk.approve(desk.make(desk.moved([sku])))
    change_set.changes.update(after={"currency": "EUR", "sales": {"50": "0.01"}})
    with pytest.raises(starting.NotApproved):
        push_change_set(change_set, user=desk.boss)
    change_set.refresh_from_db()
    assert change_set.state == ChangeSetState.APPROVED
    assert not Push.objects.exists()


def test_rows_changed_after_the_batches_were_planned_do_not_leave(desk: Desk) -> None:
    [sku] = desk.skus(1)
    change_set = desk.approve(desk.make(desk.moved([sku])))
    push_change_set(change_set, user=desk.boss)
    deliver(Push.objects.get(kind=starting.COMPARE).pk)
    change_set.changes.update(after={"currency": "EUR", "sales": {"50": "0.01"}})
    desk.work_once()
    assert desk.sandbox.ledger.total("PATCH") == 0


def test_a_set_checked_before_another_one_was_pushed_is_compared_anew(desk: Desk) -> None:
    [sku] = desk.skus(1)
    first = desk.approve(desk.make(desk.moved([sku])))
    second = desk.approve(desk.make(desk.moved([sku], percent=8), title="Second"))
    push_change_set(first, user=desk.boss)
    desk.work_off(first)
    push_change_set(second, user=desk.boss)
    desk.work_off(second)
    assert second.state == ChangeSetState.CHECKED
    known = first.changes.get().read_back
    assert known is not None
    assert second.changes.get().before["sales"] == known["sales"]


@pytest.mark.parametrize("kind", ["sales_prices", "search_texts", "sync"])
def test_a_check_needs_as_many_queries_for_many_rows_as_for_few(desk: Desk, kind: str) -> None:
    skus = desk.skus(40)
    wish: dict[str, dict[str, Value]] = {
        "sales_prices": desk.moved(skus),
        "search_texts": {sku: {"meta_title": "New"} for sku in skus},
        "sync": {sku: {"available": False} for sku in skus},
    }
    few = desk.make(dict(list(wish[kind].items())[:2]), kind=kind)
    many = desk.make(wish[kind], kind=kind)
    desk.check(few)
    desk.check(many)
    with CaptureQueriesContext(connection) as for_few:
        desk.check(few)
    with CaptureQueriesContext(connection) as for_many:
        desk.check(many)
    assert len(for_few) == len(for_many) < 25
