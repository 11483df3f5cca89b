"""Endpoints and events over REST, by the scopes of the key and within the shop."""

from typing import Any

import pytest
from django.test import Client
from standardwebhooks import Webhook

from backoffice.accounts.models import ApiKey
from backoffice.webhooks.models import RecordedEvent, ShopEvent, WebhookDelivery, WebhookEndpoint
from backoffice.webhooks.services.endpoints import change_some
from tests.api.storefront import Storefront, make_storefront
from tests.orders.rows import make_order
from tests.webhooks.receiver import Storefronts
from tests.webhooks.rows import deliver, endpoint_at, record

URL = "https://shop.example.com/webhooks"


@pytest.fixture
def storefront(db: None) -> Storefront:
    return make_storefront()


def patch(storefront: Storefront, path: str, body: Any) -> Any:
    return storefront.client.patch(f"/api/v1/{path}", body, content_type="application/json")


def delete(storefront: Storefront, path: str) -> Any:
    return storefront.client.delete(f"/api/v1/{path}")


def test_an_endpoint_is_made_shown_changed_and_removed(storefront: Storefront) -> None:
    made = storefront.post("webhook-endpoints/", {"url": URL, "topics": ["order.shipped"]})
    assert made.status_code == 201
    body = made.json()
    assert body["secret"].startswith("whsec_")
    path = f"webhook-endpoints/{body['id']}/"
    assert made.headers["Location"] == f"/api/v1/{path}"
    shown = storefront.get(path).json()
    assert "secret" not in shown
    assert shown == {key: value for key, value in body.items() if key != "secret"}
    changed = patch(storefront, path, {"active": False, "topics": []}).json()
    assert (changed["active"], changed["topics"], changed["url"]) == (False, [], URL)
    assert storefront.get("webhook-endpoints/").json() == {"results": [changed]}
    assert delete(storefront, path).json() == changed
    assert storefront.get(path).status_code == 404
    assert storefront.get("webhook-endpoints/").json() == {"results": []}


def test_what_another_changed_meanwhile_stays(storefront: Storefront) -> None:
    storefront.post("webhook-endpoints/", {"url": URL})
    [as_read] = WebhookEndpoint.objects.all()
    change_some(WebhookEndpoint.objects.get(), active=False)
    change_some(as_read, description="ours")
    kept = WebhookEndpoint.objects.get()
    assert (kept.active, kept.description) == (False, "ours")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, 400, "url"),
        ({"url": "https://10.0.0.1/"}, 422, "url"),
        ({"url": URL, "topics": ["order.eaten"]}, 400, "topics[0]"),
        ({"url": URL, "description": "x" * 201}, 400, "description"),
        ({"url": URL, "secret": "mine"}, 400, "secret"),
        ({"url": URL, "api_version": "v2"}, 400, "api_version"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(
    storefront: Storefront, body: dict[str, Any], code: int, field: str
) -> None:
    refused = storefront.post("webhook-endpoints/", body)
    assert refused.status_code == code
    assert list(refused.json()["errors"]) == [field]
    assert not WebhookEndpoint.objects.exists()


def test_a_secret_is_rotated_and_the_previous_one_ended(storefront: Storefront) -> None:
    made = storefront.post("webhook-endpoints/", {"url": URL}).json()
    path = f"webhook-endpoints/{made['id']}/secret/"
    rotated = storefront.post(path, {"keep_hours": 2}).json()
    assert rotated["secret"] != made["secret"]
    assert rotated["previous_secret_until"]
    assert storefront.post(path, {}).status_code == 409
    assert delete(storefront, path).json()["previous_secret_until"] is None
    assert delete(storefront, path).status_code == 409


def test_the_stream_is_read_on_behind_the_last(storefront: Storefront) -> None:
    assert storefront.get("events/").json()["results"] == []
    record(storefront.shop, 1, 2, 3)
    page = storefront.get("events/", {"page_size": "2"}).json()
    assert [one["data"]["id"] for one in page["results"]] == ["1", "2"]
    assert page["has_more"]
    rest = storefront.client.get(page["next"]).json()
    assert [one["data"]["id"] for one in rest["results"]] == ["3"]
    assert not rest["has_more"]
    empty = storefront.client.get(rest["next"]).json()
    assert (empty["results"], empty["last"]) == ([], rest["last"])
    record(storefront.shop, 4)
    assert [one["data"]["id"] for one in storefront.client.get(empty["next"]).json()["results"]] == ["4"]
    one = storefront.get(f"events/{rest['last']}/").json()
    assert one == rest["results"][0]
    assert storefront.get("events/evt_999999999999/").status_code == 404
    assert storefront.get("events/x/").status_code == 404
    assert storefront.get("events/", {"after": "x"}).status_code == 400


def test_reading_the_stream_costs_few_queries_however_long_it_is(
    storefront: Storefront, django_assert_max_num_queries: Any
) -> None:
    record(storefront.shop, *range(60))
    storefront.get("events/")
    with django_assert_max_num_queries(6):
        assert len(storefront.get("events/").json()["results"]) == 60


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""), ("patch", ""), ("delete", ""), ("post", "secret/"), ("delete", "secret/"), ("post", "test/"),
        ("post", "dry-run/"), ("post", "replay/"), ("get", "deliveries/"), ("get", "deliveries/1/"),
    ],
)  # fmt: skip
def test_no_shop_reaches_the_endpoint_of_another(storefront: Storefront, method: str, path: str) -> None:
    other = make_storefront("B")
    endpoint = endpoint_at(other.shop, URL)
    call = getattr(storefront.client, method)
    answer = call(f"/api/v1/webhook-endpoints/{endpoint.pk}/{path}", content_type="application/json")
    assert answer.status_code == 404
    endpoint.refresh_from_db()
    assert endpoint.removed_at is None


def test_a_key_without_the_scope_is_refused(storefront: Storefront) -> None:
    _row, key = ApiKey.objects.create_key(name="orders", shop=storefront.shop, scopes=["orders:read"])
    client = Client(headers={"Authorization": f"Bearer {key}"})
    for path in ("events/", "webhook-endpoints/"):
        assert client.get(f"/api/v1/{path}").status_code == 403


def test_a_test_event_is_sent_looked_up_and_sent_again(storefront: Storefront, front: Storefronts) -> None:
    made = storefront.post("webhook-endpoints/", {"url": front.address("/ok")}).json()
    path = f"webhook-endpoints/{made['id']}/"
    sent = storefront.post(f"{path}test/", {})
    assert sent.status_code == 202
    deliver()
    Webhook(made["secret"]).verify(front.arrivals[0].raw, front.arrivals[0].headers)
    (row,) = storefront.get(f"{path}deliveries/", {"state": "delivered"}).json()["results"]
    assert (row["topic"], row["tries"], row["id"]) == ("webhook.test", 1, sent.json()["id"])
    detail = storefront.get(f"{path}deliveries/{row['id']}/").json()
    assert [one["status"] for one in detail["attempts"]] == [200]
    again = storefront.post(f"{path}replay/", {"events": [row["event"]]})
    assert again.json() == {"count": 1, "last_event": row["event"], "is_complete": True}
    deliver()
    assert [one.headers["webhook-attempt"] for one in front.arrivals] == ["1", "2"]
    assert storefront.get(f"{path}deliveries/", {"event": row["event"]}).json()["results"][0]["is_replay"]


@pytest.mark.parametrize("body", [{}, {"events": ["evt_000000000001"], "since": "2026-01-01T00:00:00Z"}])
def test_a_replay_names_events_or_a_time(storefront: Storefront, body: dict[str, Any]) -> None:
    endpoint = endpoint_at(storefront.shop, URL)
    assert storefront.post(f"webhook-endpoints/{endpoint.pk}/replay/", body).status_code == 400
    assert not WebhookDelivery.objects.exists()


def test_a_dry_run_on_an_order_shows_what_would_be_sent(storefront: Storefront) -> None:
    order = make_order(reference="4711")
    made = storefront.post("webhook-endpoints/", {"url": URL}).json()
    path = f"webhook-endpoints/{made['id']}/dry-run/"
    for about in (order.number, "4711", str(order.pk)):
        shown = storefront.post(path, {"topic": "order.shipped", "about": about}).json()
        body = Webhook(made["secret"]).verify(shown["body"], shown["headers"])
        assert (body["type"], body["data"]["id"]) == ("order.shipped", str(order.pk))
        assert shown["url"] == URL
    other = make_storefront("B")
    foreign = endpoint_at(other.shop, URL)
    refused = other.post(f"webhook-endpoints/{foreign.pk}/dry-run/", {"topic": "order.late", "about": "4711"})
    assert refused.status_code == 422
    assert not WebhookDelivery.objects.exists()
    assert RecordedEvent.objects.count() + ShopEvent.objects.count() == 0
