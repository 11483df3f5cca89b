"""The control of what every test is watched for: fields that are loaded row by row."""

from collections import Counter

import pytest

from orders.models import OrderLine
from tests.orders.rows import make_order
from tests.row_by_row import MOST, counted_loads, too_often


@pytest.mark.django_db
@pytest.mark.parametrize(("columns", "found"), [(["sku"], True), (["sku", "order_id"], False)])
def test_rows_of_a_related_manager_without_their_key_are_found(
    deferred_loads: Counter[str], columns: list[str], found: bool
) -> None:
    order = make_order(*[{"reference": f"L{number}"} for number in range(MOST + 1)])
    with counted_loads() as loads:
        assert len(list(order.lines.only(*columns))) == MOST + 1
    assert too_often(loads) == too_often(deferred_loads) == ({"orders.orderline.order_id": MOST + 1} if found else {})
    deferred_loads.clear()  # else it would fail this test, as it would any other


@pytest.mark.django_db
def test_a_field_that_is_read_of_one_row_is_none(django_assert_num_queries) -> None:
    make_order()
    with counted_loads() as loads, django_assert_num_queries(2):
        assert OrderLine.objects.defer("name").get().name == "Mug"
    assert too_often(loads) == {}
