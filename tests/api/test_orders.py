"""Reading orders: lists, pages, changes, one order, and what must never be seen."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.staff.models import SavedView
from catalog.models import Variant
from fulfillment.models import Shipment, ShipmentLine
from orders.models import Order, OrderState, VendorOrderState
from tests.api.storefront import PEN, Storefront, build_order, make_storefront


@pytest.fixture
def placed(storefront: Storefront, catalog) -> list[int]:
    """Place five orders, oldest first."""
    bodies = [build_order(reference=f"R-{n}", **{"customer.email": f"c{n}@example.com"}) for n in range(5)]
    return [storefront.place(body).json()["id"] for body in bodies]


def ids(answer) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [order["id"] for order in answer.json()["results"]]


def test_an_order_is_answered_as_it_was_sent(storefront: Storefront, catalog) -> None:
    body = build_order()
    order = storefront.get(f"orders/{storefront.place(body).json()['id']}/").json()
    for name in ("reference", "currency", "total", "placed_at", "shipping_method", "custom_properties"):
        assert order[name] == body[name]
    for part in ("customer", "recipient"):
        assert {name: value or "" for name, value in body[part].items()}.items() <= order[part].items()
    card, design = order["lines"]
    assert (card["sku"], card["quantity"], card["unit_price"], card["kind"]) == ("MP-F1-C0000003", 100, "1.29", "files")
    assert card["customs"] == body["lines"][0]["customs"]
    assert card["files"] == [{"url": "https://files.example.com/a4.pdf", "type": "front", "has_credentials": True}]
    assert (design["design_id"], design["kind"], design["sku"]) == ("9", "design", "")
    assert order["number"] == f"WEB-{100_000 + order['id']}"


def test_credentials_of_files_are_kept_sealed_and_never_given_back(storefront: Storefront, catalog) -> None:
    slip = {"kind": "delivery_slip", "url": "https://files.example.com/s.pdf", "auth": {"header": "canary-header"}}
    answer = storefront.place(build_order(documents=[slip]), key="k")
    order = Order.objects.get()
    assert order.lines.first().file_credentials == {
        "0": {"scheme": "basic", "username": "u", "password": "canary-pass"}
    }
    assert order.documents.get().credentials == {"scheme": "header", "header": "canary-header"}
    seen = [answer, storefront.place(build_order(documents=[slip]), key="k")]
    seen += [storefront.get(path) for path in ("orders/", f"orders/{order.pk}/", f"orders/{order.pk}/timeline/")]
    assert all(b"canary" not in one.content for one in seen)
    assert "canary" not in str(list(order.lines.values("files", "name"))) + str(list(order.events.values()))


def test_a_shop_sees_its_own_orders_only(storefront: Storefront, placed: list[int]) -> None:
    other = make_storefront("OTH")
    assert ids(other.get("orders/")) == []
    assert other.get("orders/", {"search": "jana"}).json()["results"] == []
    for path in (f"orders/{placed[0]}/", f"orders/{placed[0]}/timeline/"):
        assert other.get(path).status_code == 404
    assert other.post(f"orders/{placed[0]}/cancel/", {}).status_code == 404
    assert Order.objects.get(pk=placed[0]).cancel_requested_at is None


def test_pages_show_every_order_once_newest_first_also_when_some_arrive_meanwhile(
    storefront: Storefront, placed: list[int]
) -> None:
    seen, url = [], "/api/v1/orders/?page_size=2"
    while url:
        answer = storefront.client.get(url)
        seen += ids(answer)
        following = answer.json()["next"]
        url = following and f"{urlsplit(following).path}?{urlsplit(following).query}"
        storefront.place(build_order(reference=f"N-{len(seen)}"))
    assert seen == placed[::-1]


def test_changes_are_read_without_loss_although_orders_change_between_the_pages(
    storefront: Storefront, placed: list[int]
) -> None:
    since = timezone.now() - timedelta(hours=1)
    first = storefront.get("orders/", {"updated_since": since.isoformat(), "page_size": 2})
    assert ids(first) == placed[:2]
    Order.objects.filter(pk=placed[0]).update(updated_at=timezone.now())
    seen, following = [], first.json()["next"]
    while following:
        answer = storefront.client.get(f"/api/v1/orders/?{urlsplit(following).query}")
        seen += ids(answer)
        assert answer.json()["resume_at"] == first.json()["resume_at"]
        following = answer.json()["next"]
    assert seen == [*placed[2:], placed[0]]


def test_a_change_that_is_committed_after_later_ones_is_found_by_resuming(
    storefront: Storefront, placed: list[int]
) -> None:
    resume_at = storefront.get("orders/", {"updated_since": "2020-01-01T00:00:00Z"}).json()["resume_at"]
    # Stamped before the reading, visible only after it.
    Order.objects.filter(pk=placed[1]).update(updated_at=timezone.now() - timedelta(seconds=60))
    assert placed[1] in ids(storefront.get("orders/", {"updated_since": resume_at}))


def test_filters_find_what_they_name(storefront: Storefront, placed: list[int]) -> None:
    first, second, *_others = placed
    Order.objects.filter(pk=first).update(production="done", shipment="shipped", late=True)
    Order.objects.filter(pk=second).update(state=OrderState.CLOSED)
    assert ids(storefront.get("orders/", {"production": "done"})) == [first]
    assert ids(storefront.get("orders/", {"shipment": ["shipped", "delivered"]})) == [first]
    assert ids(storefront.get("orders/", {"late": "true"})) == [first]
    assert ids(storefront.get("orders/", {"late": "false"})) == placed[:0:-1]
    assert ids(storefront.get("orders/", {"state": "closed"})) == [second]
    assert ids(storefront.get("orders/", {"reference": "R-3"})) == [placed[3]]
    assert ids(storefront.get("orders/", {"number": f"WEB-{100_000 + second}"})) == [second]
    assert ids(storefront.get("orders/", {"created_since": "2999-01-01T00:00:00Z"})) == []
    assert ids(storefront.get("orders/", {"state": "closed", "late": "true"})) == []


@pytest.mark.parametrize(
    "text", ["größer", "GROESSER", "R-3", "c3@exa", "WEB-1", "mp-f1 berlin", "10115", "jana c3", "nobody"]
)
def test_search_finds_beginnings_of_what_a_customer_quotes(
    storefront: Storefront, placed: list[int], text: str
) -> None:
    found = ids(storefront.get("orders/", {"search": text}))
    if text == "nobody":
        assert found == []
    elif "3" in text and "mp" not in text:
        assert found == [placed[3]]
    else:
        assert found == placed[::-1]


def test_search_takes_hostile_text_as_text(storefront: Storefront, placed: list[int]) -> None:
    for text in ("'", "\\", "a:*", "!a | b & (c", "<->", "''; DROP", "%", "\u0300", " ", "'jana' & 'x'"):
        assert storefront.get("orders/", {"search": text}).status_code == 200, text


@pytest.mark.parametrize(
    "query",
    [
        {"nonsense": "1"},
        {"state": "odd"},
        {"late": "1"},
        {"page_size": "0"},
        {"page_size": "101"},
        {"page_size": "9" * 50},
        {"cursor": "x"},
        {"cursor": "W10"},
        {"cursor": "WzEuNV0"},
        {"updated_since": "yesterday"},
        {"updated_since": "2026-01-01T00:00:00"},
        {"created_since": "5"},
        {"reference": "a\0b"},
        {"reference": ["a", "b"]},
    ],
)
def test_a_parameter_that_is_not_documented_so_is_refused_by_name(storefront: Storefront, query: dict) -> None:
    answer = storefront.get("orders/", query)
    assert answer.status_code == 400
    assert {path.partition("[")[0] for path in answer.json()["errors"]} == set(query)


def test_times_at_the_ends_of_the_calendar_are_no_error(storefront: Storefront, placed: list[int]) -> None:
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        for name in ("updated_since", "created_since"):
            assert storefront.get("orders/", {name: moment}).status_code == 200, (name, moment)


def test_parcels_are_shown_with_their_links_and_our_lines(storefront: Storefront, placed: list[int]) -> None:
    order = Order.objects.get(pk=placed[0])
    parcel = Shipment.objects.create(
        order=order,
        vendor_order=order.vendor_orders.get(),
        vendor_id="7",
        carrier="ups",
        tracking_code="1Z9",
        tracking_url="https://ups.example.com/1Z9",
    )
    ShipmentLine.objects.create(shipment=parcel, line=order.lines.first(), sku="S", quantity=60, line_vendor_id="1")
    ShipmentLine.objects.create(shipment=parcel, line=None, sku="odd", quantity=1, line_vendor_id="2")
    shown = storefront.get(f"orders/{order.pk}/").json()["shipments"]
    assert shown[0]["tracking_url"] == "https://ups.example.com/1Z9"
    assert shown[0]["delivered"] is None
    assert shown[0]["lines"] == [
        {"reference": "1", "sku": "S", "quantity": 60},
        {"reference": None, "sku": "odd", "quantity": 1},
    ]


def test_the_timeline_tells_what_happened_in_words(storefront: Storefront, placed: list[int]) -> None:
    events = storefront.get(f"orders/{placed[0]}/timeline/").json()["results"]
    assert [event["kind"] for event in events] == ["order.received", "order.released"]
    assert events[0]["text"] == "The order was received."


def test_an_order_of_which_nothing_is_at_the_vendor_is_cancelled_at_once(
    storefront: Storefront, placed: list[int]
) -> None:
    answer = storefront.post(f"orders/{placed[0]}/cancel/", {"reason": "changed my mind"})
    assert answer.status_code == 200
    assert answer.json()["state"]["order"] == "cancelled"
    again = storefront.post(f"orders/{placed[0]}/cancel/", {})
    assert again.status_code == 200
    assert "changed my mind" in str(storefront.get(f"orders/{placed[0]}/timeline/").json())


def test_while_the_vendor_is_asked_the_cancellation_is_accepted_but_not_done(
    storefront: Storefront, placed: list[int]
) -> None:
    Order.objects.get(pk=placed[0]).vendor_orders.update(state=VendorOrderState.SUBMITTED, vendor_id="9")
    answer = storefront.post(f"orders/{placed[0]}/cancel/", {"reason": "x"})
    assert answer.status_code == 202
    assert answer.json()["cancel_requested"] is True
    assert answer.json()["state"]["order"] == "released"
    assert storefront.post(f"orders/{placed[0]}/cancel/", {"reason": "x"}).status_code == 202


def test_what_is_in_production_cannot_be_cancelled(storefront: Storefront, placed: list[int]) -> None:
    Order.objects.get(pk=placed[0]).vendor_orders.update(state=VendorOrderState.IN_PRODUCTION, vendor_id="9")
    answer = storefront.post(f"orders/{placed[0]}/cancel/", {"reason": "x"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "illegal_transition"
    assert Order.objects.get(pk=placed[0]).cancel_requested_at is None


def test_an_order_is_found_by_its_number_and_by_the_shops_reference(storefront: Storefront, placed: list[int]) -> None:
    odd = storefront.place(build_order(reference="A/4711 ü")).json()
    by_reference = storefront.get("orders/by-reference/A/4711 %C3%BC/")
    assert (by_reference.status_code, by_reference.json()) == (200, odd)
    assert by_reference.headers["ETag"] == '"1"'
    assert storefront.get(f"orders/by-number/{odd['number']}/").json() == odd
    other = make_storefront("OTH")
    assert other.get(f"orders/by-number/{odd['number']}/").status_code == 404
    assert other.get("orders/by-reference/R-1/").status_code == 404
    storefront.post(f"orders/{odd['id']}/cancel/", {})
    anew = storefront.place(build_order(reference="A/4711 ü", replaces=odd["id"])).json()
    assert storefront.get("orders/by-reference/A%2F4711%20%C3%BC/").json()["id"] == anew["id"]


def test_a_list_takes_as_many_queries_for_fifty_orders_as_for_one(
    storefront: Storefront, catalog, django_assert_num_queries
) -> None:
    storefront.place(build_order(reference="first"))
    with django_assert_num_queries(9):
        assert len(ids(storefront.get("orders/"))) == 1
    for number in range(20):
        storefront.place(build_order(reference=f"R-{number}"))
    with django_assert_num_queries(9):
        assert len(ids(storefront.get("orders/"))) == 21
    pk = Order.objects.latest("pk").pk
    with django_assert_num_queries(9):
        assert storefront.get(f"orders/{pk}/").status_code == 200


def test_an_order_takes_as_many_queries_with_forty_lines_as_with_two(
    storefront: Storefront, catalog, django_assert_num_queries
) -> None:
    line = {"sku": PEN, "quantity": 10, "unit_price": "1"}
    # Now and then, and at first, an order also asks whether the database is the newest there is.
    assert storefront.place(build_order(reference="first", lines=[line])).status_code == 201
    with django_assert_num_queries(17):
        assert storefront.place(build_order(lines=[line, line])).status_code == 201
    with django_assert_num_queries(17):
        assert storefront.place(build_order(reference="forty", lines=[line] * 40)).status_code == 201


def test_a_signed_in_member_of_staff_is_no_storefront(admin_client: Client) -> None:
    assert admin_client.get("/api/v1/orders/").status_code == 401


def test_whoever_reads_of_a_held_order_reads_it_in_their_own_language(
    storefront: Storefront, catalog: dict[str, Variant], admin_client: Client
) -> None:
    body = build_order(**{"lines.0.sku": "GONE", "recipient.country_code": "XX"})
    english = storefront.post("orders/?on_invalid=hold", body, **{"Idempotency-Key": "k", "Accept-Language": "en"})
    assert english.status_code == 201
    told = json.dumps(english.json()["holds"])
    for text in ("GONE is not in the catalogue.", "XX is not a country", "Correct it with the shop"):
        assert text in told
    order = Order.objects.get()
    read = storefront.client.get(f"/api/v1/orders/{order.pk}/", headers={"Accept-Language": "de"})
    page = admin_client.get(f"/admin/orders/order/{order.pk}/change/", headers={"Accept-Language": "de"})
    for shown in (json.dumps(read.json()["holds"], ensure_ascii=False), page.content.decode()):
        for text in ("GONE steht nicht im Katalog.", "XX ist kein Land", "Korrigieren Sie"):
            assert text in shown
        for text in ("not in the catalogue", "Correct it"):
            assert text not in shown
    assert "Correct it with the shop" in admin_client.get(f"/admin/orders/order/{order.pk}/change/").content.decode()


def test_the_next_page_is_at_the_public_address_whatever_host_a_proxy_names(storefront, catalog, settings) -> None:
    for number in range(2):
        assert storefront.place(build_order(reference=f"R-{number}")).status_code == 201
    settings.PUBLIC_URL = "https://backoffice.example.com:8443"
    settings.ALLOWED_HOSTS = ["backoffice.example.com"]
    answer = storefront.client.get("/api/v1/orders/?page_size=1", headers={"Host": "backoffice.example.com"})
    assert answer.json()["next"].startswith("https://backoffice.example.com:8443/api/v1/orders/?")


def test_a_saved_view_of_the_staff_filters_the_list_of_a_shop(storefront: Storefront, placed: list[int]) -> None:
    SavedView.objects.create(list_key="orders", name="Important ones", query="tag=VIP")
    SavedView.objects.create(list_key="orders", name="Mine", query="view=mine")
    Order.objects.filter(pk=placed[1]).update(tags=["VIP"])
    assert ids(storefront.get("orders/", {"view": "Important ones"})) == [placed[1]]
    assert ids(storefront.get("orders/", {"view": "Important ones", "state": "cancelled"})) == []
    for name in ("Mine", "Nobody's"):
        refused = storefront.get("orders/", {"view": name})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["view"])


def test_a_letter_address_is_whole_or_waits_for_its_street(storefront: Storefront, catalog: dict[str, Variant]) -> None:
    refused = storefront.place(build_order(letter_address={"street": "Briefweg 1"})).json()["errors"]
    names = {"zip", "city", "country_code", "lastname"}
    assert refused.keys() == {f"letter_address.{name}" for name in names}
    letters = build_order()["recipient"] | {"street": None}
    held = storefront.place(build_order(letter_address=letters)).json()
    assert [hold["reason"] for hold in held["holds"]] == ["bad_address"]
