"""Countries, states and carriers over REST, read only: the codes that orders are written in."""

from typing import Annotated, ClassVar

import msgspec
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.api.caching import HEADERS, NOT_MODIFIED, revalidated
from backoffice.api.responses import read_fields
from backoffice.api.schema import describe_problems, describe_query
from backoffice.api.validation import NoQuery, read_query
from backoffice.api.views import ApiView
from fulfillment.models import Carrier, Country, State

CountryCode = Annotated[str, Meta(description="Two letters of ISO 3166-1.", examples=["US"])]


class StateQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    country: Annotated[
        str, Meta(pattern="^([A-Za-z]{2})?$", description="Of this country only, two letters.", examples=["US"])
    ] = ""


class CountryResponse(msgspec.Struct):
    """A country to ship to; `state_mandatory`: an address there needs its `state_code`."""

    code: CountryCode
    code3: Annotated[str, Meta(description="Three letters of ISO 3166-1.", examples=["USA"])]
    name: str
    state_mandatory: bool


class CountryList(msgspec.Struct):
    """All countries, by code."""

    results: list[CountryResponse]


class StateResponse(msgspec.Struct):
    """A state or province; `code` is what an address has as `state_code`."""

    country: CountryCode
    code: Annotated[str, Meta(description="The part of ISO 3166-2 behind the country.", examples=["NY"])]
    name: str


class StateList(msgspec.Struct):
    """All states, or those of a country, by country and code."""

    results: list[StateResponse]


class CarrierResponse(msgspec.Struct):
    """A carrier. `key` is what orders and shipments name, `kind` is `parcel` or `freight`; one that is not `available`
    takes nothing at the moment.
    """

    key: Annotated[str, Meta(examples=["dhl"])]
    name: str
    kind: str
    available: bool


class CarrierList(msgspec.Struct):
    """All carriers, by key."""

    results: list[CarrierResponse]


class ReferenceView(ApiView):
    """What every key may read that reads or writes anything."""

    required_scopes: ClassVar = {"GET": (Scope.CATALOG_READ, Scope.ORDERS_READ, Scope.ORDERS_WRITE)}


@revalidated
class Countries(ReferenceView):
    """Countries one can ship to."""

    @extend_schema(
        operation_id="list_countries",
        summary="Countries to ship to",
        tags=["reference"],
        parameters=HEADERS,
        responses={200: CountryList, **NOT_MODIFIED, **describe_problems()},
    )
    def get(self, request: Request) -> Response:
        read_query(request.GET, NoQuery)
        rows = Country.objects.order_by("iso2")
        return Response(
            CountryList([CountryResponse(row.iso2, row.iso3, row.name, row.state_mandatory) for row in rows])
        )


@revalidated
class States(ReferenceView):
    """States and provinces."""

    @extend_schema(
        operation_id="list_states",
        summary="States and provinces",
        tags=["reference"],
        parameters=[*describe_query(StateQuery), *HEADERS],
        responses={200: StateList, **NOT_MODIFIED, **describe_problems()},
    )
    def get(self, request: Request) -> Response:
        query = read_query(request.GET, StateQuery)
        rows: QuerySet[State] = State.objects.exclude(country=None).order_by("country", "iso2", "name")
        if query.country:
            rows = rows.filter(country=query.country.upper())
        return Response(StateList([StateResponse(str(row.country_id), row.iso2, row.name) for row in rows]))


@revalidated
class Carriers(ReferenceView):
    """Carriers that vendors know."""

    @extend_schema(
        operation_id="list_carriers",
        summary="Carriers",
        tags=["reference"],
        parameters=HEADERS,
        responses={200: CarrierList, **NOT_MODIFIED, **describe_problems()},
    )
    def get(self, request: Request) -> Response:
        read_query(request.GET, NoQuery)
        return Response(CarrierList([read_fields(CarrierResponse, row) for row in Carrier.objects.order_by("key")]))
