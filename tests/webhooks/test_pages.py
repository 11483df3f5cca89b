"""Staff add endpoints, see how they are doing, try them out and send events again."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.mail.models import Mail, StaffMail
from backoffice.webhooks.models import WebhookDelivery, WebhookEndpoint
from backoffice.webhooks.services.mails import queue_endpoint_mails
from backoffice.webhooks.services.secrets import valid_secrets
from backoffice.webhooks.services.sequencing import sequence_events
from tests.orders.rows import make_order
from tests.sights import SEES
from tests.webhooks.receiver import Storefronts, status
from tests.webhooks.rows import deliver, endpoint_at, record, states

LIST = "/admin/backoffice/webhookendpoint/"
LOG = "/admin/backoffice/webhookdelivery/"
URL = "https://shop.example.com/webhooks"


@pytest.fixture
def owner(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("mara"))
    return client


def staff(client: Client, *permissions: str) -> Client:
    user = User.objects.create_user("tom", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=(*permissions, *SEES)))
    client.force_login(user)
    return client


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_an_endpoint_is_made_and_leads_to_its_secret(owner: Client, shop: Shop) -> None:
    assert "No endpoints yet" in page(owner, LIST)
    made = owner.post(f"{LIST}new/", {"shop": shop.pk, "url": URL, "topics": ["order.late"], "active": "on"})
    endpoint = WebhookEndpoint.objects.get()
    assert made.headers["Location"] == f"{LIST}{endpoint.pk}/secret/"
    assert valid_secrets(endpoint)[0] in page(owner, made.headers["Location"])
    assert valid_secrets(endpoint)[0] not in page(owner, f"{LIST}{endpoint.pk}/change/")
    assert "1 topic" in page(owner, LIST)
    assert endpoint.created_by == "mara"


def test_what_is_wrong_stands_at_its_field_and_nothing_is_made(owner: Client, shop: Shop) -> None:
    refused = owner.post(f"{LIST}new/", {"shop": shop.pk, "url": "https://10.0.0.1/", "active": "on"})
    assert "The host is not a public one." in refused.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_an_endpoint_is_edited_switched_off_and_removed(owner: Client, shop: Shop) -> None:
    endpoint = endpoint_at(shop, URL)
    edited = owner.post(f"{LIST}{endpoint.pk}/edit/", {"url": f"{URL}/2", "description": "<b>Shop</b>", "active": "on"})
    assert edited.status_code == 302
    assert "&lt;b&gt;Shop&lt;/b&gt;" in page(owner, f"{LIST}{endpoint.pk}/change/")
    owner.post(f"{LIST}{endpoint.pk}/switch/", {"enabled": "0"})
    assert "It is switched off." in page(owner, f"{LIST}{endpoint.pk}/change/")
    owner.post(f"{LIST}{endpoint.pk}/remove/")
    endpoint.refresh_from_db()
    assert endpoint.removed_at
    assert "No endpoints yet" in page(owner, LIST)
    page(owner, f"{LIST}{endpoint.pk}/change/")


def test_a_secret_is_rotated_and_the_previous_one_ended(owner: Client, shop: Shop) -> None:
    endpoint = endpoint_at(shop, URL)
    (old,) = valid_secrets(endpoint)
    owner.post(f"{LIST}{endpoint.pk}/rotate/")
    endpoint.refresh_from_db()
    assert valid_secrets(endpoint)[1] == old
    shown = page(owner, f"{LIST}{endpoint.pk}/secret/")
    assert valid_secrets(endpoint)[0] in shown
    assert old not in shown
    owner.post(f"{LIST}{endpoint.pk}/end-previous/")
    endpoint.refresh_from_db()
    assert old not in valid_secrets(endpoint)


def test_a_test_event_appears_in_the_log_with_its_exchange_and_is_sent_again(
    owner: Client, shop: Shop, front: Storefronts
) -> None:
    front.answers["/ok"] = status(500, 200, body=b'{"error": "<script>"}')
    endpoint = endpoint_at(shop, front.address("/ok"))
    owner.post(f"{LIST}{endpoint.pk}/test/")
    deliver()
    row = WebhookDelivery.objects.get()
    assert "The address responds with HTTP 500." in page(owner, f"{LIST}{endpoint.pk}/change/")
    owner.post(f"{LIST}{endpoint.pk}/try-now/")
    deliver()
    shown = page(owner, f"{LOG}{row.pk}/change/")
    assert "webhook.test" in shown
    assert "&lt;script&gt;" in shown
    assert "<script>&quot;" not in shown
    assert row.event.public_id in page(owner, f"{LOG}?q={row.event.public_id}")
    assert "No deliveries match" in page(owner, f"{LOG}?q=evt_999999999999")
    again = owner.post(f"{LOG}{row.pk}/again/")
    newest = WebhookDelivery.objects.latest("pk")
    assert again.headers["Location"] == f"{LOG}{newest.pk}/change/"
    assert (newest.is_replay, newest.requested_by) == (True, "mara")


def test_events_since_a_time_are_sent_again(owner: Client, shop: Shop, front: Storefronts) -> None:
    endpoint = endpoint_at(shop, front.address("/ok"))
    record(shop, 1, 2)
    deliver()
    since = timezone.localtime() - timedelta(hours=1)
    owner.post(f"{LIST}{endpoint.pk}/replay/", {"since": f"{since:%Y-%m-%dT%H:%M}"})
    deliver()
    assert states(endpoint) == ["delivered"] * 4
    assert "Enter a valid date/time." in owner.post(f"{LIST}{endpoint.pk}/replay/", {"since": "x"}).content.decode()


def test_a_dry_run_shows_an_order_and_sends_nothing(owner: Client) -> None:
    order = make_order()
    endpoint = endpoint_at(order.shop, URL)
    address = f"{LIST}{endpoint.pk}/dry-run/?topic=order.shipped&about={order.number}"
    shown = page(owner, address)
    assert f"orders/{order.pk}/" in shown
    assert "Nothing was sent" in shown
    assert "has nothing with the number" in page(owner, address.replace(order.number, "NONE-1"))
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("edit/", "change_webhookendpoint"), ("switch/", "change_webhookendpoint"),
        ("secret/", "change_webhookendpoint"), ("rotate/", "change_webhookendpoint"),
        ("end-previous/", "change_webhookendpoint"), ("remove/", "delete_webhookendpoint"),
        ("test/", "replay_webhookdelivery"), ("dry-run/", "replay_webhookdelivery"),
        ("try-now/", "replay_webhookdelivery"), ("replay/", "replay_webhookdelivery"),
    ],
)  # fmt: skip
def test_who_only_reads_can_press_nothing(client: Client, shop: Shop, path: str, permission: str) -> None:
    endpoint = endpoint_at(shop, URL)
    before = WebhookEndpoint.objects.values().get()
    reader = staff(client, "view_webhookendpoint", "view_webhookdelivery")
    assert reader.post(f"{LIST}{endpoint.pk}/{path}").status_code == 403
    assert WebhookEndpoint.objects.values().get() == before
    assert not WebhookDelivery.objects.exists()
    shown = page(reader, f"{LIST}{endpoint.pk}/change/")
    assert f"{LIST}{endpoint.pk}/{path}" not in shown
    assert permission


def test_lists_cost_the_same_however_many_rows(owner: Client, shop: Shop, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        endpoint_at(shop, f"{URL}/{number}")
    record(shop, 1, 2, 3)
    sequence_events()
    for path, most in ((LIST, 12), (LOG, 14), (f"{LIST}{WebhookEndpoint.objects.first().pk}/change/", 16)):  # type: ignore[union-attr]
        owner.get(path)
        with django_assert_max_num_queries(most):
            owner.get(path)


def test_who_wants_it_is_mailed_once_about_an_endpoint_that_takes_nothing(shop: Shop) -> None:
    user = User.objects.create_user("mara", email="mara@example.com", is_staff=True)
    StaffMail.objects.create(user=user, kinds=["staff.webhook_endpoint"], language="en")
    endpoint = endpoint_at(shop, URL)
    queue_endpoint_mails()
    assert not Mail.objects.exists()
    WebhookEndpoint.objects.update(needs_attention=True, failing_since=timezone.now(), last_failure="HTTP 500")
    for _time in range(2):
        queue_endpoint_mails()
    mail = Mail.objects.get()
    assert (mail.recipient, mail.subject_id) == ("mara@example.com", endpoint.pk)


def test_the_page_of_integrations_shows_endpoints_that_take_nothing(owner: Client, shop: Shop) -> None:
    address = "/admin/backoffice/integration/"
    assert "Webhooks to storefronts" not in page(owner, address)
    endpoint = endpoint_at(shop, URL)
    assert "All endpoints accept what is sent to them." in page(owner, address)
    failed = {"failing_since": timezone.now(), "failures": 7, "needs_attention": True, "last_failure": "<b>HTTP 500"}
    WebhookEndpoint.objects.update(**failed)
    shown = page(owner, address)
    assert "&lt;b&gt;HTTP 500" in shown
    assert f"{LIST}{endpoint.pk}/try-now/" in shown
    assert f"{LIST}{endpoint.pk}/try-now/" not in page(
        staff(owner, "view_integration", "view_webhookendpoint"), address
    )
    owner.force_login(User.objects.create_user("ute", is_staff=True))
    User.objects.get(username="ute").user_permissions.set(Permission.objects.filter(codename="view_integration"))
    assert "HTTP 500" not in page(owner, address)
