"""The order list: pages by key, filters in the address, search, and a constant number of queries."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.staff.list_page import LISTS
from backoffice.staff.models import SavedView
from orders.admin.order_list.listing import OrderList
from orders.models import HoldReason, Order
from orders.services.lifecycle import hold_order
from orders.services.search import refresh_search
from tests.admin.desk.conftest import SignIn
from tests.orders.rows import make_order

LIST = "/admin/orders/order/"
SAVE = "/admin/lists/orders/views/"


def numbers(client: Client, query: str = "") -> list[str]:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return [row.order.number for row in response.context["rows"]]


def test_the_list_is_walked_to_the_end_and_back_without_losing_or_repeating_an_order(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OrderList, "paginate_by", 3)
    made = [make_order().number for _count in range(8)]
    seen, query = [], ""
    while query is not None:
        page = desk.get(LIST + query).context["page"]
        seen.append([order.number for order in page.rows])
        query = page.older
    assert [number for page in seen for number in page] == made[::-1]
    back, query = [], "?end=1"
    while query is not None:
        page = desk.get(LIST + query).context["page"]
        back.insert(0, [order.number for order in page.rows])
        query = page.newer
    assert [number for page in back for number in page] == made[::-1]


def test_the_list_needs_as_many_queries_for_one_order_as_for_forty(desk: Client) -> None:
    make_order({}, {})
    desk.get(LIST)
    with CaptureQueriesContext(connection) as few:
        desk.get(LIST)
    for _count in range(39):
        make_order({}, {}, {})
    with CaptureQueriesContext(connection) as many:
        response = desk.get(LIST)
    assert len(response.context["rows"]) == 40
    assert len(many) == len(few) <= 18


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?state=held", ["held"]),
        ("?hold=bad_address", ["held"]),
        ("?hold=manual", []),
        ("?late=any", ["late"]),
        ("?late=production", ["late"]),
        ("?late=delivery", []),
        ("?production=in_production", ["late"]),
        ("?view=needs", ["late", "held"]),
        ("?view=mine", ["mine"]),
        ("?tag=VIP", ["mine"]),
        ("?state=nonsense", ["mine", "late", "held"]),
        ("?since=2020-01-01", ["mine", "late", "held"]),
        ("?until=2020-01-01", []),
        ("?q=mueller&state=held", []),
    ],
)
def test_filters_leave_what_they_say(desk: Client, query: str, expected: list[str]) -> None:
    held = make_order()
    hold_order(held, reason=HoldReason.BAD_ADDRESS, text="too long", actor="test")
    late = make_order(late=True, production="in_production", state="released")
    mine = make_order(tags=["VIP"], assignee=User.objects.get(username="mara"))
    names = {held.number: "held", late.number: "late", mine.number: "mine"}
    assert [names[number] for number in numbers(desk, query)] == expected


@pytest.mark.parametrize("text", ["WEB-100001", "100001", "SHOP-7", "jana@example.com", "Grosser", "größ", "10115"])
def test_an_order_is_found_by_what_a_customer_quotes(desk: Client, text: str) -> None:
    wanted = make_order(reference="SHOP-7", customer_email="jana@example.com", customer_lastname="Größer")
    refresh_search(wanted)
    make_order(reference="SHOP-8")
    assert numbers(desk, f"?q={text}") == [wanted.number]


@pytest.mark.parametrize("query", ["?older=x", "?newer=99999999999999999999", "?since=nodate", "?shop=abc", "?q=%00'"])
def test_a_broken_address_still_shows_a_list(desk: Client, query: str) -> None:
    make_order()
    assert desk.get(LIST + query).status_code == 200


def test_names_with_markup_are_shown_and_not_run(desk: Client) -> None:
    make_order(customer_firstname="<script>alert(1)</script>", customer_lastname="x" * 90)
    page = desk.get(LIST).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_list_speaks_german_to_a_german_browser(desk: Client) -> None:
    make_order()
    page = desk.get(LIST, headers={"accept-language": "de"}).content.decode()
    assert "Bestellungen, neueste zuerst" in page
    assert "189,00\N{NO-BREAK SPACE}€" in page


def test_an_empty_list_says_how_orders_get_here(desk: Client) -> None:
    assert "/api/v1/orders/" in desk.get(LIST).content.decode()


def test_who_may_not_see_orders_gets_no_list(sign_in: SignIn) -> None:
    assert sign_in().get(LIST).status_code == 403


def test_a_view_is_kept_for_the_team_as_a_tab_with_its_count(desk: Client) -> None:
    make_order(tags=["VIP"])
    answer = desk.post(SAVE, {"name": "Important", "filters": "tag=VIP&older=5&q=x", "back": LIST})
    assert SavedView.objects.get().query == "tag=VIP"
    tab = next(tab for tab in desk.get(answer.url).context["tabs"] if tab.title == "Important")
    assert (tab.count, tab.current) == ("1", True)


def test_a_view_without_filters_or_name_is_not_kept(desk: Client) -> None:
    desk.post(SAVE, {"name": "", "filters": "tag=VIP"})
    desk.post(SAVE, {"name": "All", "filters": "older=3"})
    assert not SavedView.objects.exists()


def test_a_day_filter_counts_days_in_the_readers_zone(desk: Client) -> None:
    order = make_order()
    moment = timezone.datetime(2026, 3, 1, 23, 30, tzinfo=timezone.get_fixed_timezone(0))
    Order.objects.filter(pk=order.pk).update(created_at=moment)
    desk.cookies["zone"] = "Asia/Tokyo"
    assert numbers(desk, "?since=2026-03-02&until=2026-03-02") == [order.number]
    desk.cookies["zone"] = "../../etc/passwd"
    assert desk.get(LIST).status_code == 200
    desk.cookies["zone"] = "UTC"
    assert numbers(desk, "?since=2026-03-02&until=2026-03-02") == []


def test_the_row_of_a_held_order_says_why_and_who_makes_it(desk: Client) -> None:
    hold_order(make_order(), reason=HoldReason.BAD_ADDRESS, text="Too long.", actor="mara")
    response = desk.get(LIST)
    row = response.context["rows"][0]
    assert (row.reasons, row.vendor_titles) == (["address not accepted by the vendor"], ["mypromo"])
    assert "Address not accepted by the vendor</div>" in response.content.decode()


def test_the_list_says_how_many_orders_it_found(desk: Client) -> None:
    for tags in (["VIP"], ["VIP"], []):
        make_order(tags=tags)
    assert desk.get(LIST).context["list"].total == "3"
    assert "2 found" in desk.get(LIST, {"tag": "VIP"}).content.decode()


def test_more_than_can_be_counted_soon_is_said_to_be_more(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backoffice.staff.list_page.TOTAL_LIMIT", 2)
    for _number in range(3):
        make_order()
    assert desk.get(LIST).context["list"].total == "2+"


def test_what_has_to_be_read_to_be_counted_is_counted_no_further_than_a_tab(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backoffice.staff.list_page.TAB_LIMIT", 1)
    for _number in range(3):
        make_order(tags=["VIP"])
    assert desk.get(LIST, {"tag": "VIP"}).context["list"].total == "1+"
    assert desk.get(LIST, {"state": "new"}).context["list"].total == "3"


@pytest.mark.parametrize("sort", ["total", "-total", "ship_by", "-ship_by", "pk"])
def test_pages_hang_together_in_every_order(desk: Client, monkeypatch: pytest.MonkeyPatch, sort: str) -> None:
    monkeypatch.setattr(OrderList, "paginate_by", 3)
    start = timezone.now()
    for number in range(10):
        order = make_order()
        Order.objects.filter(pk=order.pk).update(total=number // 3, ship_by=start + timedelta(days=number // 4))
    field, descending = sort.removeprefix("-"), sort.startswith("-")
    rows = sorted(Order.objects.all(), key=lambda one: (getattr(one, field), one.pk), reverse=descending)
    expected = [order.number for order in rows]

    def walk(query: str, towards: str) -> list[list[str]]:
        pages = []
        while query:
            page = desk.get(LIST + query).context["page"]
            pages.append([order.number for order in page.rows])
            query = getattr(page, towards) or ""
        return pages

    assert [number for page in walk(f"?sort={sort}", "older") for number in page] == expected
    up = walk(f"?sort={sort}&end=1", "newer")
    assert [number for page in reversed(up) for number in page] == expected


def test_the_heading_of_a_column_orders_by_it_and_turns_the_order_round(desk: Client) -> None:
    make_order()
    page = desk.get(LIST, {"tag": "", "sort": "-total"})
    link = page.context["list"].sort_link("col-total")
    assert (link.query, link.direction) == ("?tag=&sort=total", "descending")
    assert 'aria-sort="descending"' in page.content.decode()
    assert desk.get(LIST, {"sort": "note"}).context["list"].is_by_age


def test_a_column_that_somebody_hides_is_gone_for_them_only(desk: Client, sign_in: SignIn) -> None:
    make_order()
    shown = [name for name, _title in OrderList.columns if name != "col-total"]
    desk.post("/admin/lists/orders/settings/", {"column": shown, "compact": "1", "back": LIST})
    page = desk.get(LIST).content.decode()
    assert ("€189.00" in page, 'class="orders card compact"' in page) == (False, True)
    page = sign_in("view_order", name="tom").get(LIST).content.decode()
    assert ("€189.00" in page, 'class="orders card compact"' in page) == (True, False)


@pytest.mark.parametrize("key", ["pushes", "callbacks", "products", "variants", "production"])
def test_other_lists_keep_views_too(sign_in: SignIn, key: str) -> None:
    reader = sign_in(LISTS[key].permission.partition(".")[2])
    address = f"/admin/lists/{key}/views/"
    kept = reader.post(address, {"name": "Failed", "filters": "q=x&state=failed", "back": "/admin/"})
    assert (kept.status_code, kept["Location"]) == (302, "/admin/?state=failed")
    assert SavedView.objects.get(list_key=key).query == "state=failed"
    assert sign_in(name="tom").post(address, {"name": "x", "filters": "state=new"}).status_code == 403


def test_a_view_is_deleted_by_its_maker_or_who_may_change_rows(sign_in: SignIn) -> None:
    sign_in("view_order").post(SAVE, {"name": "A", "filters": "tag=a"})
    address = f"{SAVE}{SavedView.objects.get().pk}/delete/"
    assert sign_in("view_order", name="tom").post(address).status_code == 403
    assert sign_in("view_order", "change_order", name="eva").post(address).status_code == 302
    assert not SavedView.objects.exists()
