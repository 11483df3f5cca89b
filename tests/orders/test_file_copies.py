"""Print files that a vendor shows at a host of its own: taken for its copies, without hiding a line that is wrong."""

import msgspec
import pytest
from pytest_django import Settings

from backoffice.vendors.messages import DocumentLink, LineReport, RemoteOrderState
from orders.services.lifecycle import release_order
from orders.services.order_message import differences, order_to_place
from tests.orders.reports import report
from tests.orders.rows import FILE, SKU, make_order

pytestmark = pytest.mark.django_db
OWN = "https://copies.vendor.example/"


def held(*urls: str, reference: str = "1") -> LineReport:
    return LineReport(vendor_id=f"8{reference}", reference=reference, sku=SKU, quantity=5, file_urls=urls)


@pytest.mark.parametrize("url", [OWN + "a4.pdf", OWN + "7/A4.PDF?signature=1", OWN + "8f3a2c", "/storage/a4.pdf"])
def test_a_file_that_the_vendor_shows_at_a_host_of_its_own_is_its_copy(url: str) -> None:
    part = release_order(make_order(), actor="tester").vendor_orders.get()
    draft = report(RemoteOrderState.DRAFT, step=1, lines=(held(url),))

    assert differences(order_to_place(part), draft) == []


@pytest.mark.parametrize(
    "urls",
    [
        # At hosts that we named: of files, of documents, our own.
        ("https://files.example.com/a4.pdf?v=2", OWN + "b4.pdf"),
        ("https://slips.example.com/x.pdf", OWN + "b4.pdf"),
        ("https://shop.example.com/x.pdf", OWN + "b4.pdf"),
        # One of them twice, one more, one less.
        (OWN + "a4.pdf", OWN + "a4.pdf"),
        ("https://files.example.com/a4.pdf", OWN + "a4.pdf"),
        (OWN + "a4.pdf", OWN + "b4.pdf", OWN + "8f3a2c"),
        (OWN + "a4.pdf",),
        # That of another line.
        (OWN + "a4.pdf", OWN + "c4.pdf"),
    ],
)
def test_copies_hide_no_file_that_is_doubled_or_another_one(urls: tuple[str, ...], settings: Settings) -> None:
    settings.PUBLIC_URL = "https://shop.example.com"
    files = [FILE, FILE | {"url": "https://files.example.com/b4.pdf"}]
    order = make_order({"files": files}, {"files": [FILE | {"url": "https://files.example.com/c4.pdf"}]})
    part = release_order(order, actor="tester").vendor_orders.get()
    document = DocumentLink(url="https://slips.example.com/1.pdf", kind="delivery_slip")
    wanted = msgspec.structs.replace(order_to_place(part), documents=(document,))
    second = held(OWN + "c4.pdf", reference="2")

    right = report(RemoteOrderState.DRAFT, step=1, lines=(held(OWN + "b4.pdf", OWN + "a4.pdf"), second))
    wrong = report(RemoteOrderState.DRAFT, step=1, lines=(held(*urls), second))

    assert differences(wanted, right) == []
    assert differences(wanted, wrong) == ["Line 1: other print files."]
