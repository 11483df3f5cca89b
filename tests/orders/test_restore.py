"""What only a vendor knows after a restore: whose it is, how it becomes ours, what nobody must cancel."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.engine.models import Epoch, Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.epoch import read_epoch, take_id
from backoffice.vendors.abilities import ReportsOrders
from backoffice.vendors.errors import VendorUnavailable
from backoffice.vendors.messages import OrderReport, PostalAddress, RemoteOrderState
from orders.models import Hold, HoldReason, Order, StrayOrder, VendorOrder, VendorOrderState
from orders.services.lifecycle import release_hold, release_order
from orders.services.placing.linking import link_strays
from orders.services.reports.applying import apply_order_report
from orders.services.reports.strays import dismiss_stray, note_stray, read_reference
from orders.services.restore.adopting import adopt_stray
from orders.services.restore.reconciling import Reconciliation, _Comparison, doubt_pushes, reconcile
from tests.orders.rows import make_order
from tests.orders.stray_orders import made, stray_of

pytestmark = pytest.mark.django_db
Sent = Callable[..., VendorOrder]


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.objects.create(code="WEB", name="Web shop")


def link(order: Order) -> int:
    with transaction.atomic():
        return link_strays(Order.objects.locked(order.pk), actor="tester")


def restored(**changes: Any) -> Epoch:
    now = timezone.now()
    read_epoch()
    Epoch.objects.update(saved_at=now, found_at=now, **changes)
    return Epoch.objects.get()


def compare(*reports: OrderReport) -> Reconciliation:
    """Run one vendor's turn of a reconciliation, with what its list shows."""
    result = Reconciliation(timezone.now())
    _Comparison("mypromo", result, dry_run=False, progress=print)._compare_orders(iter(reports))
    return result


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("WEB-100001", ("WEB", "WEB-100001", 1, 1)),
        ("WEB-100001-2", ("WEB", "WEB-100001", 2, 1)),
        ("WEB-100001-2-g3", ("WEB", "WEB-100001", 2, 3)),
        ("B2B-EU-1100001-B", ("B2B-EU", "B2B-EU-1100001-B", 1, 1)),
        ("WEB-1100001-PWP-12-g2", ("WEB", "WEB-1100001-PWP", 12, 2)),
        ("order ref", None),
        ("WEB-17", None),
        ("", None),
    ],
)
def test_a_reference_says_whose_it_is(text: str, said: tuple[str, str, int, int] | None) -> None:
    ours = read_reference(text)
    assert (ours and (ours.code, ours.number, ours.part, ours.generation)) == said


@pytest.mark.parametrize(
    "shown",
    [made(state=RemoteOrderState.DRAFT), made("4711"), made("OTHER-100005")],
    ids=["a draft", "unknown here", "no shop of ours"],
)
def test_nobody_is_asked_about_what_is_not_ours(shop: Shop, shown: OrderReport) -> None:
    assert note_stray(shown) is None
    assert not StrayOrder.objects.exists()


def test_an_order_that_its_shop_sends_again_becomes_the_one_that_is_made(shop: Shop) -> None:
    stray = stray_of(made())
    order = make_order(reference="SHOP-5")
    assert link(order) == 1
    [row] = order.vendor_orders.all()
    assert (row.vendor_id, row.reference, row.state) == ("77", "WEB-100005", VendorOrderState.IN_PRODUCTION)
    assert row.submitted_at is not None
    stray.refresh_from_db()
    assert (stray.state, stray.vendor_order) == ("linked", row)
    assert link(order) == 0


@pytest.mark.parametrize(
    "changes",
    [{"quantity": 6}, {"recipient": PostalAddress(lastname="Kurz", zip="80331", city="München")}],
    ids=["goods", "recipient"],
)
def test_what_is_not_the_same_is_for_a_person(shop: Shop, changes: dict[str, Any]) -> None:
    stray = stray_of(made(**changes))
    order = release_order(make_order(reference="SHOP-5"), actor="tester")
    assert link(order) == 0
    hold = Hold.objects.get()
    assert hold.reason == HoldReason.SECOND_AT_VENDOR
    assert "number 77" in hold.text
    stray.refresh_from_db()
    assert stray.state == "open"


def test_what_a_person_wants_beside_it_goes_under_a_reference_of_its_own(shop: Shop) -> None:
    """Sent again after a restore, an order has the number that the vendor makes the other one under."""
    order = release_order(make_order(reference="SHOP-5"), actor="tester")
    shown = made(order.number, quantity=6)
    stray = stray_of(shown)
    link(order)
    row = order.vendor_orders.get()
    assert (row.reference, row.generation, row.vendor_id) == (f"{order.number}-g2", 2, "")
    dismiss_stray(stray, actor="mara", reason="the customer should get both")
    release_hold(Hold.objects.get(), actor="mara", note="both")
    # What the vendor says later of the other one asks nobody a second time.
    apply_order_report(made(order.number, quantity=6, state=RemoteOrderState.DONE, step=30), source="callback")
    order.refresh_from_db()
    row.refresh_from_db()
    assert (order.state, row.vendor_id) == ("released", "")
    assert not Hold.objects.filter(released_at=None).exists()


def test_another_sale_of_the_same_number_is_not_taken_for_it(shop: Shop) -> None:
    stray_of(made("WEB-100001"))
    order = make_order(reference="SHOP-6")
    assert order.number == "WEB-100001"
    assert link(order) == 0
    assert not Hold.objects.exists()


def test_each_part_gets_its_own_whatever_the_order_of_the_list(shop: Shop) -> None:
    stray_of(made("WEB-100005-2", vendor_id="78", position=2, quantity=7))
    stray_of(made("WEB-100005", vendor_id="77"))
    order = make_order({}, {"quantity": 7}, reference="SHOP-5", documents=1)
    assert link(order) == 2
    assert list(order.vendor_orders.values_list("part", "vendor_id")) == [(1, "77"), (2, "78")]


def test_a_draft_that_was_given_up_for_another_one_asks_nobody(shop: Shop) -> None:
    stray_of(made(vendor_id="76", state=RemoteOrderState.CANCELLED))
    stray_of(made("WEB-100005-g2", vendor_id="77"))
    order = make_order(reference="SHOP-5")
    assert link(order) == 1
    row = order.vendor_orders.get()
    assert (row.vendor_id, row.generation) == ("77", 2)
    assert not Hold.objects.exists()
    assert not StrayOrder.objects.filter(state="open").exists()


def test_two_alike_under_one_reference_are_one_too_many(sent: Sent) -> None:
    row = sent(reference="SHOP-5")
    apply_order_report(made(row.reference, state=RemoteOrderState.SUBMITTED, vendor_id="78"), source="poll")
    hold = Hold.objects.get()
    assert "Cancel one of them" in hold.text
    assert not StrayOrder.objects.exists()


def test_nobody_is_advised_to_cancel_another_customers_order(sent: Sent) -> None:
    row = sent(reference="SHOP-5")
    to = PostalAddress(firstname="Otto", lastname="Kurz", zip="80331", city="München")
    shown = made(row.reference, shop_reference="SHOP-9", state=RemoteOrderState.SUBMITTED, vendor_id="78", recipient=to)
    apply_order_report(shown, source="poll")
    hold = Hold.objects.get()
    assert "cancel neither" in hold.text
    assert "Otto Kurz, 80331 München" in hold.text
    stray = StrayOrder.objects.get()
    assert (stray.vendor_id, stray.beside) == ("78", row)
    order = adopt_stray(stray, actor="mara")
    assert order.number != row.order.number


def test_what_was_sent_since_the_backup_is_bound_and_not_sent_again(shop: Shop) -> None:
    order = release_order(make_order(reference="SHOP-5"), actor="tester")
    row = order.vendor_orders.get()
    result = compare(made(row.reference))
    row.refresh_from_db()
    assert (row.vendor_id, row.state) == ("77", VendorOrderState.IN_PRODUCTION)
    assert result.counts["mypromo"] == {"read": 1, "sent since the backup": 1}
    assert compare(made(row.reference)).counts["mypromo"]["known"] == 1


def test_what_was_changed_and_sent_since_the_backup_is_bound_and_shown(shop: Shop) -> None:
    order = release_order(make_order(reference="SHOP-5"), actor="tester")
    row = order.vendor_orders.get()
    compare(made(row.reference, quantity=6))
    row.refresh_from_db()
    assert row.vendor_id == "77"
    assert "quantity 6, not 5" in Hold.objects.get(reason=HoldReason.DIFFERS_AT_VENDOR).text


def test_what_was_cancelled_since_the_backup_is_not_made_anew_by_itself(shop: Shop) -> None:
    order = release_order(make_order(reference="SHOP-5"), actor="tester")
    row = order.vendor_orders.get()
    compare(made(row.reference, state=RemoteOrderState.CANCELLED))
    row.refresh_from_db()
    assert row.state == VendorOrderState.CANCELLED
    assert Hold.objects.get().reason == HoldReason.VENDOR_CANCELLED


def test_what_went_under_the_next_reference_since_the_backup_is_found(sent: Sent) -> None:
    row = sent(reference="SHOP-5", vendor_id="76")
    gone = made(row.reference, vendor_id="76", state=RemoteOrderState.CANCELLED)
    compare(gone, made(f"{row.reference}-g2"))
    row.refresh_from_db()
    assert (row.vendor_id, row.reference, row.abandoned_ids) == ("77", "WEB-100001-g2", ["76"])
    assert not Hold.objects.exists()


def test_a_number_that_was_given_to_two_customers_is_given_up_by_who_was_not_sent(shop: Shop) -> None:
    order = release_order(make_order(reference="SHOP-6"), actor="tester")
    row = order.vendor_orders.get()
    compare(made(row.reference, shop_reference="SHOP-5"))
    row.refresh_from_db()
    assert (row.vendor_id, row.reference) == ("", "WEB-100001-g2")
    assert StrayOrder.objects.get().beside == row


def test_an_order_that_was_not_yet_divided_at_the_backup_is_found_by_the_shops_reference(shop: Shop) -> None:
    order = make_order(reference="SHOP-5")
    compare(made(order.number))
    order.refresh_from_db()
    assert (order.state, order.vendor_orders.get().vendor_id) == ("released", "77")


def test_ids_go_on_behind_the_numbers_that_the_vendor_knows(shop: Shop) -> None:
    compare(made("WEB-177777"))
    assert take_id("orders_order_id_seq")[0] > 77_777


def test_what_waited_at_the_backup_is_looked_for_before_it_is_sent(sent: Sent) -> None:
    waiting = release_order(make_order(), actor="tester")
    known = sent(vendor_id="9")
    epoch = restored()
    later = release_order(make_order(), actor="tester")
    assert doubt_pushes(epoch) == 1
    states = {push.subject_id: (push.state, push.step) for push in Push.objects.all()}
    assert states[waiting.vendor_orders.get().pk] == (PushState.UNKNOWN, "create")
    assert states[known.pk] == (PushState.NEW, "")
    assert states[later.vendor_orders.get().pk] == (PushState.NEW, "")


def test_without_a_restore_nothing_is_doubted(sent: Sent) -> None:
    release_order(make_order(), actor="tester")
    assert doubt_pushes(restored(reconciled_at=timezone.now())) == 0
    assert not Push.objects.exclude(state=PushState.NEW).exists()


def test_a_dry_run_says_the_same_and_changes_nothing(shop: Shop) -> None:
    order = release_order(make_order(reference="SHOP-5"), actor="tester")
    result = Reconciliation(timezone.now())
    shown = [made(order.number), made("WEB-100009", shop_reference="SHOP-9", vendor_id="78")]
    _Comparison("mypromo", result, dry_run=True, progress=print)._compare_orders(iter(shown))
    assert result.counts["mypromo"] == {"read": 2, "sent since the backup": 1, "only the vendor knows it": 1}
    assert order.vendor_orders.get().vendor_id == ""
    assert not StrayOrder.objects.exists()


def test_an_order_that_cannot_be_compared_keeps_no_other_from_it_and_is_named(shop: Shop) -> None:
    """A fault of ours, or a lock that somebody holds: said in a line, and nothing leaves before it is seen to."""
    order = release_order(make_order(reference="SHOP-5"), actor="tester")
    order.addresses.all().delete()
    result = compare(made(order.number), made("WEB-100009", shop_reference="SHOP-9", vendor_id="78"))
    [said] = result.stopped
    assert f"{order.number} could not be compared" in said
    assert result.counts["mypromo"] == {"read": 2, "only the vendor knows it": 1}


class Silent(ReportsOrders):
    """A vendor that does not answer."""

    name = title = "Silent"
    settings_prefix = "SILENT"

    def __init__(self, connection: object) -> None:
        """Need nothing of the outside."""

    @classmethod
    def is_configured(cls) -> bool:
        return True

    def list_orders(self, **_query: object) -> None:
        raise VendorUnavailable("The silent one cannot be reached.")


class Talking(Silent):
    """One that answers, and has nothing; and which people have to look at."""

    name = title = "Talking"
    after_restore = "Look there."

    def list_orders(self, **_query: object) -> Iterator[OrderReport]:  # type: ignore[override]
        return iter(())


def test_a_vendor_that_does_not_answer_keeps_everything_from_leaving(shop: Shop, settings: Settings) -> None:
    settings.VENDORS = {name: f"tests.orders.test_restore.{name}" for name in ("Silent", "Talking")}
    restored()
    result = reconcile(since=None, dry_run=False, progress=print)
    assert (result.is_open, result.stopped) == (False, ["Silent: The silent one cannot be reached."])
    assert result.checks == ["Talking: Look there."]
    assert Epoch.objects.get().is_locked
    del settings.VENDORS["Silent"]
    assert reconcile(since=None, dry_run=True, progress=print).is_open is False
    assert reconcile(since=None, dry_run=False, progress=print).is_open
    assert not Epoch.objects.get().is_locked
