"""What a key says of itself: whose it is, what it may do, and how much."""

from datetime import datetime
from typing import Annotated, ClassVar, cast

import msgspec
from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models import ApiKey
from backoffice.accounts.models.shop import Scope
from backoffice.accounts.services.markets import markets_of
from backoffice.api.schema import describe_problems
from backoffice.api.throttling import allowance
from backoffice.api.validation import NoQuery, one_of, read_query
from backoffice.api.views import ApiView


class MarketResponse(msgspec.Struct):
    """Where the shop sells in that currency; no countries: wherever no other market of it does. `shipping_from` is
    empty for what is usual at the vendor.
    """

    currency: str
    shipping_from: str
    countries: list[str]


class ShopResponse(msgspec.Struct):
    """The shop that the key is of; its own market is the first. `language` is that of texts that have no other."""

    code: str
    name: str
    currency: str
    language: str
    time_zone: str
    markets: list[MarketResponse]


class KeyResponse(msgspec.Struct):
    """The key, by the part of it that is no secret. `test`: what it places is a test, and it sees tests only.
    `expires_at` is null for one that never ends, `previous_secret_until` unless the secret before the newest one still
    works: until then. No `networks`: it may be used from anywhere.
    """

    prefix: str
    name: str
    test: bool
    scopes: list[Annotated[str, one_of(Scope)]]
    created_at: datetime
    expires_at: datetime | None
    previous_secret_until: datetime | None
    networks: list[str]


class LimitsResponse(msgspec.Struct):
    """So many requests in so many seconds, and so many bytes in the body of one; files may be larger."""

    requests: int
    seconds: int
    body_bytes: int


class MeResponse(msgspec.Struct):
    key: KeyResponse
    shop: ShopResponse
    limits: LimitsResponse


class Me(ApiView):
    """The key that asks."""

    required_scopes: ClassVar = {"GET": tuple(Scope)}

    @extend_schema(
        operation_id="get_me",
        summary="Which key this is, and what it may do",
        description="Any key may ask. How much of its allowance is left is in the header `RateLimit` of every answer.",
        tags=["me"],
        responses={200: MeResponse, **describe_problems()},
    )
    def get(self, request: Request) -> Response:
        read_query(request.GET, NoQuery)
        return Response(MeResponse(_key(cast(ApiKey, request.auth)), self._shop(), _limits()))

    def _shop(self) -> ShopResponse:
        shop = self.shop
        markets = [MarketResponse(one.currency, one.shipping_from, list(one.countries)) for one in markets_of(shop)]
        return ShopResponse(shop.code, shop.name, shop.currency, shop.language, shop.time_zone, markets)


def _key(key: ApiKey) -> KeyResponse:
    previous_until = key.previous_until if key.has_previous else None
    return KeyResponse(
        key.prefix,
        key.name,
        key.is_test,
        list(key.scopes),
        key.created,
        key.expiry_date,
        previous_until,
        list(key.networks),
    )


def _limits() -> LimitsResponse:
    requests, seconds = allowance()
    return LimitsResponse(requests, seconds, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
