"""Endpoints come from outside: they lead to no network of ours, whenever the name is looked up."""

import socket
from typing import Any

import pytest

from backoffice.accounts.models import Shop
from backoffice.errors import InvalidInput
from backoffice.webhooks.models import DeliveryAttempt, WebhookDelivery, WebhookEndpoint
from backoffice.webhooks.services.endpoints import EndpointValues, change_endpoint
from tests.webhooks.receiver import Storefronts
from tests.webhooks.rows import deliver, endpoint_at, record

PRIVATE = [
    "https://127.0.0.1/", "https://localhost/", "https://10.0.0.7/", "https://192.168.1.1/", "https://[::1]/",
    "https://169.254.169.254/latest/meta-data/", "https://2130706433/", "https://0x7f.1/", "https://shop.internal/",
    "https://[::ffff:10.0.0.1]/", "https://intranet/",
]  # fmt: skip
UNUSABLE = [
    "http://shop.example.com/", "ftp://shop.example.com/", "https://", "shop.example.com", "https://a b.example.com/",
    "https://user:pass@shop.example.com/", "https://shop.example.com:99999/", "javascript:alert(1)", "",
]  # fmt: skip


@pytest.mark.parametrize("url", PRIVATE + UNUSABLE)
def test_an_address_inside_or_without_tls_is_refused_with_its_field(shop: Shop, url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        endpoint_at(shop, url)
    assert list(refused.value.errors) == ["url"]
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize("url", [PRIVATE[2], UNUSABLE[0]])
def test_it_cannot_be_changed_to_one_either(shop: Shop, url: str) -> None:
    endpoint = endpoint_at(shop, "https://shop.example.com/webhooks")
    with pytest.raises(InvalidInput):
        change_endpoint(endpoint, EndpointValues(url=url))
    endpoint.refresh_from_db()
    assert endpoint.url == "https://shop.example.com/webhooks"


@pytest.mark.parametrize("is_filtered", [True, False])
def test_a_name_that_leads_inside_by_now_is_not_followed(
    shop: Shop, front: Storefronts, settings: Any, monkeypatch: pytest.MonkeyPatch, is_filtered: bool
) -> None:
    """The name server answered with a public address when the endpoint was made. The control allows what is private."""
    port = int(front.url.rpartition(":")[2])
    settings.WEBHOOK_PRIVATE_NETWORKS = not is_filtered
    endpoint = endpoint_at(shop, "https://shop.example.com/webhooks")
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(url=f"http://shop.example.com:{port}/webhooks")
    settings.ALLOW_PRIVATE_FILE_HOSTS = False
    if is_filtered:  # plain http would be refused before the name is looked up
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(url=f"https://shop.example.com:{port}/webhooks")
    real, asked = socket.getaddrinfo, []

    def lead_inside(host: Any, *args: Any, **options: Any) -> Any:
        if host == "shop.example.com":
            asked.append(host)
            host = "127.0.0.1"
        return real(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", lead_inside)
    record(shop, 1)
    deliver()
    assert asked
    row = WebhookDelivery.objects.get()
    if is_filtered:
        assert row.state == "waiting"
        assert DeliveryAttempt.objects.get().status is None
        assert "The host is not a public one." in row.cause
        assert not front.arrivals
    else:
        assert row.state == "delivered"


def test_an_address_that_became_private_by_an_edit_of_the_row_is_refused_at_the_send(
    shop: Shop, front: Storefronts, settings: Any
) -> None:
    endpoint = endpoint_at(shop, front.address("/ok"))
    settings.WEBHOOK_PRIVATE_NETWORKS = False
    record(shop, 1)
    deliver()
    assert not front.arrivals
    assert "must begin with https://" in WebhookDelivery.objects.get(endpoint=endpoint).cause


@pytest.mark.parametrize("field", ["topics", "length"])
def test_what_else_is_wrong_is_named(shop: Shop, field: str) -> None:
    values = {
        "topics": EndpointValues(url="https://shop.example.com/", topics=("order.eaten",)),
        "length": EndpointValues(url="https://shop.example.com/" + "x" * 3000),
    }[field]
    endpoint = endpoint_at(shop, "https://shop.example.com/")
    with pytest.raises(InvalidInput) as refused:
        change_endpoint(endpoint, values)
    assert list(refused.value.errors) == ["topics" if field == "topics" else "url"]
