"""Finding an order by what a customer says on the telephone, in any spelling."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fulfillment.models import Shipment
from orders.models import AddressRole, Order, OrderDocument, SearchWord
from orders.models.document import DocumentKind
from orders.services.known_words import MOST_LEARNT, add_words, find_meant
from orders.services.search import find_quoted_orders, refresh_search, refresh_searches, search_orders
from orders.services.spellings import fold, is_slip, name_words, spell_phone, spellings_of_phone, without_a_letter
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db

Refresh = Callable[..., None]


@pytest.fixture
def refresh(django_capture_on_commit_callbacks: Any) -> Refresh:
    """Return what indexes orders as a committed transaction does."""

    def run(*orders: Order) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            refresh_searches([order.pk for order in orders])

    return run


@pytest.fixture
def hopper(refresh: Refresh) -> Order:
    """Return the order that is asked for, beside one that nothing of the sort finds."""
    order = make_order(
        reference="SHOP-4711",
        customer_email="grace@example.com",
        customer_firstname="Grace",
        customer_lastname="Hopper",
        customer_phone="+49 (0)30 / 1000-004",
    )
    order.addresses.filter(role=AddressRole.RECIPIENT).update(
        firstname="Grace", lastname="Hopper", street="Lindenstraße 9", mobile="0171 2345678", care_of="Turing"
    )
    part = order.vendor_orders.create(vendor="mypromo", part=1, reference=order.number, vendor_id="884213")
    Shipment.objects.create(
        order=order, vendor_order=part, vendor_id="1", carrier="DPD", tracking_code="1Z999AA10123456784"
    )
    OrderDocument.objects.create(order=order, kind=DocumentKind.LABEL, url="", tracking_code="JJD-300-77")
    other = make_order(customer_firstname="Bo", customer_lastname="Quist", customer_phone="+49 30 5555555")
    other.addresses.update(firstname="Bo", lastname="Quist", street="Ufer 1", zip="20095", city="Kiel")
    refresh(order, other)
    return order


def found(text: str) -> list[str]:
    return [order.number for order in search_orders(Order.objects.order_by("pk"), text)]


@pytest.mark.parametrize(
    "text",
    [
        *("030 1000004", "030/1000004", "0301000004", "+49 30 1000004", "+49 (0)30 1000004", "0049 30 1000004"),
        *("4930 1000004", "1000004", "(030) 1000-004", "hopper 030 1000004", "+49171 2345678", "01712345678"),
        *("Lindenstraße", "lindenstr. 9", "Lindenstrasse 9", "Turing"),
        *("Hoper", "Hoppper", "Hpoper", "Hopker", "grace hoper", "Lindenstrase"),
        *("WEB100001", "web 100001", "SHOP4711", "shop 4711", "grace@example.com", "10115 Berlin"),
        *("1Z999AA10123456784", "1Z 999 AA1 01 2345 6784", "1z-999-aa1", "JJD30077", "jjd 300 77"),
        *("884213", " 884213 ", "884213 "),
    ],
)
def test_an_order_is_found_in_any_spelling_of_what_is_quoted(hopper: Order, text: str) -> None:
    assert found(text) == [hopper.number]


@pytest.mark.parametrize("text", ["030 1000005", "Hoer", "Hopperr Quist", "Hoper Kiel", "WEB100009", "884214"])
def test_nothing_else_is_found(hopper: Order, text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["%", "'", "' & |", "\\", "…"])
def test_signs_without_a_word_find_nothing_and_no_text_finds_all(hopper: Order, text: str) -> None:
    assert found(text) == []
    assert found("") == found(" ") == [hopper.number, "WEB-100002"]


def test_a_name_that_somebody_has_is_not_taken_for_a_slip(hopper: Order, refresh: Refresh) -> None:
    hoper = make_order(customer_lastname="Hoper")
    refresh(hoper)
    assert found("Hoper") == [hoper.number]
    assert found("hope") == [hoper.number]


def test_a_german_name_is_found_with_and_without_its_umlaut(refresh: Refresh) -> None:
    first, second = make_order(customer_lastname="Müller"), make_order(customer_lastname="Mueller")
    refresh(first, second)
    for text in ("Müller", "Mueller", "Muller"):
        assert found(text) == [first.number, second.number]


def test_an_abbreviated_street_is_found_by_its_whole_name(refresh: Refresh) -> None:
    order = make_order()
    order.addresses.update(street="Bergstr. 4")
    refresh(order)
    assert found("Bergstraße") == [order.number]


def test_who_pays_is_found_too(refresh: Refresh) -> None:
    order = make_order()
    order.addresses.create(role=AddressRole.INVOICE, company="Zuse KG", lastname="Zuse")
    order.addresses.create(role=AddressRole.SHIPPER, company="Lamarr Ltd")
    refresh(order)
    assert found("zuse kg") == [order.number]
    assert found("lamarr") == []


def test_a_search_takes_two_queries_and_the_list_whatever_it_says(hopper: Order) -> None:
    for text, most in (("hopper", 3), ("hoper quist kiel turing", 3), ("884213", 3), ("hoper 1 2 3 x4", 3)):
        with CaptureQueriesContext(connection) as queries:
            found(text)
        assert len(queries) <= most, text


def test_what_many_orders_have_is_found_all_the_same(hopper: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.services.search.MOST_RARE", 0)
    assert found("hoper") == found("884213") == [hopper.number]


def test_many_orders_are_indexed_in_as_many_queries_as_one(refresh: Refresh) -> None:
    counts = []
    for size in (1, 12):
        orders = [make_order(customer_lastname=f"Name{chr(97 + number) * 3}") for number in range(size)]
        with CaptureQueriesContext(connection) as queries:
            refresh(*orders)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9


def test_indexing_everything_anew_finds_what_was_written_without(hopper: Order) -> None:
    Order.objects.update(search=None)
    assert found("hopper") == []
    call_command("refresh_search", size=1, verbosity=0)
    assert found("hopper") == [hopper.number]


def test_an_order_that_is_taken_back_teaches_no_words() -> None:
    order = make_order(customer_lastname="Quaxdorf")
    refresh_search(order)
    assert not SearchWord.objects.filter(word="quaxdorf").exists()


def test_a_flood_of_words_is_learnt_only_in_part(refresh: Refresh) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    order = make_order(customer_lastname="x")
    order.addresses.update(street=" ".join(f"qq{a}{b}" for a in letters for b in letters)[:200])
    refresh(order)
    assert SearchWord.objects.count() <= MOST_LEARNT


def test_words_are_learnt_once() -> None:
    add_words(["hopper", "turing"])
    with CaptureQueriesContext(connection) as queries:
        add_words(["hopper", "turing"])
    assert len(queries) == 1
    assert SearchWord.objects.count() == 2


def test_only_words_that_nobody_has_are_taken_for_slips() -> None:
    add_words(["hopper", "cooper", "hope"])
    assert find_meant(["hoper", "hopp", "cooper", "xx", "a1b2c3"]) == {"hoper": ["hope", "hopper"]}


@pytest.mark.parametrize("text", ["WEB100001", "web100001", "WEB-100001", "884213"])
def test_pushes_are_found_by_the_same_numbers(hopper: Order, text: str) -> None:
    assert find_quoted_orders(text) == {hopper.pk}


def spelt() -> Iterator[tuple[str, str]]:
    yield from (
        (phone, "301000004") for phone in ("030 1000004", "+49 30 1000004", "+49(0)30-1000004", "004930 1000004")
    )
    yield from (("+1 212 555 0100", "2125550100"), ("+423 232 1234", "2321234"), ("4930 1000004", "301000004"))


@pytest.mark.parametrize(("phone", "national"), list(spelt()))
def test_a_telephone_number_has_one_national_form(phone: str, national: str) -> None:
    assert national in set(spell_phone(phone))
    assert national in spellings_of_phone(phone)


@pytest.mark.parametrize("phone", ["", "0", "000000000", "+49", "+++", "1" * 50, "call me", "٣٤٥٦٧٨٩"])
def test_what_is_no_telephone_number_does_no_harm(phone: str) -> None:
    assert "" not in set(spell_phone(phone))
    assert all(spellings_of_phone("0" + phone))


@pytest.mark.parametrize(
    ("typed", "word", "expected"),
    [
        ("hoper", "hopper", True),
        ("hoppper", "hopper", True),
        ("hpoper", "hopper", True),
        ("hopker", "hopper", True),
        ("hopper", "hopper", False),
        ("hopre", "hopper", False),
        ("grace", "brick", False),
    ],
)
def test_a_slip_is_one_letter(typed: str, word: str, expected: bool) -> None:
    assert is_slip(typed, word) is expected
    assert not expected or set(without_a_letter(typed)) & set(without_a_letter(word))


def test_only_words_of_letters_are_names() -> None:
    assert name_words(["Jean-Luc O’Neill, Haus 12a", "SKU4711 abc"]) == {"jean", "neill", "haus"}
    assert fold("GRÖẞER\0") == "grosser"
