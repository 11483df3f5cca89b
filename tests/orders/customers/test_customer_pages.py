"""The page of a customer, the list, and the way there from an order and the command palette."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.complaints.models import Bearer, Complaint, ComplaintCause
from orders.customers.admin.context import ORDERS_SHOWN, customer_url
from orders.customers.admin.listing import CustomerList
from orders.customers.models import CustomerMerge, CustomerNote
from orders.customers.services.finding import MOST_ALIKE
from orders.customers.services.notes import add_note, change_preferences
from orders.customers.services.people import find_person
from orders.marketing.models import Consent, ExportState, OptOut, OrderExport
from orders.models import AddressRole, Enquiry, Order
from orders.services.search import refresh_searches
from tests.admin.desk.conftest import SignIn, sign_in
from tests.orders.rows import make_order

__all__ = ["sign_in"]

GRACE, WORK = "grace@example.com", "hopper@navy.example.com"
LIST = "/admin/orders/customer/"
Refresh = Callable[..., None]


@pytest.fixture
def desk(sign_in: SignIn) -> Client:
    return sign_in("view_order", "change_order", "view_customer", "change_customer", "view_enquiry")


@pytest.fixture
def refresh(django_capture_on_commit_callbacks: Any) -> Refresh:
    def run(*orders: Order) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            refresh_searches([order.pk for order in orders])

    return run


def order_of(email: str = GRACE, **changes: Any) -> Order:
    named = {"customer_firstname": "Grace", "customer_lastname": "Hopper", "customer_phone": "+49 30 1000004"}
    order = make_order(customer_email=email, **named)
    for name, value in changes.items():
        setattr(order, name, value)
    order.save()
    return order


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_what_is_known_of_a_customer(desk: Client) -> None:
    first = order_of(total=Decimal("100.00"), state="closed", accepts_letters=True)
    order_of(GRACE.upper(), total=Decimal("50.50"), state="cancelled")
    order_of(total=Decimal("20.00"), complaint=True)
    other = order_of("ada@example.com")
    first.addresses.create(role=AddressRole.INVOICE, company="Navy", street="Pier 4", zip="20095", city="Hamburg")
    Enquiry.objects.create(vendor="sign_customiser", vendor_id="1", subject="Neon sign?", email="Grace@example.com")
    add_note(GRACE, "Sent flowers <b>once</b>.", actor="mara")
    change_preferences(GRACE, "Never by DPD.", before="", actor="mara")
    page = text_of(desk, customer_url(GRACE))
    for text in ("Grace Hopper", "€120.00", "WEB-100001", "WEB-100003", "Pier 4", "Neon sign?", "Never by DPD."):
        assert text in page
    assert "Sent flowers &lt;b&gt;once&lt;/b&gt;." in page
    assert other.number not in page


def test_an_order_links_its_customer_with_what_whoever_works_on_it_has_to_know(desk: Client) -> None:
    order = order_of()
    order_of()
    change_preferences(GRACE, "Never by DPD.", before="", actor="mara")
    page = text_of(desk, f"/admin/orders/order/{order.pk}/change/")
    assert customer_url(GRACE) in page
    assert "View customer, 2 orders" in page
    assert "Never by DPD." in page


def test_an_order_without_an_email_links_nobody(desk: Client) -> None:
    order = order_of("")
    assert "customer/of/" not in text_of(desk, f"/admin/orders/order/{order.pk}/change/")


def test_who_may_not_see_customers_sees_none(sign_in: SignIn) -> None:
    order = order_of()
    for number, rights in enumerate([("view_order",), ("view_customer",)]):
        client = sign_in(*rights, name=f"reader{number}")
        assert client.get(customer_url(GRACE)).status_code == 403
        assert client.get(LIST).status_code == 403
    reader = sign_in("view_order", name="reader")
    assert "customer/of/" not in text_of(reader, f"/admin/orders/order/{order.pk}/change/")


def test_who_may_only_look_is_offered_nothing_to_do_and_can_do_nothing(sign_in: SignIn) -> None:
    order_of()
    reader = sign_in("view_order", "view_customer", name="reader")
    page = text_of(reader, customer_url(GRACE))
    assert "Add note" not in page
    assert "Merge" not in page
    for action in ("note/", "preferences/", "merge/", "note/1/remove/", "merge/1/undo/"):
        assert reader.post(LIST + action, {"email": GRACE, "text": "x", "other": WORK}).status_code == 403
    assert find_person(GRACE).customer is None


@pytest.mark.parametrize("email", ["", "nobody@example.com", "x" * 300, "a\0b", "' OR 1=1"])
def test_nobody_has_no_page(desk: Client, email: str) -> None:
    assert desk.get(LIST + "of/", {"email": email}).status_code == 404


def test_a_note_is_written_and_removed(desk: Client) -> None:
    order_of()
    desk.post(LIST + "note/", {"email": GRACE, "text": "Likes blue."})
    note = CustomerNote.objects.get()
    assert (note.text, note.written_by) == ("Likes blue.", "mara")
    assert desk.get(LIST + f"note/{note.pk}/remove/").status_code == 405
    desk.post(LIST + f"note/{note.pk}/remove/")
    assert not CustomerNote.objects.exists()


def test_preferences_refused_are_not_lost(desk: Client) -> None:
    order_of()
    change_preferences(GRACE, "Call first.", before="", actor="nils")
    response = desk.post(LIST + "preferences/", {"email": GRACE, "preferences": "Typed for an hour.", "before": ""})
    page = response.content.decode()
    assert "Typed for an hour." in page
    assert "The preferences were changed in the meantime." in page
    assert find_person(GRACE).customer.preferences == "Call first."
    again = {"email": GRACE, "preferences": "Typed for an hour.", "before": "Call first."}
    assert desk.post(LIST + "preferences/", again).status_code == 302
    assert find_person(GRACE).customer.preferences == "Typed for an hour."


def test_two_addresses_of_one_person_are_suggested_compared_merged_and_separated(
    desk: Client, refresh: Refresh
) -> None:
    refresh(order_of(), order_of(WORK, customer_phone="030/1000004"), order_of("else@example.com", customer_phone="1"))
    assert WORK in text_of(desk, customer_url(GRACE))
    question = text_of(desk, f"{LIST}merge/?email={GRACE}&other={WORK}")
    assert "Are these the same customer?" in question
    assert not CustomerMerge.objects.exists()
    desk.post(LIST + "merge/", {"email": GRACE, "other": WORK})
    page = text_of(desk, customer_url(WORK))
    assert "WEB-100001" in page
    assert "WEB-100002" in page
    desk.post(LIST + f"merge/{CustomerMerge.objects.get().pk}/undo/", {"email": GRACE})
    assert "WEB-100002" not in text_of(desk, customer_url(GRACE)).split("</table>")[0]


@pytest.mark.parametrize("other", ["nobody@example.com", GRACE, "no e-mail", ""])
def test_what_cannot_be_merged_is_refused_in_words(desk: Client, other: str) -> None:
    order_of()
    response = desk.get(LIST + "merge/", {"email": GRACE, "other": other}, follow=True)
    assert response.status_code == 200
    assert not CustomerMerge.objects.exists()
    assert 'class="button primary">' not in response.content.decode().split("consequences")[
        -1
    ] or "consequences" not in (response.content.decode())


def test_the_page_takes_as_many_queries_for_many_orders_as_for_one(desk: Client, refresh: Refresh) -> None:
    counts = []
    for number, size in enumerate((1, ORDERS_SHOWN + 5)):
        email = f"grace{number}@example.com"
        refresh(*(order_of(email, customer_phone=f"+49 30 200000{number}") for _order in range(size)))
        for text in ("One.", "Two.")[: number + 1]:
            add_note(email, text, actor="mara")
        address = customer_url(email)
        desk.get(address)
        with CaptureQueriesContext(connection) as queries:
            text_of(desk, address)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 24


def test_orders_are_paged_by_key(desk: Client) -> None:
    made = [order_of().number for _order in range(ORDERS_SHOWN + 2)]
    page = desk.get(customer_url(GRACE)).context["page"].orders
    assert [row.order.number for row in page.rows] == made[:1:-1]
    rest = desk.get(page.older).context["page"].orders
    assert [row.order.number for row in rest.rows] == made[1::-1]
    assert (rest.older, rest.newest) == ("", customer_url(GRACE))


def test_each_address_stands_there_once(desk: Client) -> None:
    for street in ("Pier 1", "PIER 1", "Pier 2"):
        order_of().addresses.update(street=street)
    addresses = desk.get(customer_url(GRACE)).context["page"].addresses
    assert [(len(address.orders), address.lines[1]) for address in addresses] == [(1, "Pier 2"), (2, "PIER 1")]


def test_marketing_adds_opt_outs_and_what_was_sent(sign_in: SignIn) -> None:
    marketer = sign_in("view_order", "view_customer", "view_orderexport", "view_mailcampaign")
    order = order_of()
    OptOut.objects.create(consent=Consent.LETTERS, email=GRACE, reason="Asked by telephone", noted_by="mara")
    OrderExport.objects.create(
        order=order, vendor="autoletter", state=ExportState.SENT, requested_by="rule:1", requested_at=timezone.now()
    )
    page = text_of(marketer, customer_url(GRACE))
    assert "Asked by telephone" in page
    assert "Cards and letters" in page
    assert "AutoLetter" in page


def test_complaints_about_their_orders_stand_there(sign_in: SignIn) -> None:
    reader = sign_in("view_order", "view_customer", "view_complaint")
    order, other = order_of(), order_of("ada@example.com")
    for number, one in enumerate((order, other)):
        Complaint.objects.create(
            order=one,
            vendor="mypromo",
            cause=ComplaintCause.LOST,
            bearer=Bearer.CARRIER,
            deadline=timezone.now() + timedelta(days=3),
            opened_by="mara",
            token=str(number),
        )
    page = reader.get(customer_url(GRACE))
    assert [part.template for part in page.context["parts"]["main"]] == ["complaints/customer.html"]
    assert "WEB-100001 · Parcel lost" in page.content.decode()
    assert "WEB-100002" not in page.content.decode()


def test_the_list_shows_each_customer_once_by_their_last_order(desk: Client) -> None:
    for email in (GRACE, "ada@example.com", GRACE.upper(), ""):
        order_of(email)
    rows = desk.get(LIST).context["rows"]
    assert [(row.order.number, row.count) for row in rows] == [("WEB-100003", "2"), ("WEB-100002", "1")]


@pytest.mark.parametrize("text", ["Hopper", "hoper", "030 1000004", GRACE, "WEB100001", "grace hopper"])
def test_a_customer_is_found_by_what_finds_one_of_their_orders(desk: Client, refresh: Refresh, text: str) -> None:
    refresh(order_of(), order_of(), make_order(customer_email="ada@example.com", customer_lastname="Lovelace"))
    rows = desk.get(LIST, {"q": text}).context["rows"]
    assert [row.order.customer_email for row in rows] == [GRACE]


def test_the_list_is_walked_to_its_end(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CustomerList, "paginate_by", 2)
    for number in range(10):
        order_of(f"grace{number // 2}@example.com")
    seen, query = [], ""
    while query is not None:
        response = desk.get(LIST + query)
        seen += [row.order.customer_email for row in response.context["rows"]]
        query = response.context["page"].older
    assert seen == [f"grace{number}@example.com" for number in (4, 3, 2, 1, 0)]


def test_the_list_takes_as_many_queries_for_forty_customers_as_for_one(desk: Client) -> None:
    counts = []
    for size in (1, 39):
        for number in range(size):
            order_of(f"grace{size}x{number}@example.com")
        desk.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            desk.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 11


@pytest.mark.parametrize("text", ["hopper", "hoper", "030 1000004", "grace@example"])
def test_the_palette_leads_to_the_customer(desk: Client, refresh: Refresh, text: str) -> None:
    refresh(order_of(), order_of())
    answer = desk.get("/admin/search/", {"s": text, "extended": "1"})
    links = {str(row.title): row.link for row in answer.context["results"]}
    assert links["Grace Hopper · grace@example.com"] == customer_url(GRACE)


def test_the_palette_offers_no_customer_for_what_is_of_the_order(desk: Client, refresh: Refresh) -> None:
    refresh(order_of())
    answer = desk.get("/admin/search/", {"s": "web-100001", "extended": "1"})
    assert [row.icon for row in answer.context["results"]] == ["shopping_bag"]


def test_the_newest_order_says_what_was_agreed_to(desk: Client) -> None:
    order_of(placed_at=timezone.now() - timedelta(days=3), accepts_letters=True)
    order_of()
    page = text_of(desk, customer_url(GRACE))
    assert "not accepted with the last order" in page
    assert MOST_ALIKE < 10


def test_the_page_speaks_german(desk: Client) -> None:
    order_of()
    page = desk.get(customer_url(GRACE), headers={"accept-language": "de"}).content.decode()
    assert "Bestellwert" in page
