"""Endpoints that hang, fail or are dead delay only themselves, and nothing but people switches one off."""

import socket
import threading
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Epoch
from backoffice.engine.services.epoch import read_epoch
from backoffice.webhooks.models import DeliveryAttempt, WebhookDelivery, WebhookEndpoint
from backoffice.webhooks.services.claiming import FAILING, claim_deliveries
from backoffice.webhooks.services.dispatching import Dispatcher
from backoffice.webhooks.services.endpoints import change_endpoint, remove_endpoint, values_of
from backoffice.webhooks.services.sequencing import sequence_events
from backoffice.webhooks.services.sweeping import give_up_old
from backoffice.webhooks.services.turns import take_turn
from backoffice.webhooks.tasks import deliver_webhooks
from tests.webhooks.receiver import Storefronts, status
from tests.webhooks.rows import deliver, endpoint_at, make_due, record, states


def test_an_endpoint_that_asks_to_be_left_alone_is(shop: Shop, front: Storefronts) -> None:
    front.answers["/ok"] = status(429, 200, headers={"Retry-After": "120"})
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1)
    deliver()
    record(shop, 2)
    deliver()
    assert len(front.arrivals) == 1
    endpoint.refresh_from_db()
    assert 100 < (endpoint.retry_at - timezone.now()).total_seconds() <= 121  # type: ignore[operator]


def test_a_dead_endpoint_is_tried_by_one_at_a_time_and_never_switched_off(
    shop: Shop, settings: Any, front: Storefronts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backoffice.webhooks.services.finishing._PAUSES", (3600,))
    settings.WEBHOOK_ALARM_MINUTES = 0.0001
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        endpoint = endpoint_at(shop, f"http://127.0.0.1:{nobody.getsockname()[1]}/")
        record(shop, *range(40))
        deliver(rounds=3)
        endpoint.refresh_from_db()
        assert endpoint.active
        assert endpoint.needs_attention
        assert endpoint.failures < 12
        assert endpoint.retry_at is not None
        assert DeliveryAttempt.objects.count() < 12
    WebhookEndpoint.objects.update(url=front.address("/ok"), retry_at=None)
    make_due()
    deliver(rounds=3)
    assert len(front.at("/ok")) == 40
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.failing_since, endpoint.needs_attention) == (0, None, False)


def test_one_event_that_is_refused_again_and_again_holds_back_no_others(shop: Shop, front: Storefronts) -> None:
    front.answers["/ok"] = lambda _path, _before: (200, {}, b"")
    front.answers["/ok"] = _refuses(front, "1")
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1)
    for _try in range(8):
        make_due()
        deliver()
    endpoint.refresh_from_db()
    assert endpoint.failures == 1
    assert endpoint.retry_at is None
    record(shop, 2)
    deliver()
    assert states(endpoint) == ["waiting", "delivered"]


def _refuses(front: Storefronts, number: str) -> Any:
    return lambda _path, _before: (500 if front.arrivals[-1].body["data"]["id"] == number else 200, {}, b"")


def test_what_has_waited_for_three_days_at_a_dead_endpoint_is_given_up(shop: Shop, front: Storefronts) -> None:
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1, 1, 2)
    sequence_events()
    old = timezone.now() - timedelta(hours=80)
    WebhookDelivery.objects.filter(object_key="order:1").update(begun_at=old)
    WebhookEndpoint.objects.update(failures=9, failing_since=old)
    record(shop, 1)
    sequence_events()
    assert give_up_old() == 2
    assert states(endpoint) == ["failed", "failed", "waiting", "waiting"]
    assert give_up_old() == 0


def test_endpoints_that_hang_hold_half_of_a_worker_and_the_fast_one_waits_for_none(
    shop: Shop, front: Storefronts
) -> None:
    """Four hang, each with more to take than the worker has threads; all of the fast one arrives meanwhile."""
    go_on = threading.Event()
    hanging = [f"/hangs-{number}" for number in range(4)]
    for path in hanging:
        front.answers[path] = lambda _path, _before: ((go_on.wait(20) and 200) or 200, {}, b"")
        endpoint_at(shop, front.address(path))
    fast = endpoint_at(shop, front.address("/fast"))
    record(shop, *range(30))
    with Dispatcher() as dispatcher:
        deadline = time.monotonic() + 15
        while len(front.at("/fast")) < 30 and time.monotonic() < deadline:
            dispatcher._take_more()
            dispatcher._record()
        held = len(dispatcher._under_way)
        go_on.set()
        dispatcher.run(seconds=0)
    assert states(fast) == ["delivered"] * 30
    assert held <= 4


def test_slow_endpoints_are_given_no_more_than_their_share(shop: Shop, front: Storefronts, settings: Any) -> None:
    settings.WEBHOOK_ENDPOINT_TRIES = 6
    fast, slow = endpoint_at(shop, front.address("/fast")), endpoint_at(shop, front.address("/slow"))
    now = timezone.now()
    WebhookEndpoint.objects.filter(pk=fast.pk).update(last_success_at=now, average_ms=20)
    WebhookEndpoint.objects.filter(pk=slow.pk).update(last_success_at=now, average_ms=4000)
    record(shop, *range(30))
    sequence_events()
    with Dispatcher() as idle:
        claimed = claim_deliveries(token=idle.token, free=24, free_for_slow=12)
        again = claim_deliveries(token=idle.token, free=24, free_for_slow=12)
    counts = Counter(one.endpoint.pk for one in claimed)
    assert counts == {fast.pk: 6, slow.pk: 2}
    assert again == []


@pytest.mark.django_db(transaction=True)
def test_no_more_workers_deliver_at_once_than_may(shop: Shop, front: Storefronts, settings: Any) -> None:
    settings.WEBHOOK_WORKERS = 1
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1)
    with take_turn() as first, take_turn() as second:
        assert (first, second) == (True, False)
        deliver_webhooks()
        assert states(endpoint) == []
    deliver_webhooks()
    assert states(endpoint) == ["delivered"]


def test_a_database_that_was_restored_or_copied_sends_nothing(shop: Shop, front: Storefronts) -> None:
    endpoint_at(shop, front.address("/ok"))
    record(shop, 1)
    read_epoch()
    Epoch.objects.update(found_at=timezone.now(), reconciled_at=None)
    deliver()
    assert not front.arrivals
    Epoch.objects.update(reconciled_at=timezone.now())
    deliver()
    assert len(front.arrivals) == 1


def test_a_worker_that_goes_on_for_ever_asks_the_restored_database_no_less(shop: Shop, front: Storefronts) -> None:
    endpoint_at(shop, front.address("/ok"))
    record(shop, 1)
    read_epoch()
    Epoch.objects.update(found_at=timezone.now(), reconciled_at=None)
    with Dispatcher() as dispatcher:
        assert [dispatcher.run(seconds=5) for _again in range(3)] == [0, 0, 0]
    assert not front.arrivals


def test_an_endpoint_that_is_switched_off_or_removed_needs_nobody(
    shop: Shop, front: Storefronts, settings: Any
) -> None:
    settings.WEBHOOK_ALARM_MINUTES = 0
    front.answers["/gone"] = status(500)
    off, removed = (endpoint_at(shop, front.address("/gone")) for _each in range(2))
    WebhookEndpoint.objects.update(failures=FAILING, failing_since=timezone.now(), needs_attention=True)
    record(shop, 1)
    sequence_events()
    # Under way while somebody ends it.
    with Dispatcher() as dispatcher:
        dispatcher._take_more()
        assert len(dispatcher._under_way) == 2
        change_endpoint(off, values_of(off, active=False))
        remove_endpoint(removed)
        dispatcher.run(seconds=0)
    assert list(WebhookEndpoint.objects.values_list("needs_attention", flat=True)) == [False, False]


def test_a_quiet_endpoint_that_lets_an_event_be_given_up_needs_somebody(shop: Shop, front: Storefronts) -> None:
    """Few events: not enough failures to count as one that fails, and each of them was lost all the same."""
    endpoint = endpoint_at(shop, front.address("/gone"))
    front.answers["/gone"] = status(500)
    record(shop, 1)
    deliver()
    long_ago = timezone.now() - timedelta(hours=80)
    WebhookEndpoint.objects.update(failing_since=long_ago)
    WebhookDelivery.objects.update(begun_at=long_ago)
    make_due()
    deliver()
    assert states(endpoint) == ["failed"]
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.needs_attention) == (1, True)
