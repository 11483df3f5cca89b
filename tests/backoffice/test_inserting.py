"""Rows written in one statement are those that the ORM would have written."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from backoffice.engine.models import Push
from backoffice.inserting import insert_rows
from orders.models import Hold, HoldReason, Order, OrderEvent, OrderLine
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)


def stored(row: Any) -> dict[str, Any]:
    """Return what the database has of a row, but its id."""
    values: dict[str, Any] = type(row).objects.filter(pk=row.pk).values().get()
    return {name: value for name, value in values.items() if name != "id"}


def line(order: Order, position: int) -> OrderLine:
    return OrderLine(
        order=order,
        position=position,
        reference=f"line {position}",
        sku='T-1 "%s" %',
        quantity=position,
        unit_price="1.2345",
        files=[{"url": "https://files.example.com/ü.pdf", "type": "front"}],
        custom_properties={"a": [1, None, "\u202eb"]},
    )


def test_rows_are_as_the_orm_writes_them_in_their_order() -> None:
    order = make_order()
    ours = insert_rows([line(order, position) for position in (13, 11, 12)])
    assert [row.position for row in OrderLine.objects.filter(order=order).order_by("pk")] == [1, 13, 11, 12]
    found = {row.pk: stored(row) for row in ours}
    OrderLine.objects.filter(pk__in=found).delete()
    theirs = OrderLine.objects.bulk_create([line(order, position) for position in (13, 11, 12)])
    assert list(found.values()) == [stored(row) for row in theirs]


def test_one_statement_writes_any_number_of_rows() -> None:
    order = make_order()
    with CaptureQueriesContext(connection) as queries:
        insert_rows([line(order, position) for position in range(11, 31)])
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        assert insert_rows(list[OrderLine]()) == []
    assert len(queries) == 0


def test_a_written_row_is_known_as_such_and_saves_as_a_change() -> None:
    order = make_order()
    (row,) = insert_rows([line(order, 11)])
    row.quantity = 7
    row.save()
    assert OrderLine.objects.get(pk=row.pk).quantity == 7


def test_an_expression_is_worked_out_by_the_database() -> None:
    push = Push(vendor="mypromo", kind="orders.place", subject_type="x.y", subject_id=1, next_at=Now(), payload={})
    insert_rows([push])
    assert isinstance(Push.objects.get(pk=push.pk).next_at, datetime)


def test_an_id_that_came_after_the_assignment_is_taken_over() -> None:
    order = make_order()
    later = Order()
    event = OrderEvent(order=later, actor="a", kind="order.remark", params={}, at=AT)
    later.pk = order.pk
    insert_rows([event])
    assert OrderEvent.objects.get(pk=event.pk).order_id == order.pk


def test_a_row_of_an_unsaved_one_is_refused_and_nothing_is_written() -> None:
    order = make_order()
    known = Hold(order=order, reason=HoldReason.MANUAL, text="x")
    with pytest.raises(ValueError, match="not saved"):
        insert_rows([known, Hold(order=Order(), reason=HoldReason.MANUAL, text="x")])
    with pytest.raises(ValueError, match="cannot be written together"):
        insert_rows([known, Hold(pk=10**9, order=order, reason=HoldReason.MANUAL, text="x")])
    assert not Hold.objects.filter(order=order).exists()
