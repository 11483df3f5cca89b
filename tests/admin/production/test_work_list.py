"""The work list: what it shows, how it is narrowed, and what it costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.sandbox import Sandbox
from fulfillment.admin.work_list.worklist import WorkCard, read_cursor, write_cursor
from fulfillment.models import Label, ProductionItem, ProductionOrder
from fulfillment.services.production_pulling import ProductionPull
from fulfillment.services.worklist import PAGE_SIZE, WorkCursor
from orders.models import VendorOrder
from tests.admin.desk.conftest import SignIn
from tests.fulfillment.conftest import VENDOR, Make
from tests.orders.rows import make_order as make_customers_order

pytestmark = pytest.mark.django_db
LIST = "/admin/fulfillment/productionorder/"


def made_by_hand(number: int, **changes: object) -> ProductionOrder:
    facts = {"due_at": timezone.now() + timedelta(days=2), "state": "pending", "merchant": "Acme", **changes}
    order = ProductionOrder.objects.create(vendor=VENDOR, vendor_id=f"9{number}", reference=f"R-{number}", **facts)
    ProductionItem.objects.create(
        production_order=order, vendor_id="1", sku=f"SKU-{number}", quantity=5, printing_methods=[f"method {number}"]
    )
    return order


def cards(client: Client, query: str = "") -> list[WorkCard]:
    groups = client.get(f"{LIST}{query}").context["rows"]
    return [card for __, cards in groups for card in cards]


def references(client: Client, query: str = "") -> list[str]:
    return [card.order.reference for card in cards(client, query)]


def test_express_orders_come_first_then_the_day_they_are_due(dispatcher: Client) -> None:
    now = timezone.now()
    made_by_hand(1, due_at=now + timedelta(days=9))
    made_by_hand(2, due_at=now - timedelta(days=1))
    made_by_hand(3, due_at=now + timedelta(days=20), express_production=True)
    assert references(dispatcher) == ["R-3", "R-2", "R-1"]
    groups = dispatcher.get(LIST).context["rows"]
    assert [str(title) for title, __ in groups][:2] == ["Express", "Overdue"]


def test_each_card_says_what_is_next(dispatcher: Client, make: Make) -> None:
    make("label")
    (card,) = cards(dispatcher)
    assert "being downloaded" in card.next.text
    card.order.files.update(next_at=None)
    (card,) = cards(dispatcher)
    assert "fetch the label on the day of dispatch" in card.next.text


@pytest.mark.parametrize("query", ["?merchant=Other", "?product=SKU-2", "?printing_method=method+2", "?section=late"])
def test_a_filter_leaves_what_fits_it(dispatcher: Client, query: str) -> None:
    made_by_hand(1)
    made_by_hand(2, merchant="Other", due_at=timezone.now() - timedelta(hours=1))
    assert references(dispatcher, query) == ["R-2"]


def scanned(client: Client, text: str) -> str:
    """Return the address that the search leads to; empty where it shows a list."""
    answer = client.get(LIST, {"q": text})
    return answer.get("Location", "")


@pytest.mark.parametrize(
    "text", ["91", "R-1", "r-1", "SHOP-2", "]C1R-1\r", "770011", "0034 0434 1610 9404 2557", "1Z999"]
)
def test_what_stands_on_papers_and_parcels_opens_its_order(dispatcher: Client, text: str) -> None:
    order = made_by_hand(1, reference2="SHOP-2", order_vendor_id="770011", dispatch="shipped")
    Label.objects.create(production_order=order, kind="supplied", vendor_id="1", tracking_code="00340434161094042557")
    order.shipments.create(carrier="ups", tracking_code="1Z999", made_by="anna")
    made_by_hand(2)
    assert scanned(dispatcher, text) == f"{LIST}{order.pk}/change/"


def test_our_order_number_leads_to_what_is_made_of_it(dispatcher: Client) -> None:
    customers = make_customers_order()
    VendorOrder.objects.create(order=customers, vendor="mypromo", reference="WEB-100001-g1", vendor_id="55", part=1)
    order = made_by_hand(1, order_vendor_id="55")
    made_by_hand(2)
    for text in (customers.number, customers.number.replace("-", ""), customers.reference):
        assert scanned(dispatcher, text) == f"{LIST}{order.pk}/change/"


def test_a_sku_leaves_the_work_with_that_item_and_a_single_one_is_opened(dispatcher: Client) -> None:
    order = made_by_hand(1)
    for number in (21, 22):
        made_by_hand(number)
    made_by_hand(23, dispatch="shipped")
    assert references(dispatcher, "?q=sku-2") == ["R-21", "R-22"]
    assert scanned(dispatcher, "SKU-1") == f"{LIST}{order.pk}/change/"


def test_a_beginning_finds_all_that_begin_so_and_nonsense_says_how_to_search(dispatcher: Client) -> None:
    for number in (21, 22, 3):
        made_by_hand(number)
    assert references(dispatcher, "?q=R-2") == ["R-21", "R-22"]
    for text in ("nothing of ours", "%", "_"):
        page = dispatcher.get(LIST, {"q": text})
        assert "No production orders match" in page.content.decode()


def test_a_search_needs_as_many_queries_for_one_as_for_thirty(dispatcher: Client) -> None:
    for number in (1, 2):
        made_by_hand(number, reference2="SAME")
    dispatcher.get(LIST, {"q": "SAME"})
    with CaptureQueriesContext(connection) as few:
        dispatcher.get(LIST, {"q": "SAME"})
    for number in range(3, 33):
        made_by_hand(number, reference2="SAME")
    with CaptureQueriesContext(connection) as many:
        dispatcher.get(LIST, {"q": "SAME"})
    assert len(many) == len(few) <= 33


def test_a_complaint_is_told_from_other_work_on_its_card(dispatcher: Client) -> None:
    made_by_hand(1, complaint=True)
    made_by_hand(2)
    marks = [[str(chip.word) for chip in card.marks] for card in cards(dispatcher)]
    assert marks == [["complaint"], []]


def test_a_merchant_without_work_shows_nothing_instead_of_everything(dispatcher: Client) -> None:
    made_by_hand(1)
    assert references(dispatcher, "?merchant=Gone") == []


def test_pages_hang_together_whatever_happens_between(dispatcher: Client) -> None:
    due = timezone.now() + timedelta(days=1)
    for number in range(PAGE_SIZE + 3):
        made_by_hand(number, due_at=due)
    first = dispatcher.get(LIST)
    seen = [card.order.pk for __, cards in first.context["rows"] for card in cards]
    ProductionOrder.objects.filter(pk__in=seen[:10]).update(dispatch="shipped")
    rest = cards(dispatcher, first.context["older"])
    assert [card.order.reference for card in rest] == ["R-50", "R-51", "R-52"]


@pytest.mark.parametrize("text", ["", "1.2", "1.2.x", "1.9999999999999999999.3", "²1.2.3"])
def test_a_broken_place_is_the_beginning(text: str) -> None:
    assert read_cursor(text) is None


def test_a_place_comes_back_from_its_address() -> None:
    cursor = WorkCursor(is_express=True, due_at=timezone.now(), pk=7)
    assert read_cursor(write_cursor(cursor)) == cursor


def test_the_list_needs_as_many_queries_for_one_card_as_for_thirty(dispatcher: Client, sandbox: Sandbox) -> None:
    sandbox.mypromo.examples.make(1, kind="label")
    ProductionPull(VENDOR).run()
    dispatcher.get(LIST)
    with CaptureQueriesContext(connection) as few:
        dispatcher.get(LIST)
    sandbox.mypromo.examples.make(30)
    ProductionPull(VENDOR).run()
    with CaptureQueriesContext(connection) as many:
        dispatcher.get(LIST)
    assert len(many) == len(few) <= 21


def test_the_list_is_closed_to_others_and_has_no_marks_for_readers(sign_in: SignIn, reader: Client) -> None:
    made_by_hand(1)
    assert sign_in("view_order").get(LIST).status_code == 403
    page = reader.get(LIST).content.decode()
    assert "R-1" in page
    assert 'name="order"' not in page


def test_each_page_says_for_which_account_it_speaks(dispatcher: Client, sandbox: Sandbox) -> None:
    page = dispatcher.get(LIST).content.decode()
    assert "Account: <strong>mypromo (fulfiller)</strong>" in page


def test_the_sidebar_has_the_desk_only_where_we_are_a_fulfiller(sign_in: SignIn) -> None:
    client = sign_in("view_productionorder")
    assert "Work list" not in client.get("/admin/").content.decode()
    made_by_hand(1)
    assert "Work list" in client.get("/admin/").content.decode()
