"""What a shop may have only so many of, asked for by many at once. Real transactions on real connections."""

from collections.abc import Callable
from typing import Any

import pytest

from backoffice.errors import Conflict
from backoffice.webhooks.models import WebhookEndpoint
from backoffice.webhooks.services import endpoints
from backoffice.webhooks.services.endpoints import EndpointValues, add_endpoint
from orders.models import PartUpload
from orders.services.files import uploads
from orders.services.files.uploads import NewUpload, begin_upload
from tests.api.storefront import Storefront, make_storefront
from tests.api.test_intake_race import all_at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
AT_ONCE = 8


def given(call: Callable[[], Any]) -> Callable[[], bool]:
    """Return what says whether it was granted."""

    def ask() -> bool:
        try:
            call()
        except Conflict:
            return False
        return True

    return ask


@pytest.fixture
def storefront(transactional_db: None) -> Storefront:
    return make_storefront()


def test_many_uploads_begun_at_once_are_not_more_than_may_be_open(
    storefront: Storefront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_OPEN", 2)
    new = NewUpload(size=100, sha256="0" * 64)
    answers = all_at_once([given(lambda: begin_upload(new, shop=storefront.shop))] * AT_ONCE)
    assert (sum(answers), PartUpload.objects.count()) == (2, 2)


def test_many_endpoints_added_at_once_are_not_more_than_a_shop_may_have(
    storefront: Storefront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "MOST_ENDPOINTS", 2)
    values = EndpointValues(url="https://shop.example.com/")
    answers = all_at_once([given(lambda: add_endpoint(storefront.shop, values, actor="mara"))] * AT_ONCE)
    assert (sum(answers), WebhookEndpoint.objects.count()) == (2, 2)
