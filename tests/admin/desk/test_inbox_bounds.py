"""Counting held orders reads no order beyond what is counted: whose a hold is says an index, or nobody asks."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.dashboard.inbox import counting
from backoffice.dashboard.inbox.counting import InboxScope, count_kinds
from backoffice.dashboard.kinds.holds import KINDS
from orders.models import Hold, HoldReason, Order
from orders.services.lifecycle import hold_order
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db
MANUAL = next(kind for kind in KINDS if kind.name == "held-manual")


@pytest.fixture
def mara() -> User:
    """Hold nine orders: two are nobody's, three Mara's and four Tom's, of which one hold is hers."""
    mara, tom = User.objects.create_user("mara"), User.objects.create_user("tom")
    for assignee in [None, None, mara, mara, mara, tom, tom, tom, tom]:
        order = make_order(assignee=assignee)
        hold_order(order, reason=HoldReason.MANUAL, text="", actor="system")
    Hold.objects.filter(order=Order.objects.filter(assignee=tom).latest("pk")).update(owner=mara)
    return mara


def counted(user: User, most: int, monkeypatch: pytest.MonkeyPatch, *, snoozed: int = 0) -> dict[str, int]:
    monkeypatch.setattr(counting, "COUNTED", most)
    oldest = list(Hold.objects.order_by("placed_at", "pk").values_list("pk", flat=True)[:snoozed])
    [tally] = count_kinds([MANUAL], user=user, snoozed={MANUAL.name: oldest})
    assert tally.oldest[InboxScope.TEAM] == Hold.objects.order_by("placed_at", "pk")[snoozed].placed_at
    return {scope.value: count for scope, count in tally.counts.items()}


def test_few_are_counted_to_their_end(mara: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted(mara, 10, monkeypatch) == {"mine": 4, "unassigned": 2, "team": 9, "snoozed": 0}
    assert counted(mara, 10, monkeypatch, snoozed=1) == {"mine": 4, "unassigned": 1, "team": 8, "snoozed": 1}


def test_many_are_counted_as_far_as_said_in_each_scope(mara: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted(mara, 9, monkeypatch) == {"mine": 4, "unassigned": 2, "team": 9, "snoozed": 0}
    assert counted(mara, 3, monkeypatch) == {"mine": 3, "unassigned": 2, "team": 3, "snoozed": 0}
    assert counted(mara, 3, monkeypatch, snoozed=1) == {"mine": 3, "unassigned": 1, "team": 3, "snoozed": 1}


def nodes_of_orders(user: User) -> list[str]:
    """Return what the first query does with the table of orders."""
    with CaptureQueriesContext(connection) as queries:
        count_kinds([MANUAL], user=user, snoozed={})
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {queries[0]['sql']}")
        plan = [line for (line,) in cursor.fetchall()]
    return [line for line in plan if re.search(r"on orders_order\b", line)]


def test_beyond_what_is_counted_no_order_is_read(mara: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "COUNTED", 3)
    read = nodes_of_orders(mara)
    assert read
    assert all("never executed" in line for line in read), read
    # The control: of few it is asked whose they are.
    monkeypatch.setattr(counting, "COUNTED", 1000)
    assert not all("never executed" in line for line in nodes_of_orders(mara))
