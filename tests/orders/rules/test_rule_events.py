"""What rules follow upon, end to end: held, refused, late, unknown, and a vendor from which nothing is heard."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.engine.models import Integration, Push
from backoffice.engine.services.handlers import handler_of
from backoffice.text.translatable import gettext as _
from backoffice.vendors.errors import FieldError, VendorRejected
from orders.models import HoldReason, Order, OrderEvent, VendorOrder, VendorOrderState
from orders.rules.models import Notice, RuleEvent, RuleRun
from orders.rules.services.jobs import orders_past
from orders.rules.services.running import work_waiting_events
from orders.services.lateness import mark_late_orders
from orders.services.lifecycle import hold_order, release_order
from orders.services.silence import note_silence
from orders.services.timeline import describe
from orders.tasks import _follow_time
from tests.orders.rows import make_order
from tests.orders.rules.rows import act, make_rule

pytestmark = pytest.mark.django_db
LOOK = act("notify", text="Look at it.")


def released() -> tuple[Order, Push]:
    order = release_order(make_order(), actor="mara")
    OrderEvent.objects.update(awaiting_rules=False)
    return order, Push.objects.get()


def hold() -> Order:
    order = make_order()
    hold_order(order, reason=HoldReason.MANUAL, text="ask", actor="mara")
    return order


def refuse() -> Order:
    order, push = released()
    error = VendorRejected(_("No such street."), errors=(FieldError("recipient.street", "too long"),))
    handler_of(push).rejected(push, error)
    return order


def lose() -> Order:
    order, push = released()
    handler_of(push).needs_attention(push)
    return order


def be_late() -> Order:
    order = make_order(state="released", production="sent", ship_by=timezone.now() - timedelta(hours=1))
    assert mark_late_orders() == 1
    return order


def silence(*, hours: float = 25, vendor: str = "mypromo", state: str = "submitted", **changes: object) -> Order:
    order = make_order(state="released")
    VendorOrder.objects.create(order=order, vendor=vendor, part=1, reference=f"W-{order.pk}", state=state)
    last = timezone.now() - timedelta(hours=hours)
    Integration.objects.update_or_create(vendor=vendor, defaults={"last_success_at": last, **changes})
    return order


def be_silent() -> Order:
    order = silence()
    _follow_time()
    return order


HAPPENS = {
    RuleEvent.HELD: hold,
    RuleEvent.REFUSED: refuse,
    RuleEvent.UNKNOWN: lose,
    RuleEvent.LATE: be_late,
    RuleEvent.SILENT: be_silent,
}


@pytest.mark.parametrize("event", HAPPENS)
def test_a_rule_follows_upon_what_really_happens_once(event: RuleEvent) -> None:
    rule = make_rule(LOOK, event=event)
    order = HAPPENS[event]()
    other = make_order()
    work_waiting_events()
    work_waiting_events()
    assert [notice.order for notice in Notice.objects.all()] == [order]
    assert RuleRun.objects.get().rule == rule
    assert list(orders_past(rule)) == [order]
    assert other not in orders_past(rule)


def test_each_order_at_a_silent_vendor_reads_of_a_silence_once() -> None:
    order, second = silence(), silence(state="in_production")
    ended = silence(state="done")
    assert (note_silence(), note_silence()) == (2, 0)
    line = order.events.get(kind="vendor.silent")
    assert describe(line).startswith("No answer from mypromo since ")
    assert not ended.events.filter(kind="vendor.silent").exists()
    # It answers, and falls silent anew: another silence.
    Integration.objects.update(last_success_at=timezone.now())
    assert note_silence() == 0
    assert note_silence(now=timezone.now() + timedelta(hours=25)) == 2
    assert second.events.filter(kind="vendor.silent").count() == 2


@pytest.mark.parametrize(
    "changes", [{"hours": 23}, {"paused_at": timezone.now()}, {"vendor": "sign-customiser"}, {"state": "planned"}]
)
def test_what_is_no_silence(changes: dict[str, object]) -> None:
    """It answered, somebody paused it, nobody can ask it, or it has nothing of ours."""
    silence(**changes)  # type: ignore[arg-type]
    assert note_silence() == 0
    assert not OrderEvent.objects.filter(kind="vendor.silent").exists()


def test_many_orders_at_a_silent_vendor_are_noted_a_batch_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.services.silence._BATCH", 2)
    for _number in range(5):
        silence()
    assert note_silence() == 5
    assert VendorOrder.objects.filter(state=VendorOrderState.SUBMITTED).count() == 5
