"""Complaints about an order over REST."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.api.schema import describe_problems
from backoffice.api.validation import NoQuery, read_query
from orders.api.views import OneOrder
from orders.complaints.api.responses import ComplaintsResponse, complaints_response


class OrderComplaintsView(OneOrder):
    """Complaints about an order, and what replaces what."""

    required_scopes: ClassVar = {"GET": Scope.ORDERS_READ}

    @extend_schema(
        operation_id="list_order_complaints",
        summary="Complaints about an order, and what replaces what",
        description="Who bears the cost is the merchant's business and not among it.",
        tags=["orders"],
        responses={200: ComplaintsResponse, **describe_problems()},
    )
    def get(self, request: Request, pk: int) -> Response:
        read_query(request.GET, NoQuery)
        return Response(complaints_response(self.find_order(pk, bare=True)))
