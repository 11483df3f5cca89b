"""PostgreSQL ends a connection in the middle of an intake: the shop repeats, and has one order."""

import pytest
from django.db import close_old_connections, connection

from orders.models import Order
from tests.api.storefront import build_order, make_catalog, make_storefront


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["between requests", "in a request"])
def test_a_lost_connection_costs_one_503_at_most_and_no_order(moment: str) -> None:
    make_catalog()
    storefront = make_storefront()
    body = build_order(reference="PG-1")
    body["lines"] = body["lines"][:1]

    def end_connection() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])
        other.close()

    def once_it_writes(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if "INSERT INTO" in sql and "orders_order" in sql and not ended:
            ended.append(sql)
            end_connection()
        return execute(sql, params, many, context)

    ended: list[str] = []
    if moment == "in a request":
        with connection.execute_wrapper(once_it_writes):
            assert storefront.place(body, key="one").status_code == 503
        assert ended
    else:
        end_connection()
    close_old_connections()
    answers = [storefront.place(body, key="one") for _ in range(3)]
    assert [answer.status_code for answer in answers if answer.status_code != 503][-1] == 201
    assert Order.objects.count() == 1
