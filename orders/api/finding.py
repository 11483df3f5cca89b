"""Orders by what people call them: our number, and the shop's reference."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.api.schema import describe_problems
from backoffice.api.validation import NoQuery, read_query
from orders.api.edits import ETAG
from orders.api.responses import OrderResponse
from orders.api.views import OneOrder, order_answer
from orders.models import Order


def _in_path(name: str, *, longest: int, example: str) -> OpenApiParameter:
    kind = {"type": "string", "minLength": 1, "maxLength": longest, "examples": [example]}
    return OpenApiParameter(name=name, location=OpenApiParameter.PATH, type=kind)


class OrderByReference(OneOrder):
    """The order of a reference of the shop."""

    required_scopes: ClassVar = {"GET": Scope.ORDERS_READ}

    @extend_schema(
        operation_id="get_order_by_reference",
        summary="An order by the shop's reference",
        description="The newest of that reference: where a cancelled order was replaced, the one that took its place.",
        tags=["orders"],
        parameters=[_in_path("reference", longest=50, example="4711"), ETAG],
        responses={200: OrderResponse, **describe_problems()},
    )
    def get(self, request: Request, reference: str) -> Response:
        read_query(request.GET, NoQuery)
        return order_answer(self.first_of(Order.objects.filter(reference=reference).order_by("-pk")))


class OrderByNumber(OneOrder):
    """The order of a number of ours."""

    required_scopes: ClassVar = {"GET": Scope.ORDERS_READ}

    @extend_schema(
        operation_id="get_order_by_number",
        summary="An order by our number",
        tags=["orders"],
        parameters=[_in_path("number", longest=32, example="WEB-100001"), ETAG],
        responses={200: OrderResponse, **describe_problems()},
    )
    def get(self, request: Request, number: str) -> Response:
        read_query(request.GET, NoQuery)
        return order_answer(self.first_of(Order.objects.filter(number=number)))
