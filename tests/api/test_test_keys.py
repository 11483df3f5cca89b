"""Test keys: what they place is marked, and kept apart from what live keys place."""

import pytest
from django.core.management import call_command
from django.test import Client

from backoffice.accounts.models import ApiKey, IdempotencyKey
from backoffice.webhooks.services.recording import record_events
from backoffice.webhooks.services.stream import read_stream
from catalog.models import Variant
from orders.models import Order
from orders.services.designs.editor import event_about_design
from tests.api.storefront import Storefront, build_order, make_test_storefront
from tests.orders.designs import make_design

pytestmark = pytest.mark.django_db


@pytest.fixture
def tester(storefront: Storefront) -> Storefront:
    return make_test_storefront(storefront)


def test_a_test_key_says_what_it_is(storefront: Storefront, tester: Storefront) -> None:
    assert tester.key.startswith("test_")
    assert tester.get("me/").json()["key"]["test"] is True
    assert storefront.get("me/").json()["key"]["test"] is False


def test_a_key_with_a_foreign_mark_is_no_key(storefront: Storefront, tester: Storefront) -> None:
    for key in (tester.key.removeprefix("test_"), f"test_{storefront.key}", f"test_{tester.key}"):
        assert Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_the_command_makes_test_keys(storefront: Storefront, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_api_key", "--shop", "WEB", "--name", "staging", "--test")
    key = capsys.readouterr().out.strip()
    assert Storefront(storefront.shop, key).get("me/").json()["key"]["test"] is True
    assert ApiKey.objects.get(name="staging").is_test
    assert "webhooks:write" not in ApiKey.objects.get(name="staging").scopes


def test_each_mode_has_its_own_references_keys_and_orders(
    storefront: Storefront, tester: Storefront, catalog: dict[str, Variant]
) -> None:
    answers = [one.place(build_order(), key="same") for one in (storefront, tester, storefront, tester)]
    assert [answer.status_code for answer in answers] == [201] * 4
    live, test = answers[0].json(), answers[1].json()
    assert (live["test"], test["test"]) == (False, True)
    assert live["id"] != test["id"]
    assert [answer.json()["id"] for answer in answers[2:]] == [live["id"], test["id"]]
    assert IdempotencyKey.objects.count() == Order.objects.count() == 2
    for one, own, foreign in ((storefront, live, test), (tester, test, live)):
        assert [row["id"] for row in one.get("orders/").json()["results"]] == [own["id"]]
        assert one.get(f"orders/{own['id']}/").status_code == 200
        assert one.get(f"orders/{foreign['id']}/").status_code == 404
        assert one.get(f"orders/{foreign['id']}/timeline/").status_code == 404
        assert one.post(f"orders/{foreign['id']}/cancel/", {}).status_code == 404
        assert one.get("orders/by-reference/WEB-1001/").json()["id"] == own["id"]
        assert one.post("orders/validate/", build_order()).json()["status"] == 409
    assert Order.objects.filter(state="cancelled").count() == 0
    again = tester.place(build_order(), key="another")
    assert (again.status_code, again.json()["order"]) == (409, test["id"])


def test_a_test_takes_of_no_stock_and_is_no_duplicate_of_a_sale(
    storefront: Storefront, tester: Storefront, catalog: dict[str, Variant]
) -> None:
    storefront.shop.duplicate_window_minutes = 10
    storefront.shop.save()
    assert tester.place(build_order()).json()["holds"] == []
    assert storefront.place(build_order()).json()["holds"] == []
    assert Order.objects.get(is_test=True).lines.filter(takes_stock=True).count() == 0


def test_events_say_what_is_a_test_and_each_key_reads_its_own(
    storefront: Storefront, tester: Storefront, catalog: dict[str, Variant]
) -> None:
    for one in (storefront, tester):
        one.place(build_order())
    seen = {one: one.get("events/").json()["results"] for one in (storefront, tester)}
    assert {event["data"]["test"] for event in seen[storefront]} == {False}
    assert {event["data"]["test"] for event in seen[tester]} == {True}
    assert "test" not in seen[tester][0]["data"]["details"]
    assert storefront.get(f"events/{seen[tester][0]['id']}/").status_code == 404
    assert len(read_stream(storefront.shop.pk, after=0, most=50)) == len(seen[storefront])


def test_each_key_hears_of_its_own_designs(storefront: Storefront, tester: Storefront) -> None:
    for one, vendor in ((storefront, "mypromo"), (tester, "mypromo-sandbox")):
        design = make_design(vendor=vendor)
        record_events([event_about_design("design.changed", design)])
        seen = one.get("events/").json()["results"]
        assert [(event["data"]["id"], event["data"]["test"]) for event in seen] == [(str(design), one is tester)]
    assert len(storefront.get("events/").json()["results"]) == 1


def test_a_design_of_a_test_needs_a_sandbox(tester: Storefront, catalog: dict[str, Variant]) -> None:
    Variant.objects.update(editor_intents=["customize"])
    body = {"customer": "1", "sku": next(iter(catalog)), "return_url": "https://shop.example.com/"}
    answer = tester.post("designs/", body, **{"Idempotency-Key": "a"})
    assert answer.status_code == 422
    assert "sandbox" in answer.json()["errors"]["sku"][0]
