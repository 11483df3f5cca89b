"""Sending again: one, a range, all since a time, delivered ones too; the id stays and the tries count on."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.errors import IllegalTransition, InvalidInput
from backoffice.webhooks.models import ShopEvent, WebhookDelivery, WebhookEndpoint
from backoffice.webhooks.services import replaying
from backoffice.webhooks.services.endpoints import EndpointValues, change_endpoint, remove_endpoint
from backoffice.webhooks.services.recording import record_events
from backoffice.webhooks.services.replaying import replay_events, replay_since
from backoffice.webhooks.services.sequencing import sequence_events
from backoffice.webhooks.services.trials import dry_run, send_test
from tests.webhooks.receiver import Storefronts
from tests.webhooks.rows import deliver, endpoint_at, record, states
from tests.webhooks.rows import event as new_event


def test_a_delivered_event_is_sent_again_as_the_same(shop: Shop, front: Storefronts) -> None:
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1, 2)
    deliver()
    event = ShopEvent.objects.earliest("pk")
    replay = replay_events(endpoint, [event.pk], actor="mara")
    assert (replay.count, replay.is_complete) == (1, True)
    deliver()
    assert len(front.arrivals) == 3
    again = front.arrivals[-1]
    assert again.id == event.public_id
    assert again.headers["webhook-attempt"] == "2"
    assert states(endpoint) == ["delivered"] * 3
    row = WebhookDelivery.objects.latest("pk")
    assert (row.is_replay, row.requested_by) == (True, "mara")


def test_a_range_is_sent_again_in_its_order(shop: Shop, front: Storefronts) -> None:
    endpoint = endpoint_at(shop, front.address("/ok"), "order.released")
    record(shop, 1, 1, 1)
    record(shop, 1, topic="order.held")
    deliver(rounds=3)
    now = timezone.now()
    for minutes, event in enumerate(ShopEvent.objects.order_by("pk")):
        ShopEvent.objects.filter(pk=event.pk).update(created_at=now + timedelta(minutes=minutes))
    replay = replay_since(endpoint, now + timedelta(minutes=1), until=now + timedelta(minutes=3), actor="mara")
    assert replay.count == 2
    deliver(rounds=2)
    assert [one.body["data"]["version"] for one in front.arrivals] == [1, 2, 3, 2, 3]


def test_only_what_was_given_up_is_sent_again_when_that_is_asked(shop: Shop, front: Storefronts) -> None:
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1, 2)
    sequence_events()
    WebhookDelivery.objects.filter(object_key="order:1").update(state="failed")
    deliver(rounds=2)
    replay = replay_since(endpoint, timezone.now() - timedelta(hours=1), actor="mara", only_failed=True)
    assert replay.count == 1
    deliver()
    assert front.arrivals[-1].body["data"]["id"] == "1"
    assert replay_since(endpoint, timezone.now() - timedelta(hours=1), actor="mara", only_failed=True).count == 0


def test_what_is_on_its_way_is_tried_now_and_not_doubled(shop: Shop, front: Storefronts) -> None:
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1)
    sequence_events()
    WebhookDelivery.objects.update(next_at=timezone.now() + timedelta(hours=1))
    replay_events(endpoint, [ShopEvent.objects.get().pk], actor="mara")
    deliver()
    assert states(endpoint) == ["delivered"]
    assert len(front.arrivals) == 1


def test_more_than_one_request_may_take_is_gone_on_with(
    shop: Shop, front: Storefronts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "_CHUNK", 2)
    monkeypatch.setattr(replaying, "MOST_REPLAYED", 4)
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, *range(6))
    deliver()
    since = timezone.now() - timedelta(hours=1)
    first = replay_since(endpoint, since, actor="mara")
    assert (first.count, first.is_complete) == (4, False)
    assert first.last is not None
    second = replay_since(endpoint, since, actor="mara", after=first.last.pk)
    assert (second.count, second.is_complete) == (2, True)
    deliver()
    assert len(front.arrivals) == 12


def test_events_of_tests_are_sent_again_too(shop: Shop, front: Storefronts) -> None:
    endpoint = endpoint_at(shop, front.address("/ok"))
    record_events([replace(new_event(shop), details={"test": "true"})])
    sequence_events()
    key = ShopEvent.objects.get().pk
    deliver()
    assert replay_since(endpoint, timezone.now() - timedelta(minutes=1), actor="mara").count == 1
    deliver()
    assert replay_events(endpoint, [key], actor="mara").count == 1
    deliver()
    assert states(endpoint) == ["delivered"] * 3


def test_no_shop_sends_events_of_another_again(shop: Shop, front: Storefronts) -> None:
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(Shop.objects.create(code="B", name="B"), 1)
    sequence_events()
    with pytest.raises(InvalidInput):
        replay_events(endpoint, [ShopEvent.objects.get().pk], actor="mara")
    assert not WebhookDelivery.objects.exists()


def test_an_endpoint_that_is_off_or_removed_is_sent_nothing(shop: Shop, front: Storefronts) -> None:
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1)
    sequence_events()
    remove_endpoint(endpoint)
    assert states(endpoint) == ["failed"]
    deliver()
    assert not front.arrivals
    with pytest.raises(IllegalTransition):
        change_endpoint(endpoint, EndpointValues(url=front.address("/ok")))
    endpoint.refresh_from_db()
    assert endpoint.secrets is None
    with pytest.raises(IllegalTransition):
        send_test(endpoint, actor="mara")


def test_a_test_event_goes_to_that_endpoint_alone_whatever_its_topics(shop: Shop, front: Storefronts) -> None:
    endpoint = endpoint_at(shop, front.address("/a"), "order.late")
    endpoint_at(shop, front.address("/b"))
    send_test(endpoint, actor="mara")
    send_test(endpoint, actor="mara")
    deliver(rounds=2)
    assert [one.body["type"] for one in front.at("/a")] == ["webhook.test"] * 2
    assert [one.body["data"]["version"] for one in front.at("/a")] == [1, 2]
    assert front.at("/b") == []


def test_a_dry_run_sends_and_keeps_nothing(shop: Shop, front: Storefronts) -> None:
    endpoint = endpoint_at(shop, front.address("/ok"))
    with pytest.raises(InvalidInput) as refused:
        dry_run(endpoint, topic="order.late", about="nothing")
    assert list(refused.value.errors) == ["about"]
    with pytest.raises(InvalidInput):
        dry_run(endpoint, topic="order.eaten", about="1")
    assert not ShopEvent.objects.exists()
    assert WebhookEndpoint.objects.count() == 1
