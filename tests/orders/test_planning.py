"""How an order is divided, and what is sent of it."""

import pytest

from backoffice.vendors.messages import RemoteOrderState
from orders.models import Order
from orders.services.lifecycle import release_order
from orders.services.order_message import differences, order_to_place
from orders.services.placing.planning import start_over
from tests.orders.reports import LineReport, report
from tests.orders.rows import FILE, SKU, make_order

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("lines", "documents", "sizes"), [(1, 0, [1]), (50, 0, [50]), (51, 0, [50, 1]), (1, 2, [1]), (3, 1, [1, 1, 1])]
)
def test_parts_are_as_large_as_the_vendor_takes_and_lose_no_line(lines: int, documents: int, sizes: list[int]) -> None:
    order = release_order(make_order(*[{} for _ in range(lines)], documents=documents), actor="tester")

    parts = list(order.vendor_orders.all())
    assert [part.lines.count() for part in parts] == sizes
    number = order.number
    assert [part.reference for part in parts] == [number, *(f"{number}-{n}" for n in range(2, len(sizes) + 1))]
    placed = [row.line_id for part in parts for row in part.lines.all()]
    assert placed == [line.pk for line in order.lines.all()]


def test_every_generation_has_a_reference_of_its_own_and_remembers_what_it_gave_up() -> None:
    part = release_order(make_order(), actor="tester").vendor_orders.get()
    part.vendor_id = "9"

    assert start_over(part) == "9"
    assert start_over(part) == ""

    part.refresh_from_db()
    assert (part.reference, part.generation) == ("WEB-100001-g3", 3)
    assert (part.vendor_id, part.abandoned_ids) == ("", ["9"])


def test_what_is_sent_is_what_was_ordered(django_assert_num_queries) -> None:
    credentials = {"0": {"scheme": "basic", "username": "u", "password": "p"}}
    customs = {"description": "Mug", "number": "69120000", "origin": "DE", "currency": "EUR", "amount": "10.50"}
    order = make_order(
        {"file_credentials": credentials, "customs": customs, "custom_properties": {"gift": "yes"}},
        {"quantity": 25},
        reference="SHOP-7",
        express_shipping=True,
    )
    part = release_order(order, actor="tester").vendor_orders.select_related("order__shop").get()

    with django_assert_num_queries(3):
        message = order_to_place(part)

    assert (message.reference, message.reference2, message.express_shipping) == (order.number, "SHOP-7", True)
    assert message.recipient.lastname == "Größer"
    first, second = message.lines
    assert (first.reference, first.sku, first.quantity, second.quantity) == ("1", SKU, 5, 25)
    assert first.files[0].url == FILE["url"]
    assert first.files[0].credentials is not None
    assert first.files[0].credentials.password == "p"
    assert first.customs is not None
    assert str(first.customs.amount) == "10.50"
    assert first.custom_properties == {"gift": "yes"}


def held(**changes: object) -> LineReport:
    facts = {"vendor_id": "8", "reference": "1", "sku": SKU, "quantity": 5, "file_urls": (FILE["url"],)}
    return LineReport(**facts | changes)


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ([], "missing"),
        ([held(), held(vendor_id="9")], "more than once"),
        ([held(), held(reference="7")], "unknown here"),
        ([held(quantity=6)], "quantity 6, not 5"),
        ([held(sku="OTHER")], "SKU OTHER"),
        ([held(file_urls=())], "print files"),
        ([held(file_urls=("https://files.example.com/other.pdf",))], "print files"),
    ],
)
def test_every_difference_between_draft_and_agreement_is_found(lines: list[LineReport], word: str) -> None:
    part = release_order(make_order(), actor="tester").vendor_orders.get()
    draft = report(RemoteOrderState.DRAFT, step=1, lines=tuple(lines))

    assert any(word in text for text in differences(order_to_place(part), draft))


def test_a_draft_that_is_as_agreed_has_no_differences() -> None:
    part = release_order(make_order(), actor="tester").vendor_orders.get()
    assert differences(order_to_place(part), report(RemoteOrderState.DRAFT, step=1, lines=(held(),))) == []


def test_a_file_of_which_the_vendor_shows_its_own_copy_is_only_counted() -> None:
    part = release_order(make_order(), actor="tester").vendor_orders.get()
    wanted = order_to_place(part)

    assert differences(wanted, report(RemoteOrderState.DRAFT, step=1, lines=(held(file_urls=("",)),))) == []
    two = report(RemoteOrderState.DRAFT, step=1, lines=(held(file_urls=("", FILE["url"])),))
    assert any("print files" in text for text in differences(wanted, two))


def test_the_colour_of_a_design_may_be_changed_in_the_vendors_editor() -> None:
    part = release_order(make_order({"kind": "design", "design_id": "9", "files": []}), actor="tester")
    part = Order.objects.get(pk=part.pk).vendor_orders.get()
    wanted = order_to_place(part)
    recoloured = held(sku="OTHER-COLOUR", file_urls=(), design_ids=("9",))
    other = held(file_urls=(), design_ids=("10",))

    assert differences(wanted, report(RemoteOrderState.DRAFT, step=1, lines=(recoloured,))) == []
    assert differences(wanted, report(RemoteOrderState.DRAFT, step=1, lines=(other,))) != []
