"""Deliveries: signed, in order of each thing, again and again for three days, and each endpoint for itself."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.db.models import F
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from backoffice.accounts.models import Shop
from backoffice.webhooks.models import DeliveryAttempt, ShopEvent, WebhookDelivery, WebhookEndpoint, WebhookState
from backoffice.webhooks.services import dispatching, gate
from backoffice.webhooks.services.alive import SPACE
from backoffice.webhooks.services.claiming import claim_deliveries, end_lost_leases
from backoffice.webhooks.services.dispatching import Dispatcher
from backoffice.webhooks.services.endpoints import end_previous_secret, rotate_secret
from backoffice.webhooks.services.secrets import valid_secrets
from backoffice.webhooks.services.sequencing import sequence_events
from backoffice.webhooks.services.sweeping import move_up_stuck, sweep
from tests.webhooks.receiver import Storefronts, status
from tests.webhooks.rows import deliver, endpoint_at, make_due, record, states


def versions(front: Storefronts, path: str, number: int = 1) -> list[int]:
    return [one.body["data"]["version"] for one in front.at(path) if one.body["data"]["id"] == str(number)]


def test_a_webhook_names_the_thing_and_proves_whose_it_is(shop: Shop, front: Storefronts) -> None:
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 17)
    deliver()
    (arrival,) = front.at("/ok")
    assert arrival.body == {
        "id": arrival.id,
        "type": "order.released",
        "timestamp": arrival.body["timestamp"],
        "api_version": "v1",
        "data": {
            "object": "order",
            "id": "17",
            "version": 1,
            "url": arrival.body["data"]["url"],
            "test": False,
            "details": {"number": "WEB-17"},
        },
    }
    assert arrival.body["data"]["url"].endswith("/api/v1/orders/17/")
    assert arrival.headers["webhook-attempt"] == "1"
    assert arrival.headers["content-type"] == "application/json"
    (secret,) = valid_secrets(endpoint)
    assert Webhook(secret).verify(arrival.raw, arrival.headers) == arrival.body
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(arrival.raw.replace(b"17", b"18"), arrival.headers)
    row = WebhookDelivery.objects.get()
    assert (row.state, row.status, row.tries) == (WebhookState.DELIVERED, 200, 1)


def test_while_a_secret_is_exchanged_both_verify(shop: Shop, front: Storefronts) -> None:
    endpoint = endpoint_at(shop, front.address("/ok"))
    (old,) = valid_secrets(endpoint)
    endpoint = rotate_secret(endpoint, hours=1)
    new = valid_secrets(endpoint)[0]
    record(shop, 1)
    deliver()
    for secret in (old, new):
        assert Webhook(secret).verify(front.arrivals[0].raw, front.arrivals[0].headers)
    end_previous_secret(endpoint)
    record(shop, 2)
    deliver()
    assert Webhook(new).verify(front.arrivals[1].raw, front.arrivals[1].headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(front.arrivals[1].raw, front.arrivals[1].headers)


def test_the_kept_exchange_shows_what_was_sent_and_no_signature(shop: Shop, front: Storefronts) -> None:
    front.answers["/ok?token=canary"] = status(200, body=b'{"ok": true, "token": "canary"}')
    endpoint_at(shop, front.address("/ok?token=canary"))
    record(shop, 1)
    deliver()
    attempt = DeliveryAttempt.objects.get()
    assert attempt.status == 200
    assert '"type":"order.released"' in attempt.request
    assert front.arrivals[0].headers["webhook-signature"] not in attempt.request
    assert "canary" not in attempt.url + attempt.request + attempt.answer


def test_a_later_event_of_a_thing_waits_for_the_earlier_and_others_go(shop: Shop, front: Storefronts) -> None:
    front.answers["/ok"] = lambda _path, before: (500 if before < 1 else 200, {}, b"")
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1)
    deliver()
    record(shop, 1)
    record(shop, 2)
    deliver()
    # The second of order 1 is behind the first, which waits for its second try; order 2 is not.
    assert states(endpoint)[2] == "delivered"
    make_due()
    deliver(rounds=2)
    assert states(endpoint) == ["delivered"] * 3
    assert versions(front, "/ok") == [1, 1, 2]
    assert [one.headers["webhook-attempt"] for one in front.at("/ok") if one.body["data"]["version"] == 1][:1] == ["1"]


def test_what_was_given_up_lets_the_next_go(shop: Shop, front: Storefronts) -> None:
    front.answers["/ok"] = status(500, 200)
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1, 1)
    sequence_events()
    WebhookDelivery.objects.update(begun_at=timezone.now() - timedelta(hours=73))
    deliver(rounds=2)
    assert states(endpoint) == ["failed", "delivered"]
    assert WebhookDelivery.objects.get(state="failed").cause == "The address responds with HTTP 500."


def test_the_database_lets_no_two_of_a_thing_go_at_once(shop: Shop, front: Storefronts) -> None:
    endpoint_at(shop, front.address("/ok"))
    record(shop, 1, 1)
    sequence_events()
    with pytest.raises(IntegrityError):
        WebhookDelivery.objects.update(state="waiting")


def test_tries_are_repeated_with_growing_waits(shop: Shop, front: Storefronts, settings: Any) -> None:
    settings.WEBHOOK_RETRY_BACKOFF = [100, 1000]
    front.answers["/ok"] = status(500)
    endpoint_at(shop, front.address("/ok"))
    record(shop, 1)
    waits = []
    for _try in range(3):
        deliver()
        row = WebhookDelivery.objects.get()
        waits.append((row.next_at - timezone.now()).total_seconds())
        make_due()
    assert 75 < waits[0] < 121
    assert 790 < waits[1] < 1201
    assert 790 < waits[2] < 1201
    assert [one.headers["webhook-attempt"] for one in front.arrivals] == ["1", "2", "3"]
    assert len({one.id for one in front.arrivals}) == 1


@pytest.mark.parametrize(
    ("code", "headers", "words"),
    [
        (302, {"Location": "/elsewhere"}, "The address redirects (HTTP 302), and redirects are not followed."),
        (410, {}, "no longer exists (HTTP 410)"),
        (404, {}, "The address responds with HTTP 404."),
    ],
)
def test_what_is_no_success_is_said_in_words_and_nothing_is_switched_off(
    shop: Shop, front: Storefronts, code: int, headers: dict[str, str], words: str
) -> None:
    front.answers["/ok"] = status(code, headers=headers)
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1)
    deliver()
    assert words in WebhookDelivery.objects.get().cause
    assert {one.path for one in front.arrivals} == {"/ok"}
    endpoint.refresh_from_db()
    assert endpoint.active
    assert words in endpoint.last_failure


def test_an_answer_without_end_is_cut_off_and_a_huge_one_not_read(
    shop: Shop, front: Storefronts, settings: Any
) -> None:
    settings.WEBHOOK_SECONDS = 0.4
    front.answers["/huge"] = status(200, body=b"x" * 3_000_000)
    front.answers["/slow"] = status(200, seconds=2)
    huge, slow = endpoint_at(shop, front.address("/huge")), endpoint_at(shop, front.address("/slow"))
    record(shop, 1)
    began = time.monotonic()
    with Dispatcher() as dispatcher:
        dispatcher._take_more()
        while dispatcher._under_way:
            dispatcher._record()
    assert time.monotonic() - began < 1.5
    assert states(huge) == ["delivered"]
    assert states(slow) == ["waiting"]
    assert len(DeliveryAttempt.objects.get(delivery__endpoint=huge).answer) < 3000
    assert "No answer within 0.4 seconds." in WebhookDelivery.objects.get(endpoint=slow).cause


def test_a_fault_of_ours_is_a_failed_try_and_stops_nobody_else(
    shop: Shop, front: Storefronts, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, healthy = endpoint_at(shop, front.address("/a")), endpoint_at(shop, front.address("/b"))
    WebhookEndpoint.objects.filter(pk=broken.pk).update(secrets=[{"secret": "whsec_", "until": None}])
    record(shop, 1)
    deliver()
    assert states(healthy) == ["delivered"]
    assert states(broken) == ["waiting"]
    assert DeliveryAttempt.objects.get(delivery__endpoint=broken).status is None


def test_what_is_under_way_is_recorded_though_nothing_more_can_be_taken(
    shop: Shop, front: Storefronts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else has the lock of the stream for too long while an answer is waited for."""
    front.answers["/ok"] = status(200, seconds=0.5)
    endpoint, begun = endpoint_at(shop, front.address("/ok")), list[int]()

    def locked() -> int:
        if begun:
            raise OperationalError("canceling statement due to lock timeout")
        begun.append(sequence_events())
        return begun[0]

    monkeypatch.setattr(dispatching, "sequence_events", locked)
    record(shop, 1)
    with pytest.raises(OperationalError):  # once nothing is under way
        deliver()
    assert states(endpoint) == ["delivered"]


@pytest.mark.parametrize("is_killed", [True, False])
def test_what_a_lost_worker_had_is_taken_by_another(shop: Shop, front: Storefronts, is_killed: bool) -> None:
    """At once where it is gone, which its lock shows; where it hangs, when its lease ends."""
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1)
    sequence_events()
    with Dispatcher() as lost:
        (claimed,) = claim_deliveries(token=lost.token, free=5, free_for_slow=5)
        deliver()
        assert states(endpoint) == ["sending"]
        if is_killed:
            lost._alive.release()
        else:
            WebhookDelivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        deliver()
    assert states(endpoint) == ["delivered"]
    assert front.arrivals[0].headers["webhook-attempt"] == "2"
    assert claimed.tries == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_lock_was_lost_takes_it_anew(shop: Shop, front: Storefronts) -> None:
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1)
    sequence_events()
    with Dispatcher() as worker:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", [SPACE]
            )
        worker._keep_leases()
        claim_deliveries(token=worker.token, free=5, free_for_slow=5)
        assert end_lost_leases() == 0
        assert states(endpoint) == ["sending"]


def test_what_comes_of_a_try_whose_lease_was_lost_changes_nothing(shop: Shop, front: Storefronts) -> None:
    endpoint_at(shop, front.address("/ok"))
    record(shop, 1)
    with Dispatcher() as dispatcher:
        dispatcher._take_more()
        WebhookDelivery.objects.update(token=None, state="waiting", tries=F("tries") + 1)
        while dispatcher._under_way:
            dispatcher._record()
    row = WebhookDelivery.objects.get()
    assert (row.state, row.tries) == ("waiting", 2)
    assert DeliveryAttempt.objects.count() == 1


def test_endpoints_get_the_topics_that_they_have_chosen(shop: Shop, front: Storefronts) -> None:
    endpoint_at(shop, front.address("/orders"), "order.released", "order.late")
    endpoint_at(shop, front.address("/all"))
    endpoint_at(shop, front.address("/off"), active=False)
    other = Shop.objects.create(code="B", name="Other")
    endpoint_at(other, front.address("/other"))
    record(shop, 1)
    record(shop, 1, topic="order.held")
    record(None, 9, topic="stock.changed")
    deliver(rounds=2)
    topics = {path: [one.body["type"] for one in front.at(path)] for path in ("/orders", "/all", "/off", "/other")}
    assert topics["/orders"] == ["order.released"]
    assert sorted(topics["/all"]) == ["order.held", "order.released", "stock.changed"]
    assert topics["/off"] == []
    assert topics["/other"] == ["stock.changed"]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_locked", [True, False])
def test_an_event_queued_behind_one_that_ends_at_that_moment_is_not_forgotten(
    shop: Shop, front: Storefronts, monkeypatch: pytest.MonkeyPatch, is_locked: bool
) -> None:
    """The fan-out has seen the earlier one open and is not yet committed when that one ends. The control has no gate;
    what it leaves behind the sweep finds.
    """
    if not is_locked:
        monkeypatch.setattr(gate, "_lock", lambda _statement: None)
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1)
    sequence_events()
    record(shop, 1)
    seen, commit = threading.Event(), threading.Event()

    def fan_out() -> None:
        connection.ensure_connection()
        with connection.execute_wrapper(_pause_after_fan_out(seen, commit)):
            sequence_events()
        connection.close()

    adding = threading.Thread(target=fan_out)
    adding.start()
    assert seen.wait(10)
    ending = threading.Thread(target=lambda: (deliver(), connection.close()))
    with Dispatcher() as dispatcher:
        monkeypatch.setattr("backoffice.webhooks.services.dispatching.sequence_events", lambda: 0)
        ending.start()
        ending.join(0.7 if is_locked else 10)
        commit.set()
        adding.join()
        ending.join()
        dispatcher.run(seconds=5)
    monkeypatch.undo()
    assert states(endpoint) == ["delivered", "delivered" if is_locked else "queued"]
    if not is_locked:
        assert move_up_stuck() == 1
        assert states(endpoint) == ["delivered", "waiting"]


def _pause_after_fan_out(seen: threading.Event, commit: threading.Event) -> Any:
    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if "INSERT INTO webhooks_webhookdelivery" in sql:
            seen.set()
            commit.wait(10)
        return result

    return wrapper


def test_the_sweep_says_whether_there_is_anything_to_do(shop: Shop, front: Storefronts) -> None:
    endpoint_at(shop, front.address("/ok"))
    assert not sweep()
    record(shop, 1)
    assert sweep()
    deliver()
    assert not sweep()


def test_old_events_are_no_work(shop: Shop, front: Storefronts) -> None:
    """What an endpoint has not wanted, or before it was there, costs no rows."""
    record(shop, 1)
    sequence_events()
    endpoint = endpoint_at(shop, front.address("/ok"))
    deliver()
    assert states(endpoint) == []
    assert ShopEvent.objects.count() == 1
