"""Many at once: one order, whoever is first. Real transactions on real connections."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from backoffice.accounts.models import IdempotencyKey
from backoffice.engine.models import Push
from orders.models import Order, OrderLine
from tests.api.storefront import Storefront, build_order, make_catalog, make_storefront

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
AT_ONCE = 50


@pytest.fixture
def storefront(transactional_db: None) -> Storefront:
    make_catalog()
    return make_storefront()


def all_at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run each call in a thread of its own, begun together; answers in the order of the calls."""
    limiter = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(index: int) -> None:
        limiter.wait()
        try:
            answers[index] = calls[index]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def place_repeating(storefront: Storefront, body: dict[str, Any], *, key: str) -> Any:
    """Place it as a storefront would: 409 still running is repeated."""
    while True:
        answer = storefront.place(body, key=key)
        if answer.status_code != 409 or answer.json()["code"] != "still_running":
            return answer
        time.sleep(0.2)


def test_fifty_parallel_posts_with_one_key_make_one_order(storefront: Storefront) -> None:
    answers = all_at_once([lambda: place_repeating(storefront, build_order(), key="k")] * AT_ONCE)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == AT_ONCE - 1
    assert (Order.objects.count(), OrderLine.objects.count(), Push.objects.count()) == (1, 2, 1)
    assert IdempotencyKey.objects.count() == 1


def test_parallel_posts_of_one_reference_under_different_keys_make_one_order(storefront: Storefront) -> None:
    calls = [lambda n=n: storefront.place(build_order(), key=f"k{n}") for n in range(20)]
    answers = all_at_once(calls)
    counts = Counter(answer.status_code for answer in answers)
    assert counts == {201: 1, 409: 19}
    order = Order.objects.get()
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {(body["code"], body["order"]) for body in refused} == {("reference_taken", order.pk)}
    assert (Push.objects.count(), IdempotencyKey.objects.count()) == (1, 1)


def test_the_same_race_with_keys_and_references_of_their_own_makes_all_the_orders(storefront: Storefront) -> None:
    """The control: it is key and reference that make one of fifty, and nothing in the race itself."""
    calls = [lambda n=n: storefront.place(build_order(reference=f"R-{n}"), key=f"k{n}") for n in range(20)]
    assert {answer.status_code for answer in all_at_once(calls)} == {201}
    assert (Order.objects.count(), Push.objects.count()) == (20, 20)
    assert len({order.number for order in Order.objects.all()}) == 20


def test_a_twin_that_waits_too_long_is_told_to_come_again(storefront: Storefront) -> None:
    held = threading.Event()
    done = threading.Event()

    def hold_the_key() -> None:
        with transaction.atomic():
            IdempotencyKey.objects.create(shop=storefront.shop, key="k", request_hash="x")
            held.set()
            done.wait(20)
            transaction.set_rollback(True)
        connection.close()

    first = threading.Thread(target=hold_the_key)
    first.start()
    held.wait(20)
    try:
        answer = storefront.place(build_order(), key="k")
    finally:
        done.set()
        first.join()
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (409, "still_running", "5")
    assert not Order.objects.exists()
    assert storefront.place(build_order(), key="k").status_code == 201
