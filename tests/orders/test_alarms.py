"""What is found about an order that has ended stays visible until a person settles it."""

import ast
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import timezone

from backoffice.engine.models import Epoch, Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.delivery import Withdrawn
from backoffice.engine.services.epoch import read_epoch
from backoffice.errors import Conflict, InvalidInput
from backoffice.text.translatable import gettext as said
from backoffice.vendors.errors import VendorRejected
from backoffice.vendors.messages import RemoteOrderState
from orders.models import Hold, HoldReason, Order, OrderAlarm, OrderState, VendorOrder, VendorOrderState
from orders.services.alarms import raise_alarm, settle_alarm
from orders.services.cancellation_outcomes import go_on_after_refusal
from orders.services.files.checks import _hold as hold_for_files
from orders.services.files.checks import _Round
from orders.services.holds import hold_if_open, place_hold
from orders.services.lifecycle import cancel_order
from orders.services.placing.linking import hold_beside, hold_changed
from orders.services.placing.refusals import PlaceHandler
from orders.services.placing.relatives import hold_for_submitted
from orders.services.placing.single_call import SingleCall
from orders.services.placing.two_phases import Placement
from orders.services.reports.applying import apply_order_report
from orders.services.unavailable import _hold as hold_unavailable
from tests.orders.reports import report

pytestmark = pytest.mark.django_db

Sent = Callable[..., VendorOrder]
ROOT = Path(__file__).resolve().parents[2]
SERVICES = ROOT / "orders"


def ended(sent: Sent, state: OrderState = OrderState.CLOSED, **changes: object) -> VendorOrder:
    """Return an order at the vendor that has ended."""
    row = sent()
    row.order.vendor_orders.update(**{"state": VendorOrderState.IN_PRODUCTION, **changes})
    Order.objects.filter(pk=row.order_id).update(state=state)
    row.refresh_from_db()
    row.order.refresh_from_db()
    return row


def place_push(row: VendorOrder) -> Push:
    push = Push.objects.about(row).get()
    push.state = PushState.FAILED
    push.save()
    return push


def second_order(row: VendorOrder) -> None:
    apply_order_report(report(RemoteOrderState.SUBMITTED, step=50, vendor_id="77"), source="callback")


def vendor_cancels(row: VendorOrder) -> None:
    apply_order_report(report(RemoteOrderState.CANCELLED, step=60), source="callback")


def cancellation_refused_for_the_rest(row: VendorOrder) -> None:
    Order.objects.filter(pk=row.order_id).update(cancel_requested_at=timezone.now())
    VendorOrder.objects.filter(pk=row.pk).update(state=VendorOrderState.CANCELLED)
    go_on_after_refusal(row, text="Too late.", actor="vendor:mypromo")


def files_unfit(row: VendorOrder) -> None:
    hold_for_files(row, _Round(errors={"lines[0].files[0]": ["not a PDF"]}))


def refused(row: VendorOrder) -> None:
    PlaceHandler().rejected(place_push(row), VendorRejected("The street is too long."))


def id_unknown(row: VendorOrder) -> None:
    VendorOrder.objects.filter(pk=row.pk).update(vendor_id="")
    Placement().decided(place_push(row), happened=True)


def submitted_differs(row: VendorOrder) -> None:
    class Delivery:
        push, vendor = place_push(row), SimpleNamespace(name=row.vendor)

        def vendor_as(self, ability: object) -> None: ...

    placement = Placement()
    placement.begin(Delivery())  # type: ignore[arg-type]
    placement._hold(["quantity 6, not 5"], first="%(vendor)s", then="")


def no_longer_made(row: VendorOrder) -> None:
    hold_unavailable(row.order_id, list(row.order.lines.all()))


def another_made_for_the_same_sale(row: VendorOrder) -> None:
    made = report(RemoteOrderState.SUBMITTED, step=50, vendor_id="77")
    hold_beside(row.order, made, ["quantity 6, not 5"], actor="reconcile")


def sent_as_something_else_since_the_backup(row: VendorOrder) -> None:
    hold_changed(row.order, report(RemoteOrderState.SUBMITTED, step=50), ["quantity 6, not 5"], actor="reconcile")


def made_of_what_was_merged(row: VendorOrder) -> None:
    hold_for_submitted(row.order_id, "WEB-7")


def sold_before_a_restore(row: VendorOrder) -> None:
    class Delivery:
        push, vendor = place_push(row), SimpleNamespace(name=row.vendor)

        def vendor_as(self, ability: object) -> None: ...

        def record(self, change: Callable[[], object]) -> None:
            change()

    now = timezone.now()
    read_epoch()
    Epoch.objects.update(saved_at=now, found_at=now, reconciled_at=now)
    call = SingleCall()
    call.begin(Delivery())  # type: ignore[arg-type]
    with pytest.raises(Withdrawn):
        call._ensure_not_doubtful()


# Every function that calls hold_if_open: how it comes to call it, and whether a cancelled order is told as well.
CALLERS: dict[str, tuple[Callable[[VendorOrder], None], set[OrderState]]] = {
    "services/reports/duplicates.py:_raise_alarm": (second_order, {OrderState.CLOSED, OrderState.CANCELLED}),
    "services/reports/applying.py:_follow_cancellation": (vendor_cancels, {OrderState.CLOSED, OrderState.CANCELLED}),
    "services/cancellation_outcomes.py:go_on_after_refusal": (
        cancellation_refused_for_the_rest,
        {OrderState.CLOSED, OrderState.CANCELLED},
    ),
    "services/placing/refusals.py:rejected": (refused, {OrderState.CLOSED}),
    "services/placing/two_phases.py:_assume_placed": (id_unknown, {OrderState.CLOSED, OrderState.CANCELLED}),
    "services/placing/draft.py:_hold": (submitted_differs, {OrderState.CLOSED, OrderState.CANCELLED}),
    "services/files/checks.py:_hold": (files_unfit, {OrderState.CLOSED}),
    "services/placing/linking.py:hold_beside": (
        another_made_for_the_same_sale,
        {OrderState.CLOSED, OrderState.CANCELLED},
    ),
    "services/placing/linking.py:hold_changed": (
        sent_as_something_else_since_the_backup,
        {OrderState.CLOSED, OrderState.CANCELLED},
    ),
    "services/placing/relatives.py:hold_for_submitted": (
        made_of_what_was_merged,
        {OrderState.CLOSED, OrderState.CANCELLED},
    ),
    "services/placing/single_call.py:_ensure_not_doubtful": (sold_before_a_restore, {OrderState.CLOSED}),
    # Of what has ended nothing has to be made.
    "services/unavailable.py:_hold": (no_longer_made, set()),
}


def calls_of(name: str) -> set[str]:
    """Return "file:function" of every call of that function in the code of orders."""
    found = set()
    for path in SERVICES.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
                if any(getattr(call, "id", getattr(call, "attr", "")) == name for call in calls):
                    found.add(f"{path.relative_to(SERVICES).as_posix()}:{function.name}")
    return found


def test_every_caller_of_hold_if_open_is_tried_here() -> None:
    assert calls_of("hold_if_open") == set(CALLERS)


def test_nobody_else_decides_by_the_state_whether_an_order_is_held() -> None:
    """A second place that looks first and holds then would lose what it found."""
    # `hold_order` refuses aloud, `release_or_hold` holds only what might be released; what is edited, split or merged
    # is open and locked.
    assert calls_of("place_hold") == {
        "services/editing/edits.py:_hold_for",
        "services/editing/edits.py:restore_addresses",
        "services/regrouping/merging.py:_check",
        "services/regrouping/splitting.py:hold",
        "services/holds.py:hold_if_open",
        "services/lifecycle.py:hold_order",
        "services/lifecycle.py:release_or_hold",
    }


@pytest.mark.parametrize("state", [OrderState.CLOSED, OrderState.CANCELLED])
@pytest.mark.parametrize("caller", CALLERS)
def test_no_caller_of_hold_if_open_loses_an_alarm(sent: Sent, caller: str, state: OrderState) -> None:
    act, alarmed = CALLERS[caller]
    row = ended(sent, state)
    act(row)
    assert OrderAlarm.objects.filter(order=row.order).count() == (state in alarmed)
    assert not Hold.objects.exists()
    assert Order.objects.get().state == state


@pytest.mark.parametrize("reason", HoldReason)
def test_an_open_order_is_held_and_a_closed_one_alarmed_whatever_the_reason(sent: Sent, reason: HoldReason) -> None:
    row = sent()
    hold_if_open(row.order, reason=reason, text="look", actor="system")
    assert [hold.reason for hold in Hold.objects.all()] == [reason]
    Hold.objects.all().delete()
    Order.objects.update(state=OrderState.CLOSED)
    hold_if_open(Order.objects.get(), reason=reason, text="look", actor="system")
    assert [(alarm.reason, alarm.text) for alarm in OrderAlarm.objects.all()] == [(reason, "look")]
    assert not Hold.objects.exists()


def test_the_same_alarm_again_is_one_and_another_stands_beside_it(sent: Sent) -> None:
    order = ended(sent).order
    for vendor_id in ("77", "77", "78"):
        text = said("%(vendor)s has a second order for %(reference)s: %(other)s") % {
            "vendor": "mypromo", "reference": "1", "other": vendor_id,
        }  # fmt: skip
        raise_alarm(order, reason=HoldReason.SECOND_AT_VENDOR, text=text, actor="system")
    assert order.alarms.count() == 2
    assert order.events.filter(kind="alarm.raised").count() == 2


def test_two_second_orders_of_an_open_order_are_both_named_by_its_hold(sent: Sent) -> None:
    row = sent()
    for vendor_id in ("77", "78"):
        apply_order_report(report(RemoteOrderState.SUBMITTED, step=50, vendor_id=vendor_id), source="callback")
    hold = Hold.objects.get()
    assert "77" in hold.text
    assert "78" in hold.text
    assert row.order.events.filter(kind="vendor.duplicate").count() == 2


def test_cancelling_an_order_does_not_end_the_alarm_about_a_second_one(sent: Sent) -> None:
    row = sent(vendor_id="")
    VendorOrder.objects.update(state=VendorOrderState.REFUSED)
    Push.objects.all().delete()
    order = Order.objects.locked(row.order_id)
    place_hold(order, reason=HoldReason.SECOND_AT_VENDOR, text="78 in addition to ours", actor="vendor:mypromo")
    place_hold(order, reason=HoldReason.VENDOR_REFUSED, text="no", actor="vendor:mypromo")
    order = cancel_order(order, actor="tom", reason="changed their mind")
    assert order.state == OrderState.CANCELLED
    assert [(alarm.reason, alarm.text) for alarm in order.alarms.all()] == [
        ("second_at_vendor", "78 in addition to ours")
    ]
    assert not order.holds.filter(released_at__isnull=True).exists()


def test_a_cancelled_order_asks_for_nothing(sent: Sent) -> None:
    row = sent(vendor_id="")
    VendorOrder.objects.update(state=VendorOrderState.REFUSED)
    Push.objects.update(state=PushState.FAILED, needs_attention=True, updated_at=timezone.now() - timedelta(days=1))
    order = cancel_order(row.order, actor="tom", reason="changed their mind")
    push = Push.objects.get()
    assert (order.state, push.needs_attention, push.decided_by) == (OrderState.CANCELLED, False, "tom")
    assert not OrderAlarm.objects.exists()


def test_settling_needs_a_reason_and_happens_once(sent: Sent) -> None:
    order = ended(sent).order
    raise_alarm(order, reason=HoldReason.SECOND_AT_VENDOR, text="look", actor="system")
    alarm = order.alarms.get()
    with pytest.raises(InvalidInput):
        settle_alarm(alarm, actor="tom", settlement="  ")
    alarm.refresh_from_db()
    assert alarm.settled_at is None
    settle_alarm(alarm, actor="tom", settlement="Cancelled 77 by telephone.")
    with pytest.raises(Conflict):
        settle_alarm(alarm, actor="mara", settlement="Me too.")
    alarm.refresh_from_db()
    assert (alarm.settled_by, alarm.settlement) == ("tom", "Cancelled 77 by telephone.")
    assert order.events.filter(kind="alarm.settled").count() == 1
