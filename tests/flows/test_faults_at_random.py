"""Many orders while a fifth of all requests fail in every way there is: each becomes exactly one physical order."""

from collections import Counter

import pytest

from backoffice.engine.models import Push
from backoffice.engine.services import limiter
from backoffice.sandbox import Sandbox
from orders.models import Order, VendorOrderState
from orders.services.lifecycle import release_order
from orders.services.reports.pulling import OrderPull
from tests.flows.conftest import work_off
from tests.orders.rows import make_order

ORDERS = 12
# Certainly not done, ambiguous and done, ambiguous and not done, done late.
FAULTS: tuple[tuple[str, dict[str, float]], ...] = (
    ("maintenance", {}),
    ("cut_before", {}),
    ("cut_after", {}),
    ("status_after", {"status": 500}),
    ("broken_json", {}),
    ("truncated", {}),
    ("late", {"seconds": 0.4}),
)


@pytest.mark.fault
def test_with_a_fifth_of_all_requests_failing_each_order_is_made_exactly_once(
    sandbox: Sandbox, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PUSH_SETTLE_SECONDS = 0.5
    monkeypatch.setattr(limiter, "FAILURES_TO_OPEN", 10**6)
    rules = [sandbox.faults.add(kind, probability=0.2 / len(FAULTS), **more) for kind, more in FAULTS]
    orders = [release_order(make_order({"quantity": 5}, {"quantity": 25}), actor="tester") for _ in range(ORDERS)]

    work_off(patience=120)
    for rule in rules:
        sandbox.faults.remove(rule.id)
    OrderPull("mypromo").run()
    work_off()

    physical = sandbox.ledger.physical_orders()
    made = Counter(row["reference"].split("-g")[0] for row in physical)
    assert made == {order.number: 1 for order in orders}
    assert all([(item["sku"], item["quantity"]) for item in row["items"]] == _lines(orders[0]) for row in physical)
    states = set(Order.objects.values_list("vendor_orders__state", flat=True))
    assert states == {VendorOrderState.SUBMITTED}
    drafts = [row for row in sandbox.ledger.orders.values() if not row["submitted_at"]]
    assert {row["state"] for row in drafts} <= {"CANCELED"}
    assert sum(rule.hits for rule in rules) > ORDERS / 2
    assert Push.objects.filter(looks__gt=0).exists()


def _lines(order: Order) -> list[tuple[str, int]]:
    return list(order.lines.values_list("sku", "quantity"))
