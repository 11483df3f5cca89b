"""The pages on which staff split and merge orders, and what the order's page says of it."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Variant
from orders.models import Order, OrderState
from orders.services.lifecycle import cancel_order, release_order
from tests.admin.desk.conftest import SignIn
from tests.api.storefront import make_catalog
from tests.orders.editing.desk import edited_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalog(db: None) -> dict[str, Variant]:
    return make_catalog()


def bought(**changes: Any) -> Order:
    return edited_order({"reference": "a"}, {"reference": "b"}, customer_email="jana@example.com", **changes)


def url(order: Order, what: str) -> str:
    return f"/admin/orders/order/{order.pk}/{what}/"


def pieces(order: Order, *typed: str) -> dict[str, str]:
    lines = order.lines.order_by("position")
    return {f"pieces-{line.pk}": text for line, text in zip(lines, typed, strict=False)}


def test_the_order_offers_to_split_it_and_the_new_one_links_back(desk: Client) -> None:
    order = bought()
    assert url(order, "split") in desk.get(url(order, "change")).content.decode()
    assert desk.get(url(order, "split")).status_code == 200
    answer = desk.post(url(order, "split"), {"revision": "1", **pieces(order, "40", "")}, follow=True)
    new = Order.objects.get(split_from=order)
    assert answer.redirect_chain[-1][0] == url(new, "change")
    page = answer.content.decode()
    assert f"{new.number} was split from {order.number}. Status: new." in page
    assert f'href="{url(order, "change")}"' in page
    assert f'href="{url(new, "change")}"' in desk.get(url(order, "change")).content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("40", "Split off 40 pieces, €51.60"),
        ("", "Enter how many pieces go"),
        ("x", "Enter how many pieces go"),
        ("101", "Line a has a quantity of only 100."),
        ("٤", "Enter how many pieces go"),
    ],
)
def test_what_becomes_of_both_is_shown_while_typing_and_takes_no_number(desk: Client, typed: str, words: str) -> None:
    order = bought()
    shown = desk.post(url(order, "split/preview"), pieces(order, typed))
    assert words in shown.content.decode()
    assert (Order.objects.count(), order.events.count()) == (1, 0)


def test_what_the_catalogue_refuses_stands_at_its_line_and_may_be_passed_over(desk: Client) -> None:
    Variant.objects.update(order_min_qty=50)
    order = bought()
    posted = {"revision": "1", **pieces(order, "10")}
    page = desk.post(url(order, "split"), posted).content.decode()
    assert "Split-off order: " in page
    assert Order.objects.count() == 1
    desk.post(url(order, "split"), {**posted, "save": "anyway"})
    assert Order.objects.count() == 2


def test_a_stale_page_and_a_submitted_order_are_said_in_words(desk: Client) -> None:
    order = bought()
    page = desk.post(url(order, "split"), {"revision": "7", **pieces(order, "10")}).content.decode()
    assert "Someone else changed order" in page
    release_order(order, actor="mara").vendor_orders.update(state="submitted")
    assert "accepts no changes" in desk.get(url(order, "split")).content.decode()


def test_the_order_offers_those_of_the_same_recipient_and_merges_the_chosen(desk: Client) -> None:
    first, second, third = bought(), bought(), bought()
    cancel_order(third, actor="mara", reason="")
    page = desk.get(url(first, "change")).content.decode()
    assert "1 other open order of this customer goes to the same address." in page
    shown = desk.get(url(first, "merge")).content.decode()
    assert second.number in shown
    assert third.number not in shown
    outcome = desk.post(url(first, "merge/preview"), {"order": [str(second.pk)]}).content.decode()
    assert "Merge 1 order, €516.00 in total" in outcome
    answer = desk.post(url(first, "merge"), {"revision": "1", "order": [str(second.pk)]}, follow=True)
    assert f"1 order was merged into {first.number}." in answer.content.decode()
    second.refresh_from_db()
    assert (second.state, second.merged_into) == (OrderState.CANCELLED, first)
    assert f'href="{url(first, "change")}"' in desk.get(url(second, "change")).content.decode()


def test_what_cannot_be_merged_is_shown_with_its_reason(desk: Client) -> None:
    first, second = bought(), bought(express_shipping=True)
    page = desk.get(url(first, "merge")).content.decode()
    assert "differ in express" in page
    answer = desk.post(url(first, "merge"), {"revision": "1", "order": [str(second.pk), "x", "9" * 30]})
    assert "differ in express" in answer.content.decode()
    assert Order.objects.filter(state=OrderState.CANCELLED).count() == 0


def test_who_may_only_look_is_offered_nothing(sign_in: SignIn) -> None:
    order, client = bought(), sign_in("view_order", name="eva")
    bought()
    page = client.get(url(order, "change")).content.decode()
    assert (url(order, "split") in page, url(order, "merge") in page) == (False, False)
    assert [client.get(url(order, what)).status_code for what in ("split", "merge")] == [403, 403]
