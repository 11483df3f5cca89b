"""Orders that are split have numbers that no order of the tests has."""

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def far_numbers(db: None) -> None:
    """Let what is numbered by its key be far from what tests number by counting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('orders_order_id_seq', nextval('orders_order_id_seq') + 100)")
