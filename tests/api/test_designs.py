"""Designs over the API: opened at the sandbox's editor, read, previewed, submitted, ordered; and their secrets."""

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from backoffice.accounts.models import IdempotencyKey
from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.vendors.abilities import MakesDesigns
from backoffice.vendors.registry import vendor_type
from catalog.models import Availability, PriceTier, Variant
from fulfillment.models import Country
from orders.models import CustomerEditor, Design, Order
from orders.services.order_message import order_to_place
from tests.api.storefront import CARD, Storefront, build_order, make_storefront, make_variant

BLUE = "MP-F1-C0000004"
RETURN = "https://shop.example/basket/{DESIGNID}/add/{INTENT}/{USERHASH}/{DESIGNID}"
NEW = {
    "customer": "c-17",
    "sku": CARD,
    "return_url": RETURN,
    "cancel_url": "https://shop.example/{DESIGNID}",
    "quantity": 100,
}


@pytest.fixture
def editor(settings: Settings) -> Iterator[Sandbox]:
    with running_sandbox(manual_clock=True, rate_limit=0, editor_cname="https://designer.example.com/") as sandbox:
        settings.MYPROMO_URL = sandbox.url
        settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "sandbox-merchant-secret"
        settings.MYPROMO_REQUESTS_PER_MINUTE = 60_000
        settings.DESIGN_SECONDS = 5
        yield sandbox


@pytest.fixture
def cards(db: None) -> dict[str, Variant]:
    """Return two colours of a card that can be designed; the second one is dearer."""
    Country.objects.create(iso2="DE", iso3="DEU", name="Germany")
    made = {sku: make_variant(sku, editor_intents=["customize", "upload"]) for sku in (CARD, BLUE)}
    PriceTier.objects.filter(variant=made[BLUE], price_list="sales", quantity=100).update(price="1.99")
    return made


def open_design(storefront: Storefront, *, key: str = "key-1", **changes: Any) -> Any:
    return storefront.post("designs/", NEW | changes, **{"Idempotency-Key": key})


def opened(storefront: Storefront, *, key: str = "key-1", **changes: Any) -> dict[str, Any]:
    answer = open_design(storefront, key=key, **changes)
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def at_vendor(sandbox: Sandbox, public_id: str) -> dict[str, Any]:
    held: dict[str, Any] = sandbox.mypromo.designs.held[int(Design.objects.get(public_id=public_id).vendor_id)]
    return held


def test_a_design_is_opened_with_the_addresses_of_the_editor_and_a_price(storefront, cards, editor) -> None:
    answer = open_design(storefront)
    body = answer.json()
    held = at_vendor(editor, body["id"])
    assert answer["Location"] == f"/api/v1/designs/{body['id']}/"
    assert answer["Cache-Control"] == "no-store"
    assert (body["sku"], body["state"], body["sku_changed"], body["customer"]) == (CARD, "open", False, "c-17")
    assert body["start_url"] == held["editor_start_url"]
    assert body["start_url_cname"].startswith("https://designer.example.com/auth?jwt=")
    assert body["quote"] == {
        "quantity": 100,
        "unit_price": "1.29",
        "total": "129.00",
        "currency": "EUR",
        "next_quantity": None,
    }
    key, intent, user = held["id"], held["intent"], held["editor_user_hash"]
    assert held["return_url"] == f"https://shop.example/basket/{key}/add/{intent}/{user}/{key}"
    assert held["cancel_url"] == f"https://shop.example/{held['id']}"


def test_one_user_of_the_editor_is_kept_per_shop_and_customer(storefront, cards, editor) -> None:
    for key, customer in (("a", "c-17"), ("b", "c-17"), ("c", "c-18")):
        opened(storefront, key=key, customer=customer)
    opened(make_storefront("OTH"), key="a", customer="c-17")
    assert len(editor.mypromo.designs.users) == CustomerEditor.objects.count() == 3
    owners = [design["editor_user_hash"] for design in editor.mypromo.designs.held.values()]
    assert owners[0] == owners[1]
    assert len(set(owners)) == 3


def test_the_same_key_answers_with_the_same_design_and_makes_no_second_one(storefront, cards, editor) -> None:
    first = opened(storefront)
    again = open_design(storefront)
    assert (again.status_code, again.json()["id"], again["Idempotent-Replayed"]) == (201, first["id"], "true")
    assert again.json()["start_url"] == first["start_url"]
    assert len(editor.mypromo.designs.held) == 1
    other = open_design(storefront, quantity=500)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    order = storefront.place(build_order(), key="key-1")
    assert (order.status_code, order.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_of_the_same_at_once_are_answered_with_one_design(cards, editor) -> None:
    storefront = make_storefront("TWO")
    start, answers = threading.Barrier(2), []

    def send() -> None:
        client = Storefront(storefront.shop, storefront.key)
        start.wait()
        answers.append(open_design(client).json()["id"])
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert Design.objects.count() == CustomerEditor.objects.count() == 1


def test_a_switched_sku_is_told_at_the_next_reading_with_its_price(storefront, cards, editor) -> None:
    body = opened(storefront)
    editor.mypromo.designs.switch_sku(int(Design.objects.get().vendor_id), sku=BLUE)
    now = storefront.get(f"designs/{body['id']}/").json()
    assert (now["sku"], now["asked_sku"], now["sku_changed"]) == (BLUE, CARD, True)
    assert now["quote"]["unit_price"] == "1.99"
    Variant.objects.filter(sku=BLUE).update(orderable=False)
    gone = storefront.get(f"designs/{body['id']}/").json()
    assert gone["quote"] is None
    assert "cannot be produced" in gone["problems"]["sku"][0]
    Variant.objects.filter(sku=BLUE).update(orderable=True, order_min_qty=500)
    few = storefront.get(f"designs/{body['id']}/").json()
    assert (few["quote"], list(few["problems"])) == (None, ["quantity"])
    Variant.objects.filter(sku=BLUE).update(order_min_qty=1)
    offer = Availability.objects.create(variant=cards[BLUE], fulfiller_id="1", stock_managed=True, stock_qty=99)
    short = storefront.get(f"designs/{body['id']}/").json()
    assert short["problems"] == {"quantity": [f"100 × {BLUE} is more than the 99 left in stock."]}
    Availability.objects.filter(pk=offer.pk).update(stock_qty=100)
    assert storefront.get(f"designs/{body['id']}/").json()["quote"]["unit_price"] == "1.99"


def test_a_switch_to_what_is_not_in_the_catalogue_is_a_problem_and_no_price(storefront, cards, editor) -> None:
    body = opened(storefront)
    cards[BLUE].tiers.all().delete()
    cards[BLUE].texts.all().delete()
    cards[BLUE].delete()
    editor.mypromo.designs.switch_sku(int(Design.objects.get().vendor_id), sku=BLUE)
    now = storefront.get(f"designs/{body['id']}/").json()
    assert (now["quote"], now["problems"]) == (None, {"sku": [f"{BLUE} is not in the catalogue."]})


def test_submitting_ends_the_editing_and_its_addresses_and_may_be_repeated(storefront, cards, editor) -> None:
    body = opened(storefront)
    for _ in range(2):
        done = storefront.post(f"designs/{body['id']}/submit/", {})
        assert (done.status_code, done.json()["state"]) == (200, "submitted")
        assert "start_url" not in done.json()
    assert at_vendor(editor, body["id"])["status"] == "SUBMITTED"
    read = storefront.get(f"designs/{body['id']}/").json()
    assert (read["start_url"], read["start_url_cname"]) == ("", "")
    assert Design.objects.get().submitted_at is not None


def test_the_preview_is_passed_on_as_what_its_bytes_are(storefront, cards, editor) -> None:
    body = opened(storefront)
    path = body["preview_url"].partition("/api/v1/")[2]
    for accepted in ("*/*", "application/pdf", "image/*"):
        answer = storefront.client.get(f"/api/v1/{path}", headers={"Accept": accepted})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), accepted
        assert answer.content.startswith(b"%PDF-")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == f'inline; filename="{body["id"]}.pdf"'


def test_a_shop_sees_its_own_designs_only(storefront, cards, editor) -> None:
    mine = opened(storefront)["id"]
    other = make_storefront("OTH")
    for path in (f"designs/{mine}/", f"designs/{mine}/preview/", "designs/dsg_nothing/"):
        answer = other.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json"), path
    assert other.post(f"designs/{mine}/submit/", {}).status_code == 404
    assert at_vendor(editor, mine)["status"] == "PENDING"


def test_a_key_that_only_reads_gets_the_picture_but_not_the_way_into_the_editor(storefront, cards, editor) -> None:
    mine = opened(storefront)["id"]
    storefront.shop.api_keys.update(scopes=["orders:read"])
    assert storefront.get(f"designs/{mine}/").status_code == 403
    assert storefront.get(f"designs/{mine}/preview/").status_code == 200


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"sku": "NOPE"}, "sku"),
    ({"intent": "engrave"}, "intent"),
    ({"return_url": "javascript:alert(1)"}, "return_url"),
    ({"return_url": "https://u:p@shop.example/"}, "return_url"),
    ({"return_url": "http://shop.example/"}, "return_url"),
    ({"return_url": "https://shop.example/{SECRET}"}, "return_url"),
    ({"cancel_url": "https://"}, "cancel_url"),
]


@pytest.mark.parametrize(("changes", "field"), REFUSED)
def test_what_cannot_be_opened_is_refused_by_its_field_before_the_vendor_is_asked(
    storefront, cards, editor, changes: dict[str, Any], field: str
) -> None:
    answer = open_design(storefront, **changes)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert (Design.objects.count(), len(editor.mypromo.designs.users), IdempotencyKey.objects.count()) == (0, 0, 0)


def test_a_variant_without_an_editor_or_not_to_be_had_cannot_be_designed(storefront, cards, editor) -> None:
    for change in ({"editor_intents": []}, {"orderable": False}):
        Variant.objects.filter(sku=CARD).update(**change)
        assert list(open_design(storefront).json()["errors"]) == ["sku"]


def test_a_vendor_that_refuses_is_told_by_field_and_keeps_no_key(storefront, cards, editor) -> None:
    Variant.objects.filter(sku=CARD).update(sku="UNKNOWN-THERE")
    answer = open_design(storefront, sku="UNKNOWN-THERE")
    assert (answer.status_code, answer.json()["errors"]) == (422, {"sku": ["The selected sku is invalid."]})
    assert (Design.objects.count(), IdempotencyKey.objects.count()) == (0, 0)


def test_a_slow_editor_is_given_up_soon_and_the_request_can_be_repeated(storefront, cards, editor, settings) -> None:
    opened(storefront, key="warm")  # the token is there
    settings.DESIGN_SECONDS = 0.5
    editor.faults.add("hang", method="POST", path="v1/designs$", times=1)
    answer = open_design(storefront)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer["Retry-After"]) >= 1
    settings.DESIGN_SECONDS = 5
    assert open_design(storefront).status_code == 201
    assert Design.objects.count() == 2


def test_the_ways_into_the_editor_are_neither_logged_nor_kept(
    storefront, cards, editor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        body = opened(storefront)
        open_design(storefront)
        storefront.get(f"designs/{body['id']}/")
        storefront.post(f"designs/{body['id']}/submit/", {})
    secrets = [body["start_url"].rsplit("/", 1)[1], body["start_url_cname"].partition("jwt=")[2]]
    kept = str(list(Design.objects.values())) + str(list(IdempotencyKey.objects.values()))
    assert all(secret not in caplog.text + kept for secret in secrets)


def test_an_order_takes_our_id_of_a_submitted_design_and_the_vendor_gets_its_own(storefront, cards, editor) -> None:
    body = opened(storefront)
    line = {"design_id": body["id"], "quantity": 100, "unit_price": "1.29"}
    early = storefront.place(build_order(lines=[line]))
    assert list(early.json()["errors"]) == ["lines[0].design_id"]
    storefront.post(f"designs/{body['id']}/submit/", {})
    placed = storefront.place(build_order(lines=[line]))
    assert placed.status_code == 201, placed.content
    answered = placed.json()["lines"][0]
    assert (answered["design_id"], answered["sku"], answered["kind"]) == (body["id"], CARD, "design")
    message = order_to_place(Order.objects.get().vendor_orders.select_related("order").get())
    assert message.lines[0].design_id == Design.objects.get().vendor_id


def test_an_order_is_refused_whose_design_was_switched_to_another_sku(storefront, cards, editor) -> None:
    body = opened(storefront)
    editor.mypromo.designs.switch_sku(int(Design.objects.get().vendor_id), sku=BLUE)
    assert storefront.post(f"designs/{body['id']}/submit/", {}).json()["sku_changed"] is True
    line = {"design_id": body["id"], "quantity": 100, "unit_price": "1.29"}
    answer = storefront.place(build_order(lines=[line | {"sku": CARD}]))
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["lines[0].sku"])
    assert storefront.place(build_order(lines=[line | {"sku": BLUE}])).status_code == 201


def test_no_shop_orders_a_design_of_another_by_either_id(storefront, cards, editor) -> None:
    body = opened(storefront)
    storefront.post(f"designs/{body['id']}/submit/", {})
    other = make_storefront("OTH")
    for wanted in (body["id"], Design.objects.get().vendor_id, "dsg_nothing"):
        line = {"design_id": wanted, "quantity": 100, "unit_price": "1.29"}
        assert list(other.place(build_order(lines=[line])).json()["errors"]) == ["lines[0].design_id"], wanted
    stranger = {"design_id": "777", "quantity": 100, "unit_price": "1.29"}
    assert other.place(build_order(reference="R-7", lines=[stranger])).status_code == 201


def test_a_design_on_every_line_costs_one_query_more_however_many_lines(
    storefront, cards, editor, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    body = opened(storefront)
    storefront.post(f"designs/{body['id']}/submit/", {})
    line = {"design_id": body["id"], "quantity": 100, "unit_price": "1.29"}
    for number in (1, 40):
        with django_assert_max_num_queries(18):
            answer = storefront.place(build_order(reference=f"R-{number}", lines=[line] * number))
        assert answer.status_code == 201


def test_every_vendor_that_opens_designs_also_reads_shows_and_ends_them() -> None:
    found = vendor_type("mypromo", MakesDesigns)
    methods = ("create_design", "read_design", "submit_design", "read_preview")
    assert all(getattr(found, name) is not getattr(MakesDesigns, name) for name in methods)


def test_nobody_without_a_key_opens_designs(client: Client, db: None) -> None:
    assert client.post("/api/v1/designs/", NEW, content_type="application/json").status_code == 401
