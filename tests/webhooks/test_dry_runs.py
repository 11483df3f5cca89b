"""What a webhook would look like is shown of every kind of thing, and the order itself says how new it is."""

from collections.abc import Callable

import pytest
from standardwebhooks import Webhook

from backoffice.accounts.models import Shop
from backoffice.webhooks.models import RecordedEvent, ShopEvent
from backoffice.webhooks.services.objects import SUBJECTS
from backoffice.webhooks.services.secrets import valid_secrets
from backoffice.webhooks.services.sequencing import sequence_events
from backoffice.webhooks.topics import TOPICS
from catalog.models import CustomProduct
from orders.models import Enquiry
from tests.api.storefront import Storefront, make_storefront, make_variant
from tests.orders.designs import make_design
from tests.orders.rows import make_order
from tests.webhooks.rows import endpoint_at, record

URL = "https://shop.example.com/webhooks"


@pytest.fixture
def storefront(db: None) -> Storefront:
    return make_storefront()


def _design(shop: Shop) -> tuple[str, str]:
    design = make_design()
    assert design.shop == shop
    return str(design), f"designs/{design}/"


def _order(shop: Shop) -> tuple[str, str]:
    order = make_order()
    assert order.shop == shop
    return str(order.pk), f"orders/{order.pk}/"


def _variant(_shop: Shop) -> tuple[str, str]:
    make_variant("A/1 ö")
    return "A/1 ö", "catalog/variants/A%2F1%20%C3%B6/"


def _custom_product(shop: Shop) -> tuple[str, str]:
    made = CustomProduct.objects.create(shop=shop, vendor="sign_customiser", vendor_id="1", currency="EUR")
    return made.external_id, f"catalog/custom-products/{made.external_id}/"


def _enquiry(shop: Shop) -> tuple[str, str]:
    return str(Enquiry.objects.create(shop=shop, vendor="sign_customiser", vendor_id="1").pk), ""


MADE: dict[str, Callable[[Shop], tuple[str, str]]] = {
    "order.late": _order,
    "product.changed": _variant,
    "price.changed": _variant,
    "stock.changed": _variant,
    "custom_product.changed": _custom_product,
    "design.changed": _design,
    "enquiry.received": _enquiry,
}


def test_every_topic_has_things_that_can_be_shown() -> None:
    kinds = {topic.partition(".")[0] for topic in TOPICS}
    assert kinds == set(SUBJECTS) == {topic.partition(".")[0] for topic in MADE}


@pytest.mark.parametrize("topic", MADE)
def test_a_dry_run_shows_a_thing_by_its_name_or_the_newest(storefront: Storefront, topic: str) -> None:
    endpoint = endpoint_at(storefront.shop, URL)
    path = f"webhook-endpoints/{endpoint.pk}/dry-run/"
    refused = storefront.post(path, {"topic": topic})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["about"])
    name, address = MADE[topic](storefront.shop)
    for about in ({"about": name}, {}):
        shown = storefront.post(path, {"topic": topic, **about}).json()
        event = Webhook(valid_secrets(endpoint)[0]).verify(shown["body"], shown["headers"])
        assert (event["type"], event["data"]["id"]) == (topic, name)
        assert event["data"]["url"].endswith(address)
    assert storefront.post(path, {"topic": topic, "about": "nothing"}).status_code == 422
    assert not RecordedEvent.objects.exists()
    assert not ShopEvent.objects.exists()


def test_an_order_says_which_event_it_takes_account_of(storefront: Storefront) -> None:
    order, other = make_order(), make_order(reference="other")
    assert storefront.get(f"orders/{order.pk}/").json()["version"] == 0
    record(storefront.shop, order.pk, order.pk, other.pk)
    record(storefront.shop, order.pk, topic="order.late")
    assert storefront.get(f"orders/{order.pk}/").json()["version"] == 0
    sequence_events()
    newest = ShopEvent.objects.filter(object_id=str(order.pk)).latest("version")
    assert storefront.get(f"orders/{order.pk}/").json()["version"] == newest.version == 3
    listed = {row["id"]: row["version"] for row in storefront.get("orders/").json()["results"]}
    assert listed == {order.pk: 3, other.pk: 1}
