"""What a key says of itself, and how much it may still ask for."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone
from redis.exceptions import RedisError

from backoffice.accounts.models import ApiKey, FurtherMarket
from backoffice.accounts.models.shop import Scope
from tests.api.storefront import Storefront, build_order, make_storefront

pytestmark = pytest.mark.django_db


def test_a_key_says_whose_it_is_and_what_it_may(storefront: Storefront) -> None:
    FurtherMarket.objects.create(shop=storefront.shop, currency="CHF", countries=["CH"])
    end = timezone.now() + timedelta(days=9)
    row, key = ApiKey.objects.create_key(
        name="reader", shop=storefront.shop, scopes=[Scope.CATALOG_READ], expiry_date=end
    )
    answer = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {key}"})
    me = answer.json()
    assert (me["key"]["prefix"], me["key"]["name"], me["key"]["scopes"]) == (row.prefix, "reader", ["catalog:read"])
    assert me["key"]["expires_at"] == end.isoformat().replace("+00:00", "Z")
    assert (me["shop"]["code"], me["shop"]["currency"]) == ("WEB", "EUR")
    assert [(one["currency"], one["countries"]) for one in me["shop"]["markets"]] == [("EUR", []), ("CHF", ["CH"])]
    assert (me["limits"]["requests"], me["limits"]["seconds"]) == (1200, 60)
    assert key.partition(".")[2] not in answer.content.decode()


def left(answer: Any) -> int:
    assert answer.headers["RateLimit-Policy"] == '"key";q=1200;w=60'
    policy, remaining, reset = answer.headers["RateLimit"].split(";")
    assert (policy, reset.partition("=")[0]) == ('"key"', "t")
    assert 1 <= int(reset.partition("=")[2]) <= 60
    return int(remaining.removeprefix("r="))


def test_every_answer_to_a_key_says_how_much_is_left(catalog) -> None:
    storefront = make_storefront("RATE")
    answers = [
        storefront.get("me/"),
        storefront.place(build_order()),
        storefront.get("orders/999/"),
        storefront.place({}),
        storefront.get("catalog/variants/"),
    ]
    assert [answer.status_code for answer in answers] == [200, 201, 404, 400, 200]
    assert [left(answer) for answer in answers] == [1199, 1198, 1197, 1196, 1195]
    assert all(answer.headers["X-Request-ID"] for answer in answers)


def test_a_key_that_has_used_up_its_allowance_is_told_when_to_come_back(settings) -> None:
    storefront = make_storefront("FULL")
    with patch.dict(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], key="1/hour"):
        first, refused = storefront.get("me/"), storefront.get("me/")
    assert (first.status_code, refused.status_code) == (200, 429)
    _policy, remaining, reset = refused.headers["RateLimit"].split(";")
    assert remaining == "r=0"
    assert abs(int(refused.headers["Retry-After"]) - int(reset.removeprefix("t="))) <= 1


def test_nothing_is_said_where_nothing_is_counted(storefront: Storefront) -> None:
    with patch("backoffice.api.throttling._count", side_effect=RedisError):
        answer = storefront.get("me/")
    assert answer.status_code == 200
    assert "RateLimit" not in answer.headers
    assert "RateLimit" not in Client().get("/api/v1/me/").headers
