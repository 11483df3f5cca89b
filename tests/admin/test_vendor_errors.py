"""Errors of vendors on the pages of staff: what they mean, the original folded, and those that no entry explains."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from backoffice.engine.models import Push
from backoffice.vendors.explaining import explain
from catalog.models import Change, ChangeKind, ChangeSet
from orders.conversation.services.troubles import describe_failures
from orders.marketing.models import ExportState, OrderExport
from orders.models import Order
from tests.jobs.refusals import refuse
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db
PAGE = "/admin/backoffice/push/unknown-errors/"
LONG = "The recipient.street may not be greater than 30 characters."
MEANING = "“Recipient, street” is too long for mypromo: at most 30 characters are allowed."
REMEDY = "Shorten it, then send it again."
GERMAN = "„Empfänger, Straße“ ist zu lang für mypromo: Höchstens 30 Zeichen sind erlaubt."


def page_of(client: Client, url: str, *, language: str = "en") -> str:
    return client.get(url, headers={"accept-language": language}).content.decode()


def push_of(order: Order) -> Push:
    return Push.objects.get(kind="orders.place", subject_id=order.vendor_orders.get().pk)


@pytest.fixture
def refused() -> Order:
    return refuse(make_order(), text=LONG)


def test_the_request_says_what_happened_and_what_to_do_with_the_original_folded(
    refused: Order, admin_client: Client
) -> None:
    url = f"/admin/backoffice/push/{push_of(refused).pk}/change/"
    shown = page_of(admin_client, url)
    assert f"{MEANING} {REMEDY}" in shown
    assert shown.index('<details class="own-words">') < shown.index(LONG)
    assert "Original message from mypromo" in shown
    assert "Sent again unchanged, it would be rejected again." in shown
    shown = page_of(admin_client, url, language="de")
    assert GERMAN in shown
    assert "Originalmeldung von mypromo" in shown


@pytest.mark.parametrize(
    "address",
    [
        "/admin/orders/order/{order}/change/",
        "/admin/backoffice/push/failures/",
        "/admin/?kind=held-vendor_refused",
    ],
)
def test_every_page_about_the_refusal_explains_it(address: str, refused: Order, admin_client: Client) -> None:
    url = address.format(order=refused.pk)
    shown = page_of(admin_client, url)
    assert MEANING in shown
    assert REMEDY in shown
    assert GERMAN in page_of(admin_client, url, language="de")


def test_the_hold_names_the_field_in_the_language_of_its_reader_and_rest_by_its_path() -> None:
    order = refuse(make_order(), text="No such street.")
    hold = order.holds.get()
    assert "Recipient, street: No such street." in hold.text
    assert hold.errors == {"recipient.street": ["No such street."]}
    with translation.override("de"):
        assert "Empfänger, Straße: No such street." in order.holds.get().text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The recipient.country code field is required.", "Recipient, country"),
        ("The lines.0.quantity field is required.", "lines.0.quantity"),
        ("The shipping_address.city field is required.", "shipping_address.city"),
    ],
)
def test_fields_are_called_as_people_do_where_the_vendor_calls_them_as_we_do(text: str, name: str) -> None:
    assert explain("mypromo", text).text == f"mypromo needs a value for “{name}”."


def test_the_mail_about_failures_explains_them(refused: Order) -> None:
    now = timezone.now()
    with translation.override("de"):
        count, lines = describe_failures(now - timedelta(hours=1), now + timedelta(hours=1))
    assert count == 1
    assert GERMAN in lines


def test_what_no_entry_explains_is_listed_once_with_how_often_and_where_it_belongs(
    refused: Order, admin_client: Client
) -> None:
    for number in (41, 52):
        refuse(make_order(), text=f'Moon {number} of "Jana Muster" <jana@example.com> is in the way.')
    [line] = admin_client.get(PAGE).context["lines"]
    assert (line.vendor, line.text, len(line.seen)) == ("mypromo", "Moon … of … <…> is in the way.", 2)
    shown = page_of(admin_client, PAGE)
    assert "jana@example.com" not in shown
    assert "backoffice/vendors/mypromo/known_errors.py" in shown
    assert f"/admin/backoffice/push/{Push.objects.latest('pk').pk}/change/" in shown
    assert "Unbekannte Fehler von Lieferanten" in page_of(admin_client, PAGE, language="de")


def test_exports_and_rows_of_change_sets_are_read_as_well(admin_client: Client) -> None:
    OrderExport.objects.create(
        order=make_order(), vendor="autoletter", state=ExportState.REFUSED, text="No ink.", requested_by="test",
        requested_at=timezone.now(),
    )  # fmt: skip
    rows = ChangeSet.objects.create(vendor="mypromo", kind=ChangeKind.SALES_PRICES, title="x", state="failed")
    Change.objects.create(change_set=rows, sku="A", state="failed", note="Too dear.")
    Change.objects.create(change_set=rows, sku="B", state="failed", note="Invalid price. Not a float.")
    lines = admin_client.get(PAGE).context["lines"]
    assert [(line.vendor, line.text) for line in lines] == [("autoletter", "No ink."), ("mypromo", "Too dear.")]


def test_who_may_not_see_exports_reads_nothing_of_them(client: Client) -> None:
    OrderExport.objects.create(
        order=make_order(), vendor="autoletter", state=ExportState.REFUSED, text="No ink.", requested_by="test",
        requested_at=timezone.now(),
    )  # fmt: skip
    user = User.objects.create_user("ops", is_staff=True)
    client.force_login(user)
    assert client.get(PAGE).status_code == 403
    user.user_permissions.set(Permission.objects.filter(codename="view_push"))
    assert client.get(PAGE).context["lines"] == []


def test_the_page_takes_as_many_queries_for_many_errors_as_for_one(admin_client: Client) -> None:
    refuse(make_order(), text="Moon.")
    admin_client.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        admin_client.get(PAGE)
    for text in ("Sun.", "Mars.", "Venus."):
        refuse(make_order(), text=text)
    with CaptureQueriesContext(connection) as many:
        assert len(admin_client.get(PAGE).context["lines"]) == 4
    assert len(many) == len(one)


def test_operators_get_there_from_the_integrations_page(admin_client: Client) -> None:
    assert PAGE in page_of(admin_client, "/admin/backoffice/integration/")
