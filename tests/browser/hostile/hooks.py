"""What we tell others' servers: webhooks of shops, calls of rules, each with what came back."""

from datetime import timedelta

from backoffice.webhooks.models import DeliveryAttempt, ShopEvent, WebhookDelivery, WebhookEndpoint, WebhookState
from orders.rules.models import Rule, RuleCall, RuleCallAttempt
from orders.rules.models.call import CallState
from tests.browser.hostile.seeding import Scene
from tests.browser.hostile.words import ACTOR, HOSTILE, LONG, MARKUP, SCRIPT, at_place, bulk

URL = f"https://hooks.example.com/{LONG}"


def fill(scene: Scene, count: int) -> None:
    _webhooks(scene, max(len(HOSTILE), count // 10))
    _calls(scene, max(len(CallState), count // 10))


def _webhooks(scene: Scene, count: int) -> None:
    endpoints = bulk(
        [
            WebhookEndpoint(
                shop=shop,
                url=f"{URL}/{scene.mark}",
                description=at_place(HOSTILE, n)[:200],
                topics=["order.created"],
                active=n % 3 != 2,
                created_by=ACTOR,
                failures=n,
                failing_since=scene.now if n % 2 else None,
                last_failure=at_place(HOSTILE, n),
                needs_attention=n % 2 == 1,
            )
            for n, shop in enumerate(scene.shops)
        ]
    )
    events = bulk(
        [
            ShopEvent(
                topic="order.created",
                object_type="order",
                object_id=str(order.pk),
                path=f"/api/v1/orders/{order.pk}/",
                details={"note": MARKUP},
                shop=order.shop,
                version=1,
                created_at=scene.now,
            )
            for order in scene.orders[:count]
        ]
    )
    deliveries = bulk([_delivery(scene, at_place(endpoints, n), event, n) for n, event in enumerate(events)])
    _attempts(scene, deliveries)


def _attempts(scene: Scene, deliveries: list[WebhookDelivery]) -> None:
    bulk(
        [
            DeliveryAttempt(
                delivery=one,
                number=number,
                started_at=scene.now,
                url=URL,
                request=f'{{"note": "{SCRIPT}{LONG}"}}',
                status=500,
                answer=MARKUP + LONG,
                error=LONG,
            )
            for one in deliveries
            for number in (1, 2)
        ]
    )


def _delivery(scene: Scene, endpoint: WebhookEndpoint, event: ShopEvent, place: int) -> WebhookDelivery:
    state = at_place(list(WebhookState), place)
    return WebhookDelivery(
        endpoint=endpoint,
        event=event,
        object_key=f"order:{event.object_id}",
        state=state,
        tries=2,
        next_at=scene.now + timedelta(days=300),
        begun_at=scene.now,
        lease_until=scene.now + timedelta(days=300) if state == WebhookState.SENDING else None,
        requested_by=ACTOR,
        status=500,
        cause=at_place(HOSTILE, place),
        created_at=scene.now,
        finished_at=scene.now if state in (WebhookState.DELIVERED, WebhookState.FAILED) else None,
    )


def _calls(scene: Scene, count: int) -> None:
    rules = list(Rule.objects.order_by("-pk")[: len(HOSTILE)])
    calls = bulk([_call(scene, at_place(rules, n), n) for n in range(count)])
    bulk(
        [
            RuleCallAttempt(
                call=one, started_at=scene.now, request=SCRIPT + LONG, status=500, answer=MARKUP, error=LONG
            )
            for one in calls
            for _twice in (0, 1)
        ]
    )


def _call(scene: Scene, rule: Rule, place: int) -> RuleCall:
    state = at_place(list(CallState), place)
    return RuleCall(
        rule=rule,
        order=at_place(scene.orders, place),
        event="received",
        url=URL,
        host=f"{LONG[:60]}.example.com",
        state=state,
        attempts=2,
        begun_at=scene.now,
        next_at=scene.now + timedelta(days=300),
        lease_until=scene.now + timedelta(days=300) if state == CallState.SENDING else None,
        needs_attention=state == CallState.FAILED,
        cause=at_place(HOSTILE, place),
        decided_by=ACTOR,
        finished_at=scene.now if state in (CallState.SENT, CallState.FAILED, CallState.DISMISSED) else None,
    )
