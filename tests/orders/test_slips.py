"""Delivery slips: what they say, in which language, that everything is on them, and at which address they are."""

from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pypdf import PdfReader

from backoffice.accounts.models import Shop
from backoffice.paper.fonts.shaping import MISSING
from fulfillment.models import Country
from orders.models import Address, Order, VendorOrder
from orders.models.document import DocumentKind, OrderDocument
from orders.services.files.slips import render_order_slip, render_slip
from orders.services.lifecycle import release_order
from orders.services.order_message import order_to_place
from tests.api.storefront import PEN, Storefront, build_order, make_catalog, make_storefront
from tests.orders.rows import make_order

A4 = (595, 842)
RECIPIENTS = Path("tests/samples/reports/scripts-on-slips/recipients.txt").read_text().split("\n")[:5]


@pytest.fixture
def storefront(db: None) -> Storefront:
    make_catalog()
    return make_storefront()


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def with_slip(*lines: dict[str, Any], **changes: Any) -> list[VendorOrder]:
    """Release an order whose shop wants slips of its own; return its parts."""
    order = make_order(*lines, **changes)
    OrderDocument.objects.create(order=order, kind=DocumentKind.DELIVERY_SLIP, made_by_us=True)
    return list(release_order(order, actor="tester").vendor_orders.order_by("part"))


def test_a_slip_says_who_gets_what_in_german_for_a_german_shop(db: None) -> None:
    Country.objects.create(iso2="DE", iso3="DEU", name="Deutschland")
    [part] = with_slip({"name": "Tasse „Grüße aus Köln“ <b>&", "quantity": 5})
    Shop.objects.update(name="Müllers Druckerei", language="DE")
    pdf = render_slip(part)
    said = text_of(pdf)
    for words in ("Müllers Druckerei", "Jana Größer", "Hauptstraße 42", "10115 Berlin", "Deutschland"):
        assert words in said
    for words in ("Lieferschein", "Menge", "Tasse „Grüße aus Köln“ <b>&", "Seite 1 von 1", part.order.number):
        assert words in said
    [page] = PdfReader(BytesIO(pdf)).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == A4


def test_a_slip_is_english_for_an_english_shop_and_for_a_language_we_do_not_speak(db: None) -> None:
    [part] = with_slip()
    for language in ("EN", "FR"):
        Shop.objects.update(language=language)
        said = text_of(render_slip(part))
        assert "Delivery slip" in said
        assert "Page 1 of 1" in said


def test_names_from_all_over_europe_are_written_in_their_own_letters(db: None) -> None:
    names = ["Łukasz Żółć", "Ďáblice Řež", "Ξένια Παπαδοπούλου", "Юлія Ковальчук", "Çağrı Öztürk"]
    [part] = with_slip(*[{"name": name} for name in names][:1])
    part.order.addresses.update(lastname=" ".join(names)[:200])
    said = text_of(render_slip(part)).replace("\n", " ")
    for name in names:
        assert name in said


def test_every_line_of_a_long_order_is_on_it_over_several_pages_with_the_head_repeated(db: None) -> None:
    order = make_order(*[{"name": f"Article number {n:03}", "quantity": n + 1} for n in range(120)])
    pdf = render_order_slip(order)
    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    said = "\n".join(pages)
    assert len(pages) >= 3
    assert all(said.count(f"Article number {n:03}") == 1 for n in range(120))
    assert all(("Menge" in page or "Quantity" in page) for page in pages)
    assert any(f"{len(pages)}" in page for page in pages)


def test_names_of_five_hundred_characters_without_a_space_stay_on_the_page(db: None) -> None:
    [part] = with_slip({"name": "x" * 500, "sku": "S" * 100})
    part.order.addresses.update(company="W" * 200, street="ß" * 200)
    pdf = render_slip(part)
    positions: list[float] = []
    PdfReader(BytesIO(pdf)).pages[0].extract_text(
        visitor_text=lambda text, cm, tm, font, size: positions.append(tm[4] + cm[4]) if text.strip() else None
    )
    assert positions
    assert all(0 <= place < A4[0] for place in positions)


def test_each_parcel_has_its_own_line_on_its_slip_and_names_the_others(db: None) -> None:
    parts = with_slip({"name": "Blue mug"}, {"name": "Red pen"}, {"name": "Green card"})
    assert len(parts) == 3
    said = text_of(render_slip(parts[1]))
    inside, _title, apart = said.partition("separaten Paket")
    assert "Red pen" in inside
    assert "Blue mug" not in inside
    assert "Blue mug" in apart
    assert "2 von 3" in inside


def test_the_same_facts_make_the_same_bytes(db: None) -> None:
    [part] = with_slip()
    assert render_slip(part) == render_slip(part)


def test_the_vendor_is_given_an_address_that_serves_the_slip_of_its_own_part(db: None) -> None:
    parts = with_slip({"name": "Blue mug"}, {"name": "Red pen"})
    urls = [order_to_place(part).documents[0].url for part in parts]
    answers = [Client().get(urlsplit(url).path) for url in urls]
    assert [answer["Content-Type"] for answer in answers] == ["application/pdf"] * 2
    assert len(set(urls)) == 2
    assert "Red pen" in text_of(answers[1].content).partition("separaten Paket")[0]
    assert Client().get(urlsplit(urls[0]).path[:-2] + "/").status_code == 404


@pytest.mark.parametrize("lines", [1, 30])
def test_a_slip_takes_six_queries_whatever_the_order_has(db: None, django_assert_num_queries, lines: int) -> None:
    order = make_order(*[{} for _ in range(lines)])
    part = release_order(order, actor="tester").vendor_orders.get()
    with django_assert_num_queries(6):
        render_slip(part)


def test_orders_of_a_shop_with_own_slips_get_one_and_each_line_a_parcel(storefront: Storefront) -> None:
    Shop.objects.update(own_delivery_slip=True)
    line = {"sku": PEN, "quantity": 10, "unit_price": "1"}
    answer = storefront.place(build_order(lines=[line, line]))
    assert answer.status_code == 201, answer.content
    order = Order.objects.get()
    assert [(row.kind, row.made_by_us) for row in order.documents.all()] == [("delivery_slip", True)]
    assert order.vendor_orders.count() == 2
    given = {"kind": "delivery_slip", "url": "https://files.example.com/own.pdf"}
    storefront.place(build_order(reference="R-2", lines=[line], documents=[given]))
    assert [row.made_by_us for row in Order.objects.latest("pk").documents.all()] == [False]


@pytest.mark.parametrize(
    "name", Path("tests/samples/reports/scripts-on-slips/recipients.txt").read_text().split("\n")[:5]
)
def test_a_name_in_any_script_is_drawn(name: str, db: None) -> None:
    [part] = with_slip()
    Address.objects.update(firstname="", lastname=MISSING * len(name))
    boxes = render_slip(part)
    Address.objects.update(lastname=name)
    assert render_slip(part) != boxes
