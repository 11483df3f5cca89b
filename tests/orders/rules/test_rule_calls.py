"""Rules call addresses: signed, after the commit, until they are received; nothing is lost, and no host is hurried."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from backoffice.errors import IllegalTransition, InvalidInput
from orders.models import Order
from orders.rules.models import CallState, Rule, RuleCall, RuleCallAttempt, RuleEvent, RuleRun, RuleSecret
from orders.rules.services import url_action
from orders.rules.services.calls.decisions import dismiss_call, send_call_again
from orders.rules.services.calls.sending import claim, clear_old_exchanges, deliver, end_expired_leases, send_due_calls
from orders.rules.services.calls.signing import ensure_secret, rotate_secret
from orders.rules.services.editing import RuleInput, save_rule
from orders.rules.services.running import work_waiting_events
from orders.services.timeline import describe
from tests.orders.rows import make_order
from tests.orders.rules.rows import TAG, act, asks, group, happens, make_rule
from tests.vendors.loopback import Loopback, Seen, cut, loopback, reply

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    settings.RULE_CALL_PRIVATE_NETWORKS = True
    settings.RULE_CALL_BACKOFF, settings.RULE_CALL_SECONDS = [0.001], 2
    settings.PUBLIC_URL = "https://backoffice.example.com"


@pytest.fixture
def receiver() -> Iterator[Loopback]:
    with loopback(reply(204)) as server:
        yield server


def call(url: str, *, order: Order | None = None, event: str = RuleEvent.RECEIVED) -> RuleCall:
    """Let a rule run that calls the address, and return the call that waits."""
    make_rule(act("call_url", url=url), event=event)
    happens(order or make_order())
    work_waiting_events()
    return RuleCall.objects.latest("pk")


def verify(seen: Seen, secret: str) -> dict[str, object]:
    return dict(Webhook(secret).verify(seen.body, seen.headers))


def test_an_order_is_called_about_with_a_signature_that_the_receiver_can_check(receiver: Loopback) -> None:
    order = make_order()
    row = call(f"{receiver.url}/hook?token=canary", order=order)
    assert send_due_calls() == 1
    [seen] = receiver.seen
    assert (seen.method, seen.path) == ("POST", "/hook?token=canary")
    body = verify(seen, RuleSecret.objects.get().secret)
    assert body["type"] == "order.received"
    assert body["data"] == {
        "id": order.pk,
        "number": order.number,
        "test": False,
        "reference": order.reference,
        "event": "received",
        "rule": row.rule.name,
        "url": f"https://backoffice.example.com/api/v1/orders/{order.pk}/",
        "page": f"https://backoffice.example.com/admin/orders/order/{order.pk}/change/",
    }
    row.refresh_from_db()
    assert (row.state, row.attempts, row.needs_attention) == (CallState.SENT, 1, False)
    line = describe(order.events.get(kind="call.sent"))
    assert line == f"{row.host} received the call from the rule “{row.rule.name}”."
    assert "canary" not in str(RuleRun.objects.get().actions[0]["key"]) or "canary" not in describe(
        order.events.get(kind="rule.ran")
    )


def test_its_exchange_is_kept_without_what_would_let_somebody_sign(receiver: Loopback) -> None:
    call(receiver.url)
    send_due_calls()
    attempt = RuleCallAttempt.objects.get()
    signature = receiver.seen[0].headers["webhook-signature"]
    assert (attempt.status, attempt.error) == (204, "")
    assert receiver.seen[0].headers["webhook-id"] in attempt.request
    assert signature.partition(",")[2] not in attempt.request


def test_what_is_not_received_is_sent_again_under_the_same_id() -> None:
    with loopback(reply(500, "down"), cut, reply(302, Location="http://127.0.0.1:1/"), reply(200)) as server:
        row = call(server.url)
        assert send_due_calls() == 1
    row.refresh_from_db()
    assert (row.state, row.attempts) == (CallState.SENT, 4)
    assert len({seen.headers["webhook-id"] for seen in server.seen}) == 1
    assert len({seen.body for seen in server.seen}) == 1
    assert [attempt.status for attempt in RuleCallAttempt.objects.all()] == [500, None, 302, 200]


def test_an_address_that_is_down_is_left_to_a_person_after_days_and_never_lost(settings: Settings) -> None:
    with loopback(reply(503)) as server:
        row = call(server.url)
        RuleCall.objects.update(begun_at=timezone.now() - timedelta(hours=settings.RULE_CALL_HOURS))
        assert send_due_calls() == 0
    row.refresh_from_db()
    assert (row.state, row.needs_attention) == (CallState.FAILED, True)
    assert "HTTP 503" in describe(row.order.events.get(kind="call.failed"))
    assert claim() is None
    row = send_call_again(row, actor="mara")
    assert (row.state, row.needs_attention, row.attempts) == (CallState.NEW, False, 0)
    dismiss_call(row, actor="mara")
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.needs_attention) == (CallState.DISMISSED, "mara", False)
    assert row.order.events.get(kind="call.dismissed").actor == "mara"
    with pytest.raises(IllegalTransition):
        dismiss_call(row, actor="tom")


def test_people_see_a_call_that_is_tried_for_long_while_it_is_still_tried() -> None:
    with loopback(reply(500)) as server:
        row = call(server.url)
        for _ in range(5):
            RuleCall.objects.update(next_at=timezone.now())
            deliver(claim() or row)
    row.refresh_from_db()
    assert (row.state, row.needs_attention) == (CallState.NEW, True)


def test_nothing_is_called_when_the_run_is_undone(receiver: Loopback) -> None:
    with transaction.atomic():
        call(receiver.url)
        transaction.set_rollback(True)
    assert (send_due_calls(), RuleCall.objects.count(), receiver.seen) == (0, 0, [])


def test_a_call_of_a_lost_worker_is_sent_again_under_its_id(receiver: Loopback) -> None:
    row = call(receiver.url)
    lost = claim()
    assert lost == row
    assert claim() is None
    assert end_expired_leases() == 0
    RuleCall.objects.update(lease_until=timezone.now())
    assert (end_expired_leases(), send_due_calls()) == (1, 1)
    assert deliver(lost) is True  # it was only slow: the receiver gets it twice, under one id
    assert len({seen.headers["webhook-id"] for seen in receiver.seen}) == 1
    assert row.order.events.filter(kind="call.sent").count() == 1


def test_after_a_change_both_secrets_sign_until_the_old_one_is_over(receiver: Loopback) -> None:
    row = call(receiver.url)
    old = ensure_secret(row.rule, actor="mara").secret
    new = rotate_secret(row.rule, actor="mara").secret
    assert old != new
    send_due_calls()
    verify(receiver.seen[0], old)
    verify(receiver.seen[0], new)
    RuleSecret.objects.update(previous_until=timezone.now())
    call(receiver.url, order=row.order)
    RuleCall.objects.exclude(rule=row.rule).delete()
    send_call_again(row, actor="mara")
    send_due_calls()
    verify(receiver.seen[-1], new)
    with pytest.raises(WebhookVerificationError):
        verify(receiver.seen[-1], old)


def test_secrets_are_sealed_and_each_rule_has_its_own() -> None:
    first, second = make_rule(), make_rule()
    secrets = {ensure_secret(rule, actor="mara").secret for rule in (first, second, first)}
    assert len(secrets) == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM rules_rulesecret")
        assert not any(secret in str(row) for row in cursor.fetchall() for secret in secrets)


def test_a_host_that_is_down_delays_no_other(settings: Settings, receiver: Loopback) -> None:
    settings.RULE_CALL_BACKOFF = [60]
    with loopback(reply(503)) as dead:
        waiting = [call(dead.url), call(f"{dead.url}/other")]
        call(receiver.url)
        assert send_due_calls() == 1
        assert len(dead.seen) == 1  # one try serves all of its calls
    for row in waiting:
        row.refresh_from_db()
        assert (row.state, row.next_at > timezone.now()) == (CallState.NEW, True)


def given(**action: object) -> RuleInput:
    return RuleInput("R", "received", json.dumps(group("all")), json.dumps([{"kind": "call_url", "params": action}]))


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/x", "https://10.0.0.8/", "http://example.com/", "https://intranet/", "ftp://example.com/"],
)
def test_a_private_address_is_refused_unless_a_setting_allows_it(settings: Settings, url: str) -> None:
    settings.RULE_CALL_PRIVATE_NETWORKS = settings.ALLOW_PRIVATE_FILE_HOSTS = False
    with pytest.raises(InvalidInput) as refused:
        save_rule(given(url=url), rule=None, revision=None, actor="mara")
    assert "actions" in refused.value.errors
    assert not Rule.objects.exists()
    settings.RULE_CALL_PRIVATE_NETWORKS = True
    if not url.startswith("ftp"):
        save_rule(given(url=url), rule=None, revision=None, actor="mara")
        assert RuleSecret.objects.count() == 1


def test_what_was_allowed_once_is_not_called_any_more(settings: Settings, receiver: Loopback) -> None:
    row = call(receiver.url)
    settings.RULE_CALL_PRIVATE_NETWORKS = settings.ALLOW_PRIVATE_FILE_HOSTS = False
    assert send_due_calls() == 0
    row.refresh_from_db()
    assert (row.state, row.needs_attention, receiver.connections) == (CallState.FAILED, True, 0)


def test_an_address_that_answers_by_changing_the_order_is_not_called_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the event itself happens more often."""
    monkeypatch.setattr(url_action, "MOST_CALLS", 3)
    make_rule(act("call_url", url="https://hook.example.com/"), event=RuleEvent.HELD)
    order = make_order()
    for _ in range(5):
        happens(order, "hold.placed")
        work_waiting_events()
    assert RuleCall.objects.count() == 3
    assert RuleRun.objects.count() == 5
    assert RuleRun.objects.first().actions[0]["why"] == "called_enough"


def test_a_second_action_fails_and_the_call_goes_out_all_the_same(receiver: Loopback) -> None:
    make_rule(act("call_url", url=receiver.url), act("assign", username="nobody"), TAG)
    happens(make_order())
    work_waiting_events()
    assert send_due_calls() == 1


def test_exchanges_are_kept_for_a_month_and_calls_for_ever(receiver: Loopback) -> None:
    call(receiver.url)
    send_due_calls()
    assert clear_old_exchanges() == 0
    RuleCallAttempt.objects.update(started_at=timezone.now() - timedelta(days=31))
    assert (clear_old_exchanges(), RuleCall.objects.count()) == (1, 1)


def test_counting_calls_costs_one_query_for_any_number_of_orders() -> None:
    make_rule(act("call_url", url="https://hook.example.com/"), when=group("all", asks("shop", "is_any", "other")))

    def cost(count: int) -> int:
        for order in [make_order() for _ in range(count)]:
            happens(order)
        with CaptureQueriesContext(connection) as queries:
            work_waiting_events()
        return sum("rules_rulecall" in query["sql"] and "COUNT" in query["sql"] for query in queries)

    assert (cost(1), cost(5)) == (1, 1)
