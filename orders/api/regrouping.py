"""Splitting and merging orders over REST, before anything of them is sent."""

from typing import ClassVar

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope
from backoffice.accounts.services.idempotency import Answer, respond_once
from backoffice.api.schema import describe_problems
from backoffice.api.validation import NoQuery, read_query, read_struct
from orders.api.edits import ETAG, IF_MATCH, read_if_match
from orders.api.keys import IDEMPOTENCY_KEY, REPLAYED, read_key
from orders.api.queries import with_parts
from orders.api.responses import OrderResponse, order_response
from orders.api.views import OneOrder, order_answer
from orders.models import Order
from orders.services.regrouping.input import MergeInput, SplitInput
from orders.services.regrouping.merging import merge_orders
from orders.services.regrouping.splitting import split_order


class SplitResponse(msgspec.Struct):
    """The order as it is then, and the one that was split off."""

    order: OrderResponse
    split_off: OrderResponse


class OrderSplit(OneOrder):
    """Some of an order as an order of its own."""

    required_scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="split_order",
        summary="Split an order",
        description="Lines, or some of their pieces, become an order of their own with the same customer and "
        "addresses. Possible while no vendor has anything of it (409). Shipping in the total stays with the order; "
        "both totals together are what the total was. What a hold is about goes with its lines; a hold of the whole "
        "order holds both. Documents stay, and the new order is held until it has some or is released without.",
        tags=["orders"],
        parameters=[IDEMPOTENCY_KEY, REPLAYED, IF_MATCH],
        request=SplitInput,
        responses={201: SplitResponse, **describe_problems(409, 412, 413, 415, 422, 428)},
    )
    def post(self, request: Request, pk: int) -> Response:
        read_query(request.GET, NoQuery)
        key = read_key(request)
        order = self.find_order(pk, bare=True)
        revision = read_if_match(request)
        split = read_struct(request.data, SplitInput)

        def act() -> Answer:
            made = split_order(order, split, actor=f"shop:{self.shop.code}", revision=revision)
            return Answer(201, SplitResponse(_read(made.kept), _read(made.new)))

        answer = respond_once(self.shop, key=key, request=["POST", request.path, revision, split], act=act)
        headers = {"Idempotent-Replayed": "true"} if answer.replayed else {}
        return Response(answer.body, status=answer.status, headers=headers)


class OrderMerge(OneOrder):
    """Orders of one recipient as one order."""

    required_scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="merge_orders",
        summary="Merge other orders into this one",
        description="All lines of the other orders go to this one; they are cancelled and name it in `merged_into`. "
        "Possible while no vendor has anything of any, for orders of one customer, currency and recipient (409). A "
        "line whose reference another one has gets that of its order before it. This order waits for what any of "
        "them waited for.",
        tags=["orders"],
        parameters=[IF_MATCH, ETAG],
        request=MergeInput,
        responses={200: OrderResponse, **describe_problems(409, 412, 413, 415, 422, 428)},
    )
    def post(self, request: Request, pk: int) -> Response:
        read_query(request.GET, NoQuery)
        order = self.find_order(pk, bare=True)
        revision = read_if_match(request)
        others = read_struct(request.data, MergeInput).orders
        merge_orders(order, others, actor=f"shop:{self.shop.code}", revision=revision)
        return order_answer(self.find_order(pk))


def _read(order: Order) -> OrderResponse:
    return order_response(with_parts(Order.objects.filter(pk=order.pk)).get())
