"""Taking orders in: what begins how, once each, held or refused."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from backoffice.accounts.models import IdempotencyKey, Shop
from backoffice.engine.models import Push
from catalog.models import Variant
from orders.models import Hold, Order, OrderState, VendorOrder
from tests.api.storefront import CARD, PEN, Storefront, build_order, make_catalog, make_storefront


@pytest.fixture
def storefront(db: None) -> Storefront:
    return make_storefront()


@pytest.fixture(autouse=True)
def catalog(db: None) -> dict[str, Variant]:
    return make_catalog()


def nothing_was_written() -> bool:
    return not (Order.objects.exists() or Push.objects.exists() or IdempotencyKey.objects.exists())


def test_an_order_begins_released_with_its_push_and_its_costs(storefront: Storefront) -> None:
    answer = storefront.place(build_order())
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/orders/{answer.json()['id']}/"
    order = Order.objects.get()
    assert (order.state, order.number) == (OrderState.RELEASED, f"WEB-{100_000 + order.pk}")
    assert [(line.vendor, line.unit_cost and str(line.unit_cost)) for line in order.lines.all()] == [
        ("mypromo", "0.7000"),
        ("mypromo", None),
    ]
    part = order.vendor_orders.get()
    assert Push.objects.get().subject_id == part.pk
    assert part.lines.count() == 2


def test_an_order_of_a_shop_that_looks_first_begins_new(storefront: Storefront) -> None:
    storefront.shop.release_automatically = False
    storefront.shop.save()
    assert storefront.place(build_order()).json()["state"]["order"] == "new"
    assert not Push.objects.exists()
    assert not VendorOrder.objects.exists()


def test_sixty_lines_become_two_orders_at_the_vendor(storefront: Storefront) -> None:
    line = {"sku": PEN, "quantity": 10, "unit_price": "1"}
    storefront.place(build_order(lines=[line] * 60))
    assert [part.lines.count() for part in VendorOrder.objects.order_by("part")] == [50, 10]
    assert Push.objects.count() == 2


def test_lines_without_a_reference_are_called_by_their_position(storefront: Storefront) -> None:
    line = {"sku": PEN, "quantity": 10, "unit_price": "1"}
    answer = storefront.place(build_order(lines=[line, line]))
    assert [row["reference"] for row in answer.json()["lines"]] == ["1", "2"]


# --- Idempotency ------------------------------------------------------------------------------------------------------


def test_the_same_key_and_body_get_the_stored_answer(storefront: Storefront) -> None:
    first = storefront.place(build_order(), key="k")
    Order.objects.update(state=OrderState.CLOSED)
    again = storefront.place(build_order(), key="k")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert again["Location"] == first["Location"]
    assert (Order.objects.count(), Push.objects.count()) == (1, 1)


def test_the_order_of_keys_and_white_space_make_no_other_body(storefront: Storefront) -> None:
    body = build_order()
    storefront.place(body, key="k")
    turned = dict(reversed(body.items())) | {"express_shipping": False}
    assert storefront.place(turned, key="k").status_code == 201


@pytest.mark.parametrize(
    "change", [{"total": "189.01"}, {"lines.0.quantity": 101}, {"customer.accepts_letters": False}]
)
def test_the_same_key_with_another_body_is_refused(storefront: Storefront, change: dict[str, Any]) -> None:
    storefront.place(build_order(), key="k")
    answer = storefront.place(build_order(**change), key="k")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert (Order.objects.count(), Push.objects.count()) == (1, 1)


def test_asking_to_hold_makes_another_request(storefront: Storefront) -> None:
    storefront.place(build_order(), key="k")
    assert storefront.place(build_order(), key="k", query="?on_invalid=hold").status_code == 422


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 256, "a\0"])
def test_a_request_without_a_proper_key_is_refused(storefront: Storefront, key: str) -> None:
    answer = storefront.post("orders/", build_order(), **{"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert nothing_was_written()


def test_a_key_of_255_characters_is_taken(storefront: Storefront) -> None:
    assert storefront.place(build_order(), key="x" * 255).status_code == 201


def test_a_refused_request_leaves_its_key_free(storefront: Storefront) -> None:
    assert storefront.place(build_order(**{"lines.0.sku": "NONE"}), key="k").status_code == 422
    assert nothing_was_written()
    assert storefront.place(build_order(), key="k").status_code == 201


def test_shops_do_not_share_keys_or_references(storefront: Storefront) -> None:
    other = make_storefront("OTH")
    assert storefront.place(build_order(), key="k").status_code == 201
    assert other.place(build_order(), key="k").status_code == 201
    assert Order.objects.count() == 2


def test_a_second_order_with_the_shops_reference_is_refused_and_the_first_is_named(storefront: Storefront) -> None:
    first = storefront.place(build_order())
    answer = storefront.place(build_order(total="1"))
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_taken")
    assert answer.json()["order"] == first.json()["id"]
    assert (Order.objects.count(), IdempotencyKey.objects.count(), Push.objects.count()) == (1, 1, 1)


# --- Holds ------------------------------------------------------------------------------------------------------------


def test_an_order_that_breaks_limits_is_refused_whole(storefront: Storefront) -> None:
    answer = storefront.place(build_order(**{"recipient.zip": "1", "lines.0.sku": "NONE"}))
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"recipient.zip", "lines[0].sku"}
    assert nothing_was_written()


def test_on_demand_it_is_taken_and_held_for_each_reason(storefront: Storefront) -> None:
    body = build_order(**{"recipient.zip": "1", "lines.0.sku": "NONE", "currency": "USD"})
    answer = storefront.place(body, query="?on_invalid=hold")
    assert (answer.status_code, answer.json()["state"]["order"]) == (201, "held")
    holds = {hold["reason"]: set(hold["errors"]) for hold in answer.json()["holds"]}
    assert holds == {
        "bad_address": {"recipient.zip"}, "invalid_input": {"lines[0].sku"}, "odd_price": {"currency"},
    }  # fmt: skip
    assert Hold.objects.count() == 3
    assert not Push.objects.exists()
    assert [event.kind for event in Order.objects.get().events.all()] == [
        "order.received",
        "order.held",
        "hold.placed",
        "hold.placed",
        "hold.placed",
    ]


def test_a_good_order_is_not_held_by_offering_it(storefront: Storefront) -> None:
    assert storefront.place(build_order(), query="?on_invalid=hold").json()["state"]["order"] == "released"


def test_what_cannot_be_kept_is_refused_even_when_holding_is_asked_for(storefront: Storefront) -> None:
    answer = storefront.place(build_order(**{"recipient.city": "x" * 201}), query="?on_invalid=hold")
    assert answer.status_code == 400
    assert nothing_was_written()


def test_only_refuse_and_hold_are_known(storefront: Storefront) -> None:
    assert storefront.place(build_order(), query="?on_invalid=ignore").status_code == 400
    assert storefront.place(build_order(), query="?on_invalid=refuse").status_code == 201


def watch_for_duplicates() -> None:
    Shop.objects.update(duplicate_window_minutes=10)


def test_an_order_that_looks_like_one_of_a_moment_ago_waits_for_a_person(storefront: Storefront) -> None:
    watch_for_duplicates()
    first = storefront.place(build_order(reference="A"))
    second = storefront.place(build_order(**{"reference": "B", "recipient.lastname": "GRÖSSER"}))
    assert first.json()["state"]["order"] == "released"
    assert [hold["reason"] for hold in second.json()["holds"]] == ["possible_duplicate"]
    assert first.json()["number"] in second.json()["holds"][0]["text"]
    assert Push.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [{"recipient.street": "Hauptstraße 43"}, {"lines.0.quantity": 101}, {"complaint": True}, {"lines.1.design_id": 10}],
)
def test_an_order_that_differs_is_no_lookalike(storefront: Storefront, change: dict[str, Any]) -> None:
    watch_for_duplicates()
    storefront.place(build_order(reference="A"))
    assert storefront.place(build_order(reference="B", **change)).json()["holds"] == []


def test_neither_an_older_nor_a_cancelled_order_nor_one_of_another_shop_is_a_twin(
    storefront: Storefront,
) -> None:
    watch_for_duplicates()
    storefront.place(build_order(reference="A"))
    assert make_storefront("OTH", duplicate_window_minutes=10).place(build_order(reference="B")).json()["holds"] == []
    Order.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert storefront.place(build_order(reference="C")).json()["holds"] == []
    Order.objects.update(state=OrderState.CANCELLED)
    assert storefront.place(build_order(reference="D")).json()["holds"] == []


def test_a_shop_may_choose_that_lookalikes_are_not_looked_for(storefront: Storefront) -> None:
    storefront.place(build_order(reference="A"))
    assert storefront.place(build_order(reference="B")).json()["holds"] == []


def test_looking_for_a_twin_uses_its_index(storefront: Storefront) -> None:
    storefront.place(build_order())
    with connection.cursor() as cursor:
        # With one order any index will do: many others make it choose.
        cursor.execute(
            "INSERT INTO orders_order SELECT (jsonb_populate_record(o, jsonb_build_object("
            "'id', o.id + n, 'number', 'X-' || n, 'reference', 'X-' || n, 'fingerprint', md5(n::text)))).*"
            " FROM orders_order o, generate_series(1, 2000) n"
        )
        cursor.execute("ANALYZE orders_order")
        rows = Order.objects.filter(shop=storefront.shop, fingerprint=uuid.uuid4().hex)
        assert "order_fingerprint" in rows.explain()


def test_the_vendors_price_is_the_tier_of_the_quantity(storefront: Storefront) -> None:
    storefront.place(build_order(**{"lines.0.quantity": 99}))
    assert str(Order.objects.get().lines.get(sku=CARD).unit_cost) == "0.9000"


def test_two_orders_at_the_same_moment_do_not_both_leave(transactional_db: None) -> None:
    """As a double click sends them: neither sees the other unless one waits."""
    storefront = make_storefront("TWO", duplicate_window_minutes=10)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda name: _place_apart(storefront, name), "ABCD"))
    assert sorted(answers) == ["held", "held", "held", "released"]


def _place_apart(storefront: Storefront, reference: str) -> str:
    try:
        answer = Storefront(storefront.shop, storefront.key).place(build_order(reference=reference))
        return str(answer.json()["state"]["order"])
    finally:
        connection.close()
