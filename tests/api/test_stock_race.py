"""Two orders want the last pieces at once. Real transactions on real connections."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from backoffice.accounts.models import Shop
from backoffice.api.validation import read_struct
from backoffice.engine.models import Push
from catalog.models import Availability, Variant
from orders.models import OrderLine, VendorOrder
from orders.services import stock
from orders.services.intake.input import NewOrder
from orders.services.intake.taking import place_order
from tests.api.storefront import PEN, Storefront, build_order, make_catalog, make_storefront

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
# What was sold once: 742 pieces of 642.
PIECES, EACH = 642, 371
NO_LOCK = "SELECT %s, %s::text[], %s::text[];"


@pytest.fixture
def storefront(transactional_db: None) -> Storefront:
    make_catalog()
    variant = Variant.objects.get(sku=PEN)
    Availability.objects.create(variant=variant, fulfiller_id="1", available=True, stock_managed=True, stock_qty=PIECES)
    storefront = make_storefront()
    # The first order of all writes what only a first one does, which the others would wait for.
    assert storefront.place(build_order(reference="before")).status_code == 201
    return storefront


def body(reference: str) -> dict[str, Any]:
    line = {"sku": PEN, "quantity": EACH, "unit_price": "1.29"}
    return build_order(reference=reference, lines=[line])


def place(storefront: Storefront, reference: str) -> int:
    try:
        return int(storefront.place(body(reference)).status_code)
    finally:
        connection.close()


def test_of_many_at_once_one_gets_the_last_pieces(storefront: Storefront) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: place(storefront, f"R-{number}"), range(8)))
    assert Counter(answers) == {201: 1, 422: 7}
    assert OrderLine.objects.get(sku=PEN).quantity == EACH


@pytest.mark.parametrize(("choice", "status"), [("refuse", 422), ("hold", 201)])
def test_742_of_642_are_never_sold(storefront: Storefront, choice: str, status: int) -> None:
    Shop.objects.update(on_short_stock=choice)
    line = {"sku": PEN, "quantity": 742, "unit_price": "1.29"}
    answer = storefront.place(build_order(reference="R-742", lines=[line]))
    assert answer.status_code == status
    errors = answer.json()["errors"] if choice == "refuse" else answer.json()["holds"][0]["errors"]
    assert errors == {"lines[0].quantity": [f"742 × {PEN} is more than the 642 in stock."]}
    assert not Push.objects.filter(subject_id__in=VendorOrder.objects.filter(order__reference="R-742")).exists()


@pytest.mark.parametrize("locked", [True, False])
def test_the_second_waits_for_the_first_and_without_the_lock_both_are_taken(
    storefront: Storefront, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """The first is written and not yet committed when the second comes. The control has no lock."""
    if not locked:
        monkeypatch.setattr(stock, "_LOCK", NO_LOCK)
    written, commit = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            place_order(read_struct(body("first"), NewOrder), shop=storefront.shop, actor="shop:WEB")
            written.set()
            commit.wait(10)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        begun = pool.submit(first)
        assert written.wait(10)
        second = pool.submit(place, storefront, "second")
        try:
            wait_until_blocked() if locked else second.result(10)
        finally:
            commit.set()
        begun.result(10)
        assert second.result(10) == (422 if locked else 201)
    assert OrderLine.objects.filter(sku=PEN).count() == (1 if locked else 2)


def wait_until_blocked() -> None:
    """Wait until somebody waits for the lock of a stock."""
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")
